"""What the page says: the verdict, the first thing that was wrong, and every check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.diagnosis import advice, catalogue
from onboarding.diagnosis.advice import Case, Told
from onboarding.diagnosis.catalogue.entry import Entry
from onboarding.diagnosis.pasted import Kind, Pasted
from onboarding.diagnosis.queries import neighbours
from onboarding.diagnosis.queries.asking import Asker, Judged, Part
from onboarding.diagnosis.queries.judging import judge
from onboarding.jose.checks import Check, Verdict, printable
from onboarding.jose.compact import numeric_date
from onboarding.jose.private_parts import MEMBERS as PRIVATE
from onboarding.sts.issuers import token_endpoint
from onboarding.sts.refusal import Refusal

STATES: Final = {Verdict.PASSED: "ok", Verdict.NOTED: "warn", Verdict.FAILED: "fail"}
# What fails for everything that is old enough, whatever was wrong with it when it was sent.
AGE: Final = frozenset({"assertion.replay", "proof.replay", "proof.nonce"})
# And the claims that tell how old it is; ahead of the clock, or no number, they are wrong anyway.
MOMENTS: Final = {
    "assertion.expiry": "exp",
    "token.expiry": "exp",
    "proof.expiry": "exp",
    "proof.issued_at": "iat",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was wrong, in words; `code` has its page in the error catalogue."""

    title: str
    expected: str
    found: str
    reasons: Sequence[object]
    fixes: Sequence[object]
    code: str
    source: str


@dataclass(frozen=True)
class Line:
    """A check as a row; `title` says what is wrong, "" where nothing is."""

    state: str
    code: str
    title: str
    expected: str
    found: str
    source: str


@dataclass(frozen=True)
class Section:
    """One token: what is wrong or could not be judged, what passed, and what it says."""

    kind: str
    open: list[Line]
    passed: list[Line]
    content: str


@dataclass
class Diagnosis:
    """`refusal` is the server's answer to a request: None for a token, or where it gives one.

    `gets_token` is said of a request to our own server only: no other one's memory is known.
    """

    gets_token: bool
    client: ClientConfiguration | None
    refusal: Refusal | None
    finding: Finding | None
    others: int
    sections: list[Section] = field(default_factory=list)


def diagnose(pasted: Pasted, asker: Asker) -> Diagnosis:
    """Judge what was pasted and explain it. Nothing is stored, logged or used up."""
    judged = judge(pasted, asker)
    finding, others = explain(judged, asker)
    return Diagnosis(
        gets_token=judged.kind == Kind.REQUEST and finding is None and asker.is_ours,
        client=judged.client,
        refusal=judged.refusal,
        finding=finding,
        others=others,
        sections=sections(judged),
    )


def explain(judged: Judged, asker: Asker) -> tuple[Finding | None, int]:
    """Return the first thing that was wrong, and how many others were."""
    failures = [
        (part, check)
        for part in judged.parts
        for check in part.checks
        if check.verdict == Verdict.FAILED
    ]
    if asker.judged_at is None:
        # What was wrong already when it was sent comes first: a paste is nearly always too old.
        failures.sort(key=lambda failure: _is_age(failure[0], failure[1], asker))
    finding = _finding(*failures[0], judged.client, asker) if failures else _other(judged, asker)
    return finding, max(0, len(failures) - 1)


def sections(judged: Judged) -> list[Section]:
    """Return each token with its checks as rows, and what it said."""
    return [_section(part) for part in judged.parts]


def _is_age(part: Part, check: Check, asker: Asker) -> bool:
    if check.code not in MOMENTS:
        return check.code in AGE
    moment = numeric_date(part.reading.claims.get(MOMENTS[check.code]))
    return moment is not None and moment <= asker.now


def _other(judged: Judged, asker: Asker) -> Finding | None:
    """What is wrong where no check failed: the request itself, its scopes, or whose token it is."""
    if judged.refusal:
        code = f"oauth.{judged.refusal.error}"
        entry = catalogue.ENTRIES[code]
        sentence = judged.refusal.description
        return _written(Check(code, Verdict.FAILED, "", sentence, entry.origin), entry, None)
    if judged.kind == Kind.TOKEN and judged.client is None:
        return _unknown_holder(judged.parts[0])
    return None


def _unknown_holder(part: Part) -> Finding:
    entry = catalogue.ENTRIES["token.client_id"]
    found = printable(part.reading.claims.get("client_id"))
    told = Told(
        _("Dere har ingen klient med denne ID-en her"),
        (_("Bare klientens egne folk kan få tokenet forklart. Spør noen hos virksomheten."),),
        expected=_("Klient-ID-en til en klient som dere ser i portalen"),
    )
    return _written(Check(entry.code, Verdict.FAILED, "", found, entry.origin), entry, told)


def _finding(part: Part, check: Check, client: ClientConfiguration | None, asker: Asker) -> Finding:
    told = None
    if part.kind == Kind.ASSERTION:
        told = neighbours.tell(check, part, client, asker)
    told = told or advice.tell(check, _case(part, asker))
    return _written(check, catalogue.ENTRIES[check.code], told)


def _written(check: Check, entry: Entry, told: Told | None) -> Finding:
    return Finding(
        title=told.title if told else str(entry.title),
        expected=(told.expected if told else "") or check.expected,
        found=(told.found if told else "") or check.found,
        reasons=() if told else entry.reasons,
        fixes=(told.fixes if told else ()) or entry.fixes,
        code=check.code,
        source=check.source,
    )


def _case(part: Part, asker: Asker) -> Case:
    issuers = {str(name): issuer for name, issuer in settings.ISSUERS.items()}
    return Case(
        header=part.reading.header,
        claims=part.reading.claims,
        issuer=asker.issuer,
        endpoint=asker.endpoint,
        issuers=issuers,
        endpoints={name: token_endpoint(issuer) for name, issuer in issuers.items()},
        now=asker.now,
        was_sent=asker.judged_at is not None,
    )


def _section(part: Part) -> Section:
    lines = [_line(check) for check in part.checks]
    if part.checks and part.kind in (Kind.ASSERTION, Kind.PROOF) and not part.replay_known:
        lines.append(_not_looked_up(f"{part.kind}.replay"))
    return Section(
        kind=part.kind,
        open=[line for line in lines if line.state != "ok"],
        passed=[line for line in lines if line.state == "ok"],
        content=_content(part),
    )


def _line(check: Check) -> Line:
    title = "" if check.verdict == Verdict.PASSED else str(catalogue.ENTRIES[check.code].title)
    state = STATES[check.verdict]
    return Line(state, check.code, title, check.expected, check.found, check.source)


def _not_looked_up(code: str) -> Line:
    entry = catalogue.ENTRIES[code]
    title = _("Vi har ikke sett etter om den er brukt før")
    return Line("none", code, title, "", "", entry.origin)


def _content(part: Part) -> str:
    """Header and claims, without the signature and without anything private."""
    if not part.reading.header:
        return ""
    parts = (part.reading.header, part.reading.claims)
    return "\n".join(json.dumps(_public(value), indent=2, ensure_ascii=False) for value in parts)


def _public(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: "…" if name.casefold() in PRIVATE else _public(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_public(inner) for inner in value]
    return printable(value) if isinstance(value, str) else value
