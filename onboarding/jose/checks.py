"""What every function of the engine yields: checks, each with the reason for its verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from onboarding.jose.sources import SOURCES

LONGEST = 200


class Verdict(StrEnum):
    """PASSED and NOTED let a thing through, FAILED does not.

    NOTED is for what is allowed but better done otherwise, and for named leniencies.
    """

    PASSED = "passed"
    NOTED = "noted"
    FAILED = "failed"


# Enum attributes cost a descriptor call each; the hot path makes some forty checks a request.
_PASSED, _NOTED, _FAILED = Verdict.PASSED, Verdict.NOTED, Verdict.FAILED
# As the class makes one itself, without a call between.
_check = tuple.__new__


class Check(NamedTuple):
    """One rule, judged.

    `code` is stable and names the page that explains the rule ("assertion.audience").
    `expected` and `found` are short values without language: numbers, names, lists with
    spaces between. Never a token, a signature or a private member; `found` holds at most
    200 printable characters. `source` is the RFC and its section.
    """

    code: str
    verdict: Verdict
    expected: str
    found: str
    source: str


def judge(code: str, passes: bool, expected: str, found: object) -> Check:
    """Return the check that passed or failed."""
    if passes and found == expected:
        # What was expected is ours, and fit to show. This is the way of most checks.
        return _check(Check, (code, _PASSED, expected, expected, SOURCES[code]))
    verdict = _PASSED if passes else _FAILED
    return _check(Check, (code, verdict, expected, printable(found), SOURCES[code]))


def note(code: str, expected: str, found: object) -> Check:
    """Return a check that lets through, but says that `expected` would be better."""
    return Check(code, _NOTED, expected, printable(found), SOURCES[code])


def fail(code: str, expected: str, found: object) -> Check:
    """Return a failed check."""
    return Check(code, _FAILED, expected, printable(found), SOURCES[code])


def first_failure(checks: Iterable[Check]) -> Check | None:
    """Return the first check that failed, or None when all let through."""
    for check in checks:
        if check.verdict == _FAILED:
            return check
    return None


def passed(checks: Iterable[Check]) -> bool:
    """Tell whether every check lets through (passed or noted)."""
    return first_failure(checks) is None


def printable(value: object) -> str:
    """Return `value` as at most 200 printable characters that are safe to log and to show.

    Objects are named, not shown: a claim may hold anything, a private key included. What
    looks like a token or a key in a string is left out for the same reason.
    """
    if isinstance(value, str):
        text = value
    elif value is None:
        return ""
    elif isinstance(value, bool | int | float):
        return json.dumps(value) if isinstance(value, bool) else str(value)[:LONGEST]
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        text = f"[{' '.join(value)}]"
    else:
        return "array" if isinstance(value, list) else "object"
    if "eyJ" in text or "PRIVATE" in text or '"d"' in text:
        return "(left out)"
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
