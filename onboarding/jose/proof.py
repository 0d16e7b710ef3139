"""Judging a DPoP proof (RFC 9449 §4.3), and the nonces that it must carry (§8, §9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from onboarding.jose import b64
from onboarding.jose.algorithms import ALGORITHMS, fitting, verify_with
from onboarding.jose.assertion import NO_DPOP
from onboarding.jose.checks import Check, fail, first_failure, judge, note
from onboarding.jose.compact import Reading, header_checks, is_text, numeric_date
from onboarding.jose.material import Material, material
from onboarding.jose.nonces import Nonces
from onboarding.jose.private_parts import MEMBERS as PRIVATE
from onboarding.jose.times import SKEW, not_ahead, not_expired, shown
from onboarding.jose.urls import same_target
from onboarding.jose.weak import all_checks

__all__ = ["Nonces", "check_proof", "life_end", "proof_jkt", "replay", "replay_value"]

LIFE: Final = 60  # seconds for which a proof is fresh
LONGEST_JTI: Final = 256
TYPE: Final = "dpop+jwt"
_NONCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")


def check_proof(
    reading: Reading,
    *,
    method: str,
    url: str,
    now: float,
    nonce: Callable[[str], bool] | None,
    access_token: str | None = None,
    jkt: str | None = None,
    algorithms: Collection[str] = ALGORITHMS,
) -> list[Check]:
    """Judge everything about a DPoP proof but whether it was seen before.

    `method` and `url` are those of the request, as the public knows them; `nonce` tells
    whether a value is one of ours and fresh, None when none is demanded; `access_token`
    and `jkt` (the key it is bound to) are given at a resource. The nonce is judged last,
    with the code "proof.nonce": when it is the first failure, the answer is
    `use_dpop_nonce`, and the client should come again. Never raises.
    """
    checks = list(reading.checks)
    if first_failure(checks):
        return checks
    header, claims = reading.header, reading.claims
    checks += header_checks(header, "proof", jwk=True)
    checks.append(judge("proof.type", header.get("typ") == TYPE, TYPE, header.get("typ")))
    checks += _signature(reading, algorithms)
    jti = claims.get("jti")
    checks += [
        judge("proof.jti", is_text(jti, LONGEST_JTI), f"1..{LONGEST_JTI}", jti),
        judge("proof.method", claims.get("htm") == method, method, claims.get("htm")),
        _url(claims.get("htu"), url),
    ]
    checks += _times(claims, now)
    if access_token is not None:
        checks.append(_token_hash(claims.get("ath"), access_token))
    if jkt is not None:
        found = proof_jkt(reading)
        checks.append(judge("proof.binding", found == jkt, jkt, found))
    checks += _nonce(claims, nonce)
    return checks


def none_sent(leniencies: frozenset[str] = frozenset()) -> Check:
    """Judge a token request that came without a proof where one is needed."""
    if NO_DPOP in leniencies:
        return note("proof.count", "1", NO_DPOP)
    return fail("proof.count", "1", 0)


def proof_jkt(reading: Reading) -> str:
    """Return the thumbprint of the key that a proof carries, or "" when it has none."""
    jwk = reading.header.get("jwk")
    return material(jwk).thumbprint if isinstance(jwk, dict) else ""


def life_end(claims: Mapping[str, Any]) -> float:
    """Return until when (seconds since the epoch) an accepted proof must be remembered."""
    return (numeric_date(claims.get("iat")) or 0.0) + LIFE


def replay(first_use: bool) -> Check:
    """Judge whether the proof was used before, as the caller's memory says."""
    return judge("proof.replay", first_use, "1", "1" if first_use else "2")


def replay_value(reading: Reading, url: str) -> str:
    """Return what to remember of a proof: a digest of its `jti` at this target, for this key.

    The scope is the target URI (RFC 9449 §11.1): the same `jti` elsewhere is another proof.
    """
    jti = str(reading.claims.get("jti"))
    return b64.digest("\n".join((proof_jkt(reading), url, jti)).encode())


def _signature(reading: Reading, algorithms: Collection[str]) -> list[Check]:
    alg, jwk = reading.header.get("alg"), reading.header.get("jwk")
    allowed = isinstance(alg, str) and alg in algorithms
    checks = [judge("proof.algorithm", allowed, " ".join(algorithms), alg)]
    if not isinstance(jwk, dict):
        return [*checks, fail("proof.jwk", "object", jwk), fail("proof.signature", "", "")]
    private = " ".join(sorted(name for name in jwk if name.casefold() in PRIVATE))
    public = material(jwk)
    signed = allowed and verify_with(str(alg), public, reading.signing_input, reading.signature)
    return [
        *checks,
        judge("proof.jwk", True, "object", "object"),
        judge("proof.private_key", not private, "", private),
        _key(public, jwk, alg),
        judge("proof.signature", signed, "", ""),
    ]


def _key(public: Material, jwk: dict[str, Any], alg: Any) -> Check:
    """The policy of uploaded keys holds for proof keys too: the token is worth as much."""
    failure = first_failure(all_checks(public))
    if failure:
        return fail("proof.key", failure.expected, f"{failure.code} {failure.found}".strip())
    choices = fitting(public.kty, public.crv)
    consistent = jwk.get("alg", alg) == alg and jwk.get("use", "sig") == "sig"
    kind = public.crv or f"{public.kty} {public.bits}"
    return judge("proof.key", alg in choices and consistent, " ".join(choices), kind)


def _url(htu: Any, url: str) -> Check:
    """What follows a question mark is no part of the target, and nobody's business."""
    found = htu.partition("?")[0] if isinstance(htu, str) else htu
    return judge("proof.url", same_target(htu, url), url, found)


def _times(claims: dict[str, Any], now: float) -> list[Check]:
    issued = numeric_date(claims.get("iat"))
    fresh = issued is not None and now - LIFE <= issued <= now + SKEW
    expected = f"{int(now) - LIFE}..{int(now) + SKEW}"
    checks = [judge("proof.issued_at", fresh, expected, shown(claims.get("iat")))]
    if "exp" in claims:
        checks.append(not_expired("proof.expiry", claims, now))
    if "nbf" in claims:
        checks.append(not_ahead("proof.not_before", claims, "nbf", now))
    return checks


def _token_hash(ath: Any, access_token: str) -> Check:
    expected = b64.digest(access_token.encode("utf-8", "surrogatepass"))
    return judge("proof.token_hash", ath == expected, expected, ath)


def _nonce(claims: dict[str, Any], accepts: Callable[[str], bool] | None) -> list[Check]:
    nonce = claims.get("nonce")
    if accepts is None and nonce is None:
        return []
    syntax = "nonce" not in claims or (isinstance(nonce, str) and bool(_NONCE.fullmatch(nonce)))
    checks = [judge("proof.nonce_syntax", syntax, "NQCHAR 1..256", "" if syntax else nonce)]
    if accepts is not None and syntax:
        fresh = isinstance(nonce, str) and accepts(nonce)
        checks.append(judge("proof.nonce", fresh, "fresh", nonce))
    return checks
