"""Proof of the items about APIs, by the newest API check. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from onboarding.checklists.facts import ApiResult, Facts, Finding
from onboarding.checklists.states import Verdict

LET_IN: Final = "let_in"
SHUT_OUT: Final = "shut_out"
VALID: Final = ""  # the fault of the request that has none


@dataclass(frozen=True)
class Part:
    """Which requests of the battery an item is about.

    Being let in is a failure, but a remark for those in `lenient`; `remarked` are other findings
    that are remarks. A refusal that says too little is V05's business.
    """

    faults: frozenset[str]
    lenient: frozenset[str] = frozenset()
    remarked: frozenset[str] = frozenset()


SIGNATURE: Final = Part(
    frozenset(
        {VALID, "H01", "H07", "H21", "H22", "H37", "H27"}
        | {"H29.jwk", "H29.x5c", "H28.jku", "H28.x5u"}
    ),
    # The issuer signed these, and nobody need follow where their headers point.
    lenient=frozenset({"H28.jku", "H28.x5u"}),
)
ADDRESSED: Final = Part(
    frozenset(
        {"H02", "D21.environment", "H03", "D22.missing", "H24", "H30", "H04", "H05", "H23.exp"}
        | {"H38", "D33.id_token", "D33.assertion", "H39"}
    ),
    lenient=frozenset({"H24"}),
    remarked=frozenset({"status", "broken"}),
)
SCOPE: Final = Part(
    frozenset({"H25", "H26"}), remarked=frozenset({"status", "broken", "error", "no_header"})
)
BINDING: Final = Part(
    frozenset(f"H{number:02d}" for number in (*range(8, 21), 32, 33, 34, 35, 36))
    | {"D12.htm", "D08", "D26"},
    lenient=frozenset({"H33"}),
)


def signature(facts: Facts) -> Finding:
    """V01: only tokens signed with a current key of the issuer are let in, and those are."""
    return _by(SIGNATURE, facts)


def addressed(facts: Facts) -> Finding:
    """V02: type, issuer, audience and time are checked."""
    return _by(ADDRESSED, facts)


def scope(facts: Facts) -> Finding:
    """V03: without the scope the answer is 403 insufficient_scope."""
    return _by(SCOPE, facts)


def binding(facts: Facts) -> Finding:
    """V04: proofs fit call and token, are good once, and a bound token is no Bearer token."""
    return _by(BINDING, facts)


def answers(facts: Facts) -> Finding:
    """V05: a token in the address is refused, refusals say what is missing, and nothing leaks."""
    if barrier := _barrier(facts):
        return barrier
    rows = facts.api_check.results if facts.api_check else ()
    leaks = [row for row in rows if row.finding == "leak"]
    in_address = [row for row in rows if row.fault == "D07" and row.finding == LET_IN]
    silent = [row for row in rows if row.finding in ("no_header", "scheme")]
    counts = _counts(facts, rows) | {"silent": len(silent), "leaks": len(leaks)}
    if leaks or in_address:
        why = _("API-et tar imot tokenet i adressen.") if in_address else _("Svaret røper noe.")
        return Finding(Verdict.FAIL, why, counts)
    if silent:
        why = _("WWW-Authenticate mangler eller har feil skjema i noen av svarene.")
        return Finding(Verdict.WARN, why, counts)
    return Finding(Verdict.PASS, _("Avvisningene sier hva som mangler, og røper ikke noe."), counts)


def _by(part: Part, facts: Facts) -> Finding:
    if barrier := _barrier(facts):
        return barrier
    check = facts.api_check
    rows = [row for row in check.results if row.fault in part.faults] if check else []
    counts = _counts(facts, rows)
    if not rows:
        return Finding(
            Verdict.OPEN, _("API-sjekken har ikke prøvd dette. Kjør den på nytt."), counts
        )
    shut_out = [row for row in rows if row.finding == SHUT_OUT]
    let_in = [row for row in rows if row.finding == LET_IN]
    grave = [row for row in let_in if row.fault not in part.lenient]
    if shut_out:
        return Finding(Verdict.FAIL, _("API-et avviste et gyldig token."), counts)
    if grave:
        return Finding(Verdict.FAIL, _let_in(grave), counts)
    if let_in:
        return Finding(Verdict.WARN, _let_in(let_in), counts)
    if any(row.finding in part.remarked for row in rows):
        why = _("Alt ble avvist, men ikke alltid med den statusen som ventes.")
        return Finding(Verdict.WARN, why, counts)
    return Finding(Verdict.PASS, _("Alt ble behandlet som det skal i API-sjekken."), counts)


def _let_in(rows: list[ApiResult]) -> str:
    return _("API-et slapp inn: %(faults)s.") % {"faults": ", ".join(row.title for row in rows)}


def _barrier(facts: Facts) -> Finding | None:
    check = facts.api_check
    if check is None and not facts.can_be_checked:
        return Finding(None, "")
    if check is None:
        return Finding(Verdict.OPEN, _("Kjør API-sjekken, så dokumenteres punktet av seg selv."))
    if check.is_stale:
        why = _("API-sjekken er gjort med et annet oppsett, eller er eldre enn 30 dager.")
        return Finding(Verdict.STALE, why, {"battery": check.battery})
    if any(row.verdict == "unanswered" for row in check.results):
        why = _("API-et svarte ikke på alt i API-sjekken. Kjør den på nytt.")
        return Finding(Verdict.OPEN, why, {"battery": check.battery})
    return None


def _counts(facts: Facts, rows: object) -> dict[str, object]:
    mine = list(rows) if isinstance(rows, (list, tuple)) else []
    let_in = [row.fault for row in mine if row.finding == LET_IN]
    battery = facts.api_check.battery if facts.api_check else ""
    return {"battery": battery, "tried": len(mine), "let_in": let_in}
