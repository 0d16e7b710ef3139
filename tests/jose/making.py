"""Assertions, proofs and tokens for the tests: right by default, wrong where told."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeVar

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.assertion import RegisteredKey
from onboarding.jose.checks import Check, first_failure
from onboarding.jose.keys import generate
from onboarding.jose.proof import Nonces

T = TypeVar("T")

NOON: Final = 1_800_000_000
ISSUER: Final = "https://sts.example.no/test/sts"
TOKEN_URL: Final = f"{ISSUER}/connect/token"
API_URL: Final = "https://api.example.no/test/cp-api/CommunicationPartyEvents"
AUDIENCE: Final = "nhn:cp-api"
CLIENT: Final = "0b1f5a4e-2f0c-4b5e-9d64-0a8a3b0f7a11"
NONCES: Final = Nonces(b"a secret of the tests, 32 octets", life=120)
ABSENT: Final = object()  # as a member's value: leave the member out


def private_jwk(kind: str, number: int = 0) -> dict[str, str]:
    """A key of that kind, always the same one; `number` tells several apart."""
    return _made(kind, number)


@cache
def _made(kind: str, number: int) -> dict[str, str]:
    return generate(kind)


def private_key(kind: str, number: int = 0) -> PrivateKey:
    return PrivateKey(private_jwk(kind, number))


def registered(kind: str, number: int = 0) -> RegisteredKey:
    key = private_key(kind, number)
    return RegisteredKey(key.kid, key.alg, dict(key.jwk_public()))


def bare(key: PrivateKey) -> dict[str, str]:
    """The public members alone, as a proof carries them."""
    return {k: v for k, v in key.jwk_public().items() if k in ("kty", "n", "e", "crv", "x", "y")}


def changed(members: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**members, **changes}.items() if v is not ABSENT}


def assertion(
    key: PrivateKey,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    now: int = NOON,
) -> str:
    right = {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": ISSUER,
        "jti": "a-jti-of-its-own",
        "iat": now,
        "nbf": now,
        "exp": now + 30,
    }
    typed = {"alg": key.alg, "kid": key.kid, "typ": "client-authentication+jwt"}
    return signed(changed(typed, header or {}), changed(right, claims or {}), key)


def proof(
    key: PrivateKey,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    now: int = NOON,
) -> str:
    right = {
        "jti": "another-jti",
        "htm": "POST",
        "htu": TOKEN_URL,
        "iat": now,
        "nonce": NONCES.issue(now),
    }
    typed = {"alg": key.alg, "typ": "dpop+jwt", "jwk": bare(key)}
    return signed(changed(typed, header or {}), changed(right, claims or {}), key)


def access_token(
    key: PrivateKey,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    now: int = NOON,
) -> str:
    right = {
        "iss": ISSUER,
        "sub": CLIENT,
        "client_id": CLIENT,
        "aud": AUDIENCE,
        "jti": "a-token",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
        "scope": ["nhn:cp-api/access"],
    }
    typed = {"alg": key.alg, "kid": key.kid, "typ": "at+jwt"}
    return signed(changed(typed, header or {}), changed(right, claims or {}), key)


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: PrivateKey) -> str:
    """Sign exactly these members, so that absent ones stay absent."""
    return signed_text(json.dumps(header), json.dumps(claims), key)


def signed_text(header: str, claims: str, key: PrivateKey) -> str:
    signing_input = f"{b64.encode(header.encode())}.{b64.encode(claims.encode())}"
    return f"{signing_input}.{b64.encode(key.sign(signing_input.encode()))}"


def with_signature(token: str, signature: bytes) -> str:
    return f"{token.rpartition('.')[0]}.{b64.encode(signature)}"


def reason(checks: list[Check]) -> str:
    """The code of the first failure, or "" for what is let through."""
    failure = first_failure(checks)
    return failure.code if failure else ""


@contextmanager
def quick(seconds: float = 0.05) -> Iterator[None]:
    """What happens inside takes less processor time than that.

    Other processes and the collector's pauses are the machine's and the suite's, not ours.
    """
    gc.disable()
    begun = time.thread_time()
    try:
        yield
        spent = time.thread_time() - begun
    finally:
        gc.enable()
    assert spent < seconds


def spent(act: Callable[[], T]) -> tuple[T, float]:
    """What `act` returns, and the seconds of processor time that this process spent on it."""
    gc.disable()
    begun = time.process_time()
    try:
        made = act()
        return made, time.process_time() - begun
    finally:
        gc.enable()
