"""Proof of the items about the protocol. Pure."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.facts import Facts, Finding, ids
from onboarding.checklists.states import Verdict


def scopes_used(facts: Facts) -> Finding:
    """P05: every pre-selected scope is used, and scopes are asked for by name."""
    given = {scope for row in facts.requests for scope in row.scopes_given.split()}
    unused = [scope for scope in facts.setup.preselected if scope not in given]
    # What a request with a faulty proof asked for was never read.
    read = [row for row in facts.answered if row.was_read and not row.check.startswith("proof.")]
    unnamed = [row for row in read if not row.scopes_asked]
    counts = {"given": sorted(given), "unused": unused, "without_scope": len(unnamed)}
    remarks = []
    if unused:
        remarks.append(
            _("Forhåndsvalgt, men ikke brukt: %(scopes)s.")
            % {"scopes": get_text_list(unused, _("og"))}
        )
    if unnamed:
        remarks.append(
            ngettext(
                "%(count)d forespørsel var uten scope.",
                "%(count)d forespørsler var uten scope.",
                len(unnamed),
            )
            % {"count": len(unnamed)}
        )
    if remarks:
        return Finding(Verdict.WARN, " ".join(remarks), counts, ids(unnamed))
    why = _("Alle forhåndsvalgte scopes er brukt, og alle forespørsler nevnte scope.")
    return Finding(Verdict.PASS, why, counts)
