"""Proof of the items about DPoP. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.facts import Facts, Finding, Request, ids
from onboarding.checklists.states import Verdict
from onboarding.jose.assertion import NO_DPOP

ANSWER: Final = timedelta(seconds=10)
# For how long the authorization server accepts a nonce that it gave.
NONCE_LIFE: Final = timedelta(seconds=300)
FORGOTTEN: Final = 0.10
CALLS: Final = 5
UNFIT: Final = frozenset({"proof.token_hash", "proof.method", "proof.url", "proof.binding"})


def not_used(facts: Facts) -> str:
    """Return why nothing about DPoP concerns the subject, or ""."""
    if facts.setup.needs_dpop:
        return ""
    return _("Ingen av API-ene bruker DPoP.")


def bound(facts: Facts) -> Finding:
    """D01: every token request carries a proof."""
    rows = [row for row in facts.requests if row.was_read]
    kinds = Counter(row.dpop for row in rows)
    bare = [row for row in rows if row.dpop in ("", "none") or NO_DPOP in row.needed]
    counts = {"dpop": {name or "none": count for name, count in sorted(kinds.items())}}
    if bare:
        why = ngettext(
            "%(count)d tokenforespørsel manglet DPoP-bevis.",
            "%(count)d tokenforespørsler manglet DPoP-bevis.",
            len(bare),
        )
        return Finding(Verdict.FAIL, why % {"count": len(bare)}, counts, ids(bare))
    return Finding(Verdict.PASS, _("Alle tokenforespørsler hadde DPoP-bevis."), counts)


@dataclass
class _Rounds:
    """What became of the demands for a nonce, over all proof keys."""

    rounds: int = 0
    longest: int = 0
    with_nonce_at_hand: int = 0
    unanswered: list[Request] | None = None
    forgotten: list[Request] | None = None


def nonces(facts: Facts) -> Finding:
    """D02: each demand for a nonce is answered once, and the nonce is used from then on."""
    found = _rounds(facts)
    unanswered, forgotten = found.unanswered or [], found.forgotten or []
    share = len(forgotten) / found.with_nonce_at_hand if found.with_nonce_at_hand else 0.0
    counts = {
        "rounds": found.rounds,
        "unanswered": len(unanswered),
        "longest_run": found.longest,
        "forgotten": len(forgotten),
        "share": round(share, 3),
    }
    if unanswered:
        why = ngettext(
            "%(count)d krav om nonce ble ikke besvart innen 10 sekunder.",
            "%(count)d krav om nonce ble ikke besvart innen 10 sekunder.",
            len(unanswered),
        )
        return Finding(Verdict.FAIL, why % {"count": len(unanswered)}, counts, ids(unanswered))
    if found.longest >= 3:
        why = _("Klienten fikk krav om nonce %(count)d ganger på rad.") % {"count": found.longest}
        return Finding(Verdict.FAIL, why, counts)
    if not found.rounds:
        return Finding(Verdict.OPEN, _("Portalen har ikke sett et krav om nonce ennå."), counts)
    if share > FORGOTTEN or found.longest == 2:
        why = _("Klienten svarer, men glemte noncen i %(share)d %% av forespørslene.")
        return Finding(Verdict.WARN, why % {"share": round(share * 100)}, counts, ids(forgotten))
    why = ngettext(
        "%(count)d krav om nonce, alle besvart.",
        "%(count)d krav om nonce, alle besvart.",
        found.rounds,
    )
    return Finding(Verdict.PASS, why % {"count": found.rounds}, counts)


def proofs(facts: Facts) -> Finding:
    """D03: no proof is sent twice, neither for a token nor to an API."""
    seen = [row for row in (*facts.requests, *facts.calls) if row.proof_jti_ref]
    repeated = [row for row in (*facts.requests, *facts.calls) if row.check == "proof.replay"]
    counts = {"proofs": len(seen), "repeated": len(repeated)}
    if repeated:
        why = ngettext(
            "%(count)d DPoP-bevis ble sendt om igjen.",
            "%(count)d DPoP-bevis ble sendt om igjen.",
            len(repeated),
        )
        return Finding(Verdict.FAIL, why % {"count": len(repeated)}, counts, ids(repeated))
    return Finding(Verdict.PASS, _("Hvert kall hadde sitt eget DPoP-bevis."), counts)


def calls(facts: Facts) -> Finding:
    """D04: API calls carry the DPoP scheme and a proof for that call and that token."""
    rows = facts.calls
    if not rows:
        return Finding(None, "")
    schemes = Counter(row.scheme for row in rows)
    counts = {"calls": len(rows), "schemes": dict(sorted(schemes.items()))}
    bearer = [row for row in rows if row.scheme.lower() == "bearer" and row.check == "token.scheme"]
    unfit = [row for row in rows[-CALLS:] if row.check in UNFIT]
    if bearer:
        why = _("Et token som er bundet til en nøkkel, ble sendt som Bearer.")
        return Finding(Verdict.FAIL, why, counts, ids(bearer))
    if unfit:
        why = _("Beviset passet ikke til kallet eller tokenet i de siste kallene.")
        return Finding(Verdict.FAIL, why, counts, ids(unfit))
    if len(rows) < CALLS:
        why = _("%(count)d av %(needed)d API-kall er sett.")
        return Finding(Verdict.OPEN, why % {"count": len(rows), "needed": CALLS}, counts)
    why = _("%(count)d API-kall, alle med DPoP og et bevis som passer.") % {"count": len(rows)}
    return Finding(Verdict.PASS, why, counts)


def _rounds(facts: Facts) -> _Rounds:
    groups: dict[tuple[object, str], list[Request]] = defaultdict(list)
    for row in facts.requests:
        groups[row.client, row.jkt].append(row)
    found = _Rounds(unanswered=[], forgotten=[])
    for rows in groups.values():
        _follow(rows, facts, found)
    return found


def _follow(rows: list[Request], facts: Facts, found: _Rounds) -> None:
    """Follow the requests of one proof key, in their order."""
    run, at_hand = 0, None
    for index, row in enumerate(rows):
        if at_hand is not None and row.at - at_hand < NONCE_LIFE:
            found.with_nonce_at_hand += 1
            if row.asks_for_nonce and found.forgotten is not None:
                found.forgotten.append(row)
        if row.asks_for_nonce:
            run, found.rounds = run + 1, found.rounds + 1
            found.longest = max(found.longest, run)
            if not _is_answered(row, rows[index + 1 :], facts) and found.unanswered is not None:
                found.unanswered.append(row)
        else:
            run = 0
        at_hand = row.at if row.nonce_given else at_hand


def _is_answered(row: Request, later: list[Request], facts: Facts) -> bool:
    """Whether the nonce of an answer came back in time, or still may."""
    if facts.at - row.at < ANSWER:
        return True
    for other in later:
        if other.at - row.at > ANSWER:
            return False
        if other.nonce_sent == row.nonce_given:
            return True
    return False
