"""Proof of the items about the client assertion. Pure."""

from __future__ import annotations

from collections import Counter
from statistics import median

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.facts import Facts, Finding, Request, ids
from onboarding.checklists.states import Verdict
from onboarding.jose.assertion import ASSERTION_REUSE, AUDIENCE_ENDPOINT, LIFE, TYPE


def algorithms(facts: Facts) -> Finding:
    """A01: only PS and ES; others than those and RS are refused at the door."""
    used = Counter(row.alg for row in facts.requests if row.alg)
    old = [row for row in facts.requests if row.alg.startswith("RS")]
    counts = {"algorithms": dict(sorted(used.items()))}
    names = get_text_list(sorted(used), _("og"))
    if old:
        why = _("Client assertion er signert med %(names)s. FAPI 2.0 har ikke med RS.")
        return Finding(Verdict.WARN, why % {"names": names}, counts, ids(old))
    why = _("Alle client assertions er signert med %(names)s.")
    return Finding(Verdict.PASS, why % {"names": names}, counts)


def audience(facts: Facts) -> Finding:
    """A02: the issuer, as one string, in every request."""
    kinds = Counter(row.aud_kind for row in facts.requests if row.aud_kind)
    wrong = [row for row in facts.requests if row.aud_kind not in ("", "issuer")]
    excepted = [row for row in facts.requests if AUDIENCE_ENDPOINT in row.needed]
    counts = {"audiences": dict(sorted(kinds.items()))}
    if bad := _either(facts, wrong, excepted):
        why = ngettext(
            "%(count)d forespørsel hadde en annen mottaker enn utstederadressen.",
            "%(count)d forespørsler hadde en annen mottaker enn utstederadressen.",
            len(bad),
        )
        return Finding(Verdict.FAIL, why % {"count": len(bad)}, counts, ids(bad))
    return Finding(Verdict.PASS, _("Mottakeren er utstederadressen i alle."), counts)


def life(facts: Facts) -> Finding:
    """A03: sixty seconds at most, in what was refused too."""
    lives = sorted(row.life_s for row in facts.requests if row.life_s is not None)
    long = [row for row in facts.requests if row.life_s is not None and row.life_s > LIFE]
    if not lives:
        return Finding(Verdict.OPEN, _("Ingen client assertion hadde en levetid å måle."))
    counts = {"smallest": lives[0], "median": median(lives), "largest": lives[-1]}
    if long:
        why = ngettext(
            "%(count)d client assertion levde lenger enn 60 sekunder, den lengste i %(most)d.",
            "%(count)d client assertions levde lenger enn 60 sekunder, den lengste i %(most)d.",
            len(long),
        ) % {"count": len(long), "most": lives[-1]}
        return Finding(Verdict.FAIL, why, counts | {"too_long": len(long)}, ids(long))
    why = _("Ingen levde lenger enn %(most)d sekunder.") % {"most": lives[-1]}
    return Finding(Verdict.PASS, why, counts | {"too_long": 0})


def fresh(facts: Facts) -> Finding:
    """A04: a new assertion, with a new `jti`, for each request and each half of a nonce round."""
    seen: set[tuple[object, str]] = set()
    repeated = []
    for row in facts.requests:
        mark = (row.client, row.jti_ref)
        if row.check == "assertion.replay" or (row.jti_ref and mark in seen):
            repeated.append(row)
        seen.add(mark)
    rounds = sum(row.asks_for_nonce for row in facts.requests)
    excepted = [row for row in facts.requests if ASSERTION_REUSE in row.needed]
    counts = {"nonce_rounds": rounds, "repeated": len(repeated)}
    if bad := _either(facts, repeated, excepted):
        why = ngettext(
            "%(count)d forespørsel brukte en jti om igjen.",
            "%(count)d forespørsler brukte en jti om igjen.",
            len(bad),
        )
        return Finding(Verdict.FAIL, why % {"count": len(bad)}, counts, ids(bad))
    return Finding(Verdict.PASS, _("Hver forespørsel hadde sin egen jti."), counts)


def header(facts: Facts) -> Finding:
    """A05: `kid` and the explicit type.

    A request whose `kid` leads to no key counts when one that the client has had signed it.
    """
    nameless = list(facts.unkeyed)
    refused = [row for row in facts.requests if row.check == "assertion.type"] + nameless
    types = Counter(row.typ.lower().removeprefix("application/") for row in facts.requests)
    loose = [row for row in facts.requests if _is_loose(row)]
    counts = {"types": {name or "–": count for name, count in sorted(types.items())}}
    if refused:
        why = ngettext(
            "%(count)d forespørsel ble avvist for kid eller typ.",
            "%(count)d forespørsler ble avvist for kid eller typ.",
            len(refused),
        )
        return Finding(Verdict.FAIL, why % {"count": len(refused)}, counts, ids(refused))
    if loose:
        why = ngettext(
            "%(count)d client assertion manglet typ client-authentication+jwt.",
            "%(count)d client assertions manglet typ client-authentication+jwt.",
            len(loose),
        )
        return Finding(Verdict.WARN, why % {"count": len(loose)}, counts, ids(loose))
    return Finding(Verdict.PASS, _("Alle har kid og riktig typ."), counts)


def exceptions(facts: Facts) -> Finding:
    """A06: no test exception is on, and none was needed."""
    needed = [row for row in facts.requests if row.needed]
    names = Counter(name for row in needed for name in row.needed)
    counts = {"on": list(facts.setup.leniencies_on), "needed": dict(sorted(names.items()))}
    if needed:
        why = ngettext(
            "%(count)d forespørsel gikk bare gjennom på grunn av et testunntak.",
            "%(count)d forespørsler gikk bare gjennom på grunn av et testunntak.",
            len(needed),
        )
        return Finding(Verdict.FAIL, why % {"count": len(needed)}, counts, ids(needed))
    if facts.setup.leniencies_on:
        why = _("Et testunntak er slått på, men ikke brukt. Slå det av.")
        return Finding(Verdict.WARN, why, counts)
    return Finding(Verdict.PASS, _("Ingen testunntak er på, og ingen er brukt."), counts)


def _is_loose(row: Request) -> bool:
    return row.typ.lower().removeprefix("application/") != TYPE and row.check != "assertion.type"


def _either(facts: Facts, *some: list[Request]) -> list[Request]:
    """The requests that are in any of the lists, once each, in their order."""
    wanted = {row.id for rows in some for row in rows}
    return [row for row in facts.requests if row.id in wanted]
