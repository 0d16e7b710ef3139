"""Judging that somebody holds a private key: a signature over our challenge.

Two shapes: a JWS that carries the challenge (as RFC 8555 §6.5 and RFC 7800 do it), and a bare
signature over a line of text, for keys that only OpenSSL or a vault can sign with.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from onboarding.jose import b64
from onboarding.jose.algorithms import fitting, verify
from onboarding.jose.assertion import RegisteredKey
from onboarding.jose.checks import Check, fail, first_failure, judge
from onboarding.jose.compact import header_checks, numeric_date, read
from onboarding.jose.material import CURVES, material
from onboarding.jose.times import SKEW, not_ahead, not_expired

LIFE: Final = 300  # seconds
LARGEST: Final = 8192  # characters
TYPE: Final = "key-pop+jwt"
_TIME, _SALT, _MAC = 8, 8, 16  # octets of a nonce
_SPACE = re.compile(r"\s+")


class Subject(NamedTuple):
    """Who is to prove what to whom: our own address, the client, its key and its other keys."""

    audience: str
    client_id: str
    key: RegisteredKey
    others: Sequence[RegisteredKey] = ()


class Challenge(NamedTuple):
    """What is to be signed; `issued` and `expires` in seconds since the epoch.

    `text` is what a bare signature is made over: one line, which nobody can take for a JWS.
    """

    nonce: str
    issued: int
    expires: int
    text: str


class Judged(NamedTuple):
    """What was looked at; `nonce` is to be used up if all of it lets through."""

    checks: list[Check]
    nonce: str


class Challenges:
    """Challenges that nobody has to remember: each names its subject and its time, under a MAC.

    `secret` has at least 32 octets.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("a challenge needs a secret of 32 octets")
        self._secret = secret

    def issue(self, subject: Subject, now: float) -> Challenge:
        """Return a challenge for this subject; it is good for LIFE seconds."""
        issued = int(now)
        head = issued.to_bytes(_TIME, "big") + secrets.token_bytes(_SALT)
        return challenge_of(b64.encode(head + self._mac(head, subject)), issued, subject)

    def read(self, nonce: Any, subject: Subject) -> Challenge | None:
        """Return the challenge that a nonce stands for; None where it is not ours, or another's."""
        try:
            given = b64.decode(nonce) if isinstance(nonce, str) else b""
        except ValueError:
            return None
        head = given[: _TIME + _SALT]
        if len(given) != _TIME + _SALT + _MAC:
            return None
        if not hmac.compare_digest(given[_TIME + _SALT :], self._mac(head, subject)):
            return None
        return challenge_of(nonce, int.from_bytes(head[:_TIME], "big"), subject)

    def _mac(self, head: bytes, subject: Subject) -> bytes:
        parts = ("key-pop", subject.audience, subject.client_id, _thumbprint(subject.key))
        message = b"\0".join([head, *(part.encode() for part in parts)])
        return hmac.digest(self._secret, message, "sha256")[:_MAC]


def challenge_of(nonce: str, issued: int, subject: Subject) -> Challenge:
    """Return the challenge with that nonce and time."""
    words = ("key-pop", subject.audience, subject.client_id, _thumbprint(subject.key), nonce)
    return Challenge(nonce, issued, issued + LIFE, " ".join(words))


def check_token(text: str, subject: Subject, challenges: Challenges, now: float) -> Judged:
    """Judge a JWS of type key-pop+jwt: everything but whether its nonce was used before.

    `now` in seconds since the epoch. Never raises. It must be signed with the key's one
    algorithm, be for us and of this challenge, and live for LIFE seconds at most.
    """
    reading = read(text, prefix="pop", limit=LARGEST)
    checks = list(reading.checks)
    if first_failure(checks):
        return Judged(checks, "")
    header, claims, key = reading.header, reading.claims, subject.key
    checks += header_checks(header, "pop")
    typ = header.get("typ")
    good = isinstance(typ, str) and typ.lower().removeprefix("application/") == TYPE
    checks.append(judge("pop.type", good, TYPE, typ))
    checks.append(judge("pop.kid", header.get("kid") == key.kid, key.kid, header.get("kid")))
    alg = header.get("alg")
    checks.append(judge("pop.algorithm", alg == key.alg, key.alg, alg))
    signers = [
        one
        for one in (key, *subject.others)
        if isinstance(alg, str) and verify(alg, one.jwk, reading.signing_input, reading.signature)
    ]
    checks += _signer(subject, signers[0] if signers else None)
    audience = claims.get("aud")
    checks.append(judge("pop.audience", audience == subject.audience, subject.audience, audience))
    challenge = challenges.read(claims.get("nonce"), subject)
    checks += _challenge(challenge, now)
    checks.append(not_ahead("pop.issued_at", claims, "iat", now, required=True))
    checks.append(not_ahead("pop.not_before", claims, "nbf", now))
    checks.append(not_expired("pop.expiry", claims, now))
    checks.append(_lifetime(claims))
    return Judged(checks, challenge.nonce if challenge else "")


def check_signature(
    text: str, nonce: str, subject: Subject, challenges: Challenges, now: float
) -> Judged:
    """Judge a bare signature, in base64, over the text of the challenge that `nonce` stands for.

    RSA signatures as they are, with salts as long as the hash; ECDSA in DER, as OpenSSL writes
    it. Never raises.
    """
    checks = [judge("pop.size", len(text) <= LARGEST, f"<= {LARGEST}", len(text))]
    if first_failure(checks):
        return Judged(checks, "")
    given = _from_base64(text)
    checks.append(judge("pop.base64", given is not None, "A-Z a-z 0-9 + / =", ""))
    if given is None:
        return Judged(checks, "")
    challenge = challenges.read(nonce, subject)
    checks += _challenge(challenge, now)
    if challenge is None:
        return Judged(checks, "")
    key = subject.key
    if key.jwk["kty"] == "EC":
        checks.append(judge("pop.der", _from_der(given, 66) is not None, "DER", _shape(given)))
    signer, alg = _who_signed(given, challenge.text.encode(), subject)
    wrong = alg if signer == key and alg != key.alg else ""
    checks.append(judge("pop.algorithm", not wrong, key.alg, wrong or key.alg))
    checks += _signer(subject, signer)
    return Judged(checks, nonce)


def replay(first_use: bool) -> Check:
    """Judge whether the challenge was used before, as the caller's memory says."""
    return judge("pop.replay", first_use, "1", "1" if first_use else "2")


def _thumbprint(key: RegisteredKey) -> str:
    return material(key.jwk).thumbprint


def _signer(subject: Subject, signer: RegisteredKey | None) -> list[Check]:
    """Whether anybody whom we know signed, and whether with this key or another of the client's."""
    expected = _thumbprint(subject.key)
    found = _thumbprint(signer) if signer else ""
    return [
        judge("pop.signature", signer is not None, expected, ""),
        judge("pop.key", found in ("", expected), expected, found),
    ]


def _challenge(challenge: Challenge | None, now: float) -> list[Check]:
    if challenge is None:
        return [fail("pop.nonce", "", "")]
    age = int(now) - challenge.issued
    fresh = -SKEW <= age <= LIFE
    return [
        judge("pop.nonce", True, "", ""),
        judge("pop.nonce_age", fresh, f"<= {LIFE}", age),
    ]


def _lifetime(claims: dict[str, Any]) -> Check:
    issued, expiry = numeric_date(claims.get("iat")), numeric_date(claims.get("exp"))
    life = None if issued is None or expiry is None else expiry - issued
    good = life is not None and 0 < life <= LIFE
    return judge("pop.lifetime", good, f"<= {LIFE}", "" if life is None else int(life))


def _who_signed(given: bytes, message: bytes, subject: Subject) -> tuple[RegisteredKey | None, str]:
    """Which of the client's keys it was, and with which algorithm: the right ones first."""
    for key in (subject.key, *subject.others):
        public = material(key.jwk)
        size = CURVES[public.crv].size if public.crv else 0
        signature = _from_der(given, size) if size else given
        others = [alg for alg in fitting(public.kty, public.crv) if alg != key.alg]
        for alg in (key.alg, *others):
            if signature is not None and verify(alg, key.jwk, message, signature):
                return key, alg
    return None, ""


def _from_base64(text: str) -> bytes | None:
    """The octets, if they stand there in base64 and in its one form; lines may be broken."""
    bare = _SPACE.sub("", text)
    try:
        octets = b64decode(bare, validate=True)
    except ValueError:
        return None
    return octets if octets and b64encode(octets).decode() == bare else None


def _from_der(octets: bytes, size: int) -> bytes | None:
    """An ECDSA signature as r‖s of full length (RFC 7518 §3.4); None for what is not DER of one."""
    try:
        r, s = decode_dss_signature(octets)
    except ValueError:
        return None
    if min(r, s) < 1 or max(r, s) >= 1 << (8 * size) or encode_dss_signature(r, s) != octets:
        return None
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _shape(octets: bytes) -> str:
    if _from_der(octets, 66) is not None:
        return "DER"
    return "r||s" if len(octets) in {2 * curve.size for curve in CURVES.values()} else ""
