"""Proof of the items about organisation numbers and delegation. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.facts import Facts, Finding, Request, ids
from onboarding.checklists.states import Verdict

HOUR: Final = timedelta(hours=1)
MANY: Final = 10
# HelseID's numbers for details that are ill-formed, and for organisations that they may not name.
FORM: Final = ("hid.1004", "hid.1009", "hid.1010")
NOT_DELEGATED: Final = ("hid.1001", "hid.1002", "hid.1003", "hid.1005", "hid.1006")


def details(facts: Facts) -> Finding:
    """M01: organisation numbers are sent in `assertion_details`."""
    kinds = Counter(row.details_kind for row in facts.requests if row.details_kind != "none")
    kinds.pop("", None)
    refused = [row for row in facts.requests if row.check.startswith(FORM)]
    counts = {"details": dict(sorted(kinds.items())), "refused": len(refused)}
    if refused:
        why = ngettext(
            "%(count)d forespørsel ble avvist for formen på organisasjonsdata.",
            "%(count)d forespørsler ble avvist for formen på organisasjonsdata.",
            len(refused),
        )
        return Finding(Verdict.FAIL, why % {"count": len(refused)}, counts, ids(refused))
    if not kinds:
        why = _("Klienten sender ingen organisasjonsdata, og trenger ingen.")
        return Finding(Verdict.NOT_APPLICABLE, why, counts)
    if kinds["authorization_details"]:
        why = _("Noen forespørsler bruker den eldre formen authorization_details.")
        return Finding(Verdict.WARN, why, counts)
    return Finding(Verdict.PASS, _("Organisasjonsdata sendes i assertion_details."), counts)


def delegated(facts: Facts) -> Finding:
    """M02: the client asks only for organisations that have delegated."""
    named = {row.org_ref for row in facts.requests if row.org_ref}
    refused = [row for row in facts.requests if _is_undelegated(row, facts)]
    if not named and not refused:
        why = _("Klienten sender ingen organisasjonsdata, og trenger ingen.")
        return Finding(Verdict.NOT_APPLICABLE, why, {"organisations": 0})
    groups: dict[str, list[Request]] = defaultdict(list)
    for row in refused:
        groups[row.org_ref].append(row)
    longest = max((_run(group) for group in groups.values()), default=0)
    counts = {
        "organisations": len(named),
        "undelegated": len(groups),
        "undelegated_requests": len(refused),
        "longest_run": longest,
    }
    if longest > MANY:
        why = _("Klienten ba om token %(count)d ganger for en virksomhet som ikke har delegert.")
        return Finding(Verdict.FAIL, why % {"count": longest}, counts, ids(refused))
    if longest > 1:
        why = _("Klienten ba om igjen for en virksomhet som ikke har delegert.")
        return Finding(Verdict.WARN, why, counts, ids(refused))
    why = _("Klienten ber bare om token for virksomheter som har delegert.")
    return Finding(Verdict.PASS, why, counts)


def _is_undelegated(row: Request, facts: Facts) -> bool:
    """Whether it was refused for that, or names an organisation that had not delegated then."""
    if row.check.startswith(NOT_DELEGATED):
        return True
    if not row.org_ref:
        return False
    if row.org_ref not in facts.delegated:
        return True
    ended = facts.delegated[row.org_ref]
    return ended is not None and ended < row.at


def _run(rows: list[Request]) -> int:
    """How many came one after the other, each within an hour of the one before."""
    longest = run = 1
    for before, after in pairwise(rows):
        run = run + 1 if after.at - before.at < HOUR else 1
        longest = max(longest, run)
    return longest
