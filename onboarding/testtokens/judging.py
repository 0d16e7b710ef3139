"""How an API's answer to a request of the battery is judged. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from onboarding.testtokens.catalogue.fault import Fault, Weight
from onboarding.testtokens.states import Finding, Verdict

_SCHEME: Final = re.compile(r"(?:^|,\s*)(DPoP|Bearer)(?=\s|,|$)", re.IGNORECASE)
_ERROR: Final = re.compile(r'\berror\s*=\s*"?([A-Za-z_]+)')
# What programs say about themselves when they break: lines of a stack trace.
_TRACES: Final = re.compile(
    rb"Traceback \(most recent call last\)|^\s+at [\w.$<>]+\(.*\)|\bat [\w.]+\.cs:line \d+"
    rb"|\w+Exception: |goroutine \d+ \[",
    re.MULTILINE,
)


class Reply(NamedTuple):
    """What came back: `challenge` is WWW-Authenticate; `code` says why nothing did."""

    status: int | None
    challenge: str = ""
    code: str = ""
    milliseconds: int = 0
    leaks: bool = False
    nonce: str = ""


class Judged(NamedTuple):
    verdict: Verdict
    finding: Finding = Finding.NONE


def judge(reply: Reply, fault: Fault | None, schemes: frozenset[str]) -> Judged:
    """Judge a reply; `schemes` are those that a challenge may have, in lower case.

    Without a fault (or with one that is none) the request was valid, and anything but success
    is wrong. With one, being let in is (for the graver ones) a failure; a refusal that says too
    little is a remark.
    """
    if reply.status is None:
        return Judged(Verdict.UNANSWERED)
    is_in = 200 <= reply.status < 300
    is_grave = fault is None or fault.weight == Weight.FAULT
    if fault is None or fault.is_right:
        if is_in:
            return Judged(Verdict.PASSED)
        return Judged(Verdict.FAILED if is_grave else Verdict.REMARK, Finding.SHUT_OUT)
    if is_in:
        return Judged(Verdict.FAILED if is_grave else Verdict.REMARK, Finding.LET_IN)
    if reply.leaks:
        return Judged(Verdict.FAILED, Finding.LEAK)
    finding = _refusal(reply, fault, schemes)
    return Judged(Verdict.REMARK, finding) if finding else Judged(Verdict.PASSED)


def _refusal(reply: Reply, fault: Fault, schemes: frozenset[str]) -> Finding:
    status = reply.status or 0
    if status >= 500:
        return Finding.BROKEN
    if status not in fault.due.statuses:
        return Finding.STATUS
    if status not in (401, 403):
        return Finding.NONE
    if not reply.challenge:
        return Finding.NO_HEADER
    if not schemes & offered(reply.challenge):
        return Finding.SCHEME
    if fault.due.errors and not set(fault.due.errors) & set(errors(reply.challenge)):
        return Finding.ERROR
    return Finding.NONE


def offered(challenge: str) -> frozenset[str]:
    """Return the schemes of WWW-Authenticate that are ours to judge, in lower case."""
    return frozenset(scheme.lower() for scheme in _SCHEME.findall(challenge))


def errors(challenge: str) -> list[str]:
    """Return the error codes of WWW-Authenticate, in whichever of its challenges."""
    return [str(code) for code in _ERROR.findall(challenge)]


def leaks(body: bytes, token: str) -> bool:
    """Say whether a body shows a stack trace, or the token that it answers."""
    return token.encode() in body or bool(_TRACES.search(body))
