"""Judging a JWT access token (RFC 9068)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from onboarding.jose.algorithms import ALGORITHMS, verify
from onboarding.jose.checks import Check, first_failure, judge
from onboarding.jose.compact import Reading, header_checks, is_text
from onboarding.jose.times import not_ahead, not_expired

LARGEST: Final = 16 * 1024  # characters
LONGEST_KID: Final = 128
LONGEST_CLAIM: Final = 256
TYPE: Final = "at+jwt"
_NAMES: Final = (
    ("token.subject", "sub"),
    ("token.client_id", "client_id"),
    ("token.jti", "jti"),
)


def check_access_token(
    reading: Reading,
    *,
    issuer: str,
    audience: str,
    key: Callable[[str, str], Mapping[str, Any] | None],
    now: float,
) -> list[Check]:
    """Judge an access token as its one audience must (RFC 9068 §4).

    `key(kid, alg)` returns the issuer's public JWK of that name and algorithm, or None; it
    may raise what its source raises, nothing else here does. Read with `limit=LARGEST`.
    """
    checks = list(reading.checks)
    if first_failure(checks):
        return checks
    header, claims = reading.header, reading.claims
    checks += header_checks(header, "token")
    typ = header.get("typ")
    good = isinstance(typ, str) and typ.lower().removeprefix("application/") == TYPE
    checks.append(judge("token.type", good, TYPE, typ))
    checks += _signature(reading, key)
    checks.append(judge("token.issuer", claims.get("iss") == issuer, issuer, claims.get("iss")))
    checks.append(_audience(claims.get("aud"), audience))
    checks.append(not_expired("token.expiry", claims, now))
    checks.append(not_ahead("token.not_before", claims, "nbf", now))
    checks.append(not_ahead("token.issued_at", claims, "iat", now, required=True))
    for code, name in _NAMES:
        value = claims.get(name)
        good = is_text(value, LONGEST_CLAIM)
        checks.append(judge(code, good, f"1..{LONGEST_CLAIM}", value))
    scope = claims.get("scope")
    checks.append(judge("token.scope_syntax", _is_scope(scope), "string | [string]", scope))
    checks.append(_confirmation(claims))
    return checks


def scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes of a token, written as one string or (as HelseID does) as a list."""
    scope = claims.get("scope")
    if isinstance(scope, str):
        return frozenset(scope.split())
    return frozenset(scope) if isinstance(scope, list) and _is_scope(scope) else frozenset()


def bound_to(claims: Mapping[str, Any]) -> str:
    """Return the thumbprint of the key that a token is bound to, or "" when it is not."""
    cnf = claims.get("cnf")
    jkt = cnf.get("jkt") if isinstance(cnf, dict) else None
    return jkt if isinstance(jkt, str) else ""


def _signature(
    reading: Reading, key: Callable[[str, str], Mapping[str, Any] | None]
) -> list[Check]:
    kid, alg = reading.header.get("kid"), reading.header.get("alg")
    allowed = isinstance(alg, str) and alg in ALGORITHMS
    named = is_text(kid, LONGEST_KID)
    jwk = key(str(kid), str(alg)) if allowed and named else None
    signed = jwk is not None and verify(str(alg), jwk, reading.signing_input, reading.signature)
    return [
        judge("token.algorithm", allowed, " ".join(ALGORITHMS), alg),
        judge("token.key", jwk is not None, "", kid),
        judge("token.signature", signed, "", ""),
    ]


def _audience(found: Any, audience: str) -> Check:
    """Ours and nobody else's; a list of one says the same as a string (RFC 7519 §4.1.3)."""
    return judge("token.audience", found in (audience, [audience]), audience, found)


def _is_scope(scope: Any) -> bool:
    if isinstance(scope, list):
        return all(isinstance(item, str) and item for item in scope)
    return scope is None or isinstance(scope, str)


def _confirmation(claims: Mapping[str, Any]) -> Check:
    """A binding that we cannot check must not be taken for none."""
    cnf = claims.get("cnf")
    good = "cnf" not in claims or (isinstance(cnf, dict) and is_text(cnf.get("jkt"), 43))
    found = " ".join(sorted(cnf)) if isinstance(cnf, dict) else cnf
    return judge("token.confirmation", good, "jkt", found)
