"""Reading a compact JWS, before anything in it is believed."""

from typing import Any, NamedTuple, TypeGuard

from onboarding.jose import b64
from onboarding.jose.checks import Check, fail, judge
from onboarding.jose.strict import BadJson, strict_json

__all__ = ["Reading", "header_checks", "is_text", "numeric_date", "read", "strict_json"]

_UNDERSTOOD = frozenset({"crit", "b64"})
_KEYS = frozenset({"jku", "x5u", "x5c", "jwk"})
_KEYS_BUT_JWK = _KEYS - {"jwk"}
# Beyond any clock, and before floats lose whole seconds: 9999-12-31.
_LAST_DATE = 253402300799


class Reading(NamedTuple):
    """A token taken apart. What could not be read is empty, and a check says why."""

    checks: list[Check]
    header: dict[str, Any]
    claims: dict[str, Any]
    signing_input: bytes
    signature: bytes


def read(token: str, *, prefix: str, limit: int = 8192) -> Reading:
    """Take a compact JWS apart strictly; nothing is verified yet.

    `prefix` begins the codes of the checks: "assertion", "proof" or "token".
    `limit` is in characters and is looked at first, so that size never costs work. Never
    raises, whatever the text (RFC 7515 §5.2 steps 1 to 4, RFC 7519 §7.2).
    """
    checks = [judge(f"{prefix}.size", len(token) <= limit, f"<= {limit}", len(token))]
    if len(token) > limit:
        return Reading(checks, {}, {}, b"", b"")
    dots = token.count(".")
    checks.append(judge(f"{prefix}.compact", dots == 2, "3", dots + 1))
    if dots != 2:
        return Reading(checks, {}, {}, b"", b"")
    first, second, third = token.split(".")
    try:
        header, claims, signature = b64.decode(first), b64.decode(second), b64.decode(third)
    except ValueError:
        return _unreadable(checks, f"{prefix}.base64url", "A-Z a-z 0-9 - _", "")
    checks.append(judge(f"{prefix}.base64url", True, "A-Z a-z 0-9 - _", ""))
    try:
        members, values = strict_json(header), strict_json(claims)
    except BadJson as error:
        return _unreadable(checks, f"{prefix}.json", "object object", str(error))
    if not (isinstance(members, dict) and isinstance(values, dict)):
        return _unreadable(checks, f"{prefix}.json", "object object", "other JSON")
    checks.append(judge(f"{prefix}.json", True, "object object", "object object"))
    signing_input = token[: len(first) + 1 + len(second)].encode("ascii")
    return Reading(checks, members, values, signing_input, signature)


def header_checks(header: dict[str, Any], prefix: str, *, jwk: bool = False) -> list[Check]:
    """Judge the header members that could change how a token is read or whom it is believed.

    `crit` and `b64` change the meaning, `zip` the text; keys and addresses of keys (`jku`,
    `x5u`, `x5c`, `jwk`) come from whoever wrote the token. None is followed, all are
    refused. `jwk=True` allows the one that a DPoP proof carries by definition.
    """
    names = header.keys()
    if names.isdisjoint(_NEVER):
        found = critical = keys = ""
    else:
        critical = " ".join(sorted(names & _UNDERSTOOD))
        keys = " ".join(sorted(names & (_KEYS_BUT_JWK if jwk else _KEYS)))
        found = "zip" if "zip" in header else ""
    return [
        judge(f"{prefix}.critical", not critical, "", critical),
        judge(f"{prefix}.compression", not found, "", found),
        judge(f"{prefix}.embedded_key", not keys, "", keys),
    ]


_NEVER = _KEYS | _UNDERSTOOD | {"zip"}


def numeric_date(value: Any) -> float | None:
    """Return a NumericDate in seconds, or None for whatever is not one (RFC 7519 §2).

    A boolean is no number, a string is no number, and a year after 9999 is no date.
    """
    if type(value) not in (int, float) or not 0 <= value <= _LAST_DATE:
        return None
    return float(value)


def is_text(value: Any, longest: int) -> TypeGuard[str]:
    """Tell whether a claim is a string of 1 to `longest` characters."""
    return isinstance(value, str) and 0 < len(value) <= longest


def _unreadable(checks: list[Check], code: str, expected: str, found: str) -> Reading:
    checks.append(fail(code, expected, found))
    return Reading(checks, {}, {}, b"", b"")
