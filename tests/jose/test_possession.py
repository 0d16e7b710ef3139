"""Proof of possession: what a signature must be, each rule alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.checks import first_failure
from onboarding.jose.possession import (
    Challenge,
    Challenges,
    Subject,
    check_signature,
    check_token,
    replay,
)
from tests.jose.making import (
    ABSENT,
    CLIENT,
    NOON,
    changed,
    private_jwk,
    private_key,
    reason,
    registered,
    signed,
    with_signature,
)

PORTAL = "https://selvbetjening.example.no"
SERVER = Challenges(b"a secret of the tests, 32 octets")
KINDS = ["RS256/3072", "PS384/3072", "ES256", "ES384", "ES512"]


def subject(kind: str = "ES384", *others: int, client: str = CLIENT) -> Subject:
    """The subject with a key of that kind; `others` are numbers of more keys of the client."""
    rest = tuple(registered(kind, number) for number in others)
    return Subject(PORTAL, client, registered(kind), rest)


def challenge(kind: str = "ES384") -> Challenge:
    return _challenge(kind)


@cache
def _challenge(kind: str) -> Challenge:
    return SERVER.issue(subject(kind), NOON)


def token(
    kind: str = "ES384",
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    signer: PrivateKey | None = None,
) -> str:
    key = private_key(kind)
    right = {
        "aud": PORTAL,
        "nonce": challenge(kind).nonce,
        "iat": NOON,
        "exp": NOON + 300,
    }
    typed = {"typ": "key-pop+jwt", "alg": key.alg, "kid": key.kid}
    return signed(changed(typed, header or {}), changed(right, claims or {}), signer or key)


def der(raw: bytes) -> bytes:
    half = len(raw) // 2
    r, s = (int.from_bytes(part, "big") for part in (raw[:half], raw[half:]))
    return encode_dss_signature(r, s)


def bare(kind: str = "ES384", signer: PrivateKey | None = None) -> bytes:
    """A signature over the challenge's text, as OpenSSL makes it."""
    raw = (signer or private_key(kind)).sign(challenge(kind).text.encode())
    return der(raw) if kind.startswith("ES") else raw


def judged(text: str, *others: int, kind: str = "ES384", now: float = NOON) -> str:
    return reason(check_token(text, subject(kind, *others), SERVER, now).checks)


def judged_bare(octets: bytes, *others: int, kind: str = "ES384", now: float = NOON) -> str:
    text, nonce = b64encode(octets).decode(), challenge(kind).nonce
    return reason(check_signature(text, nonce, subject(kind, *others), SERVER, now).checks)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_key_signed_proves_it(kind: str) -> None:
    by_token = check_token(token(kind), subject(kind), SERVER, NOON)
    text = b64encode(bare(kind)).decode()
    by_signature = check_signature(text, challenge(kind).nonce, subject(kind), SERVER, NOON)

    assert first_failure(by_token.checks) is first_failure(by_signature.checks) is None
    assert by_token.nonce == by_signature.nonce == challenge(kind).nonce


@pytest.mark.parametrize(
    ("code", "header", "claims"),
    [
        ("pop.type", {"typ": "JWT"}, {}),
        ("pop.type", {"typ": "client-authentication+jwt"}, {}),
        ("pop.type", {"typ": ABSENT}, {}),
        ("pop.kid", {"kid": "another"}, {}),
        ("pop.kid", {"kid": ABSENT}, {}),
        ("pop.algorithm", {"alg": "none"}, {}),
        ("pop.algorithm", {"alg": "ES256"}, {}),
        ("pop.algorithm", {"alg": ["ES384"]}, {}),
        ("pop.embedded_key", {"jwk": {}}, {}),
        ("pop.critical", {"crit": ["exp"]}, {}),
        ("pop.compression", {"zip": "DEF"}, {}),
        ("pop.audience", {}, {"aud": f"{PORTAL}/"}),
        ("pop.audience", {}, {"aud": [PORTAL]}),
        ("pop.audience", {}, {"aud": ABSENT}),
        ("pop.nonce", {}, {"nonce": ABSENT}),
        ("pop.nonce", {}, {"nonce": "made-up"}),
        ("pop.nonce", {}, {"nonce": 7}),
        ("pop.issued_at", {}, {"iat": ABSENT}),
        ("pop.issued_at", {}, {"iat": str(NOON)}),
        ("pop.issued_at", {}, {"iat": NOON + 60}),
        ("pop.not_before", {}, {"nbf": NOON + 60}),
        ("pop.expiry", {}, {"exp": ABSENT}),
        ("pop.expiry", {}, {"exp": NOON - 60}),
        ("pop.lifetime", {}, {"exp": NOON + 301}),
    ],
)
def test_each_rule_of_the_token_alone(
    code: str, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    assert judged(token(header=header, claims=claims)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pop.compact"),
        ("a.b", "pop.compact"),
        ("a.b.c.d.e", "pop.compact"),
        ("é.e30.AA", "pop.base64url"),
        ("e30.e30=.AA", "pop.base64url"),
        ("e30.W10.AA", "pop.json"),
        ("x" * 8193, "pop.size"),
    ],
)
def test_what_is_no_token(text: str, code: str) -> None:
    assert judged(text) == code


@pytest.mark.parametrize("kind", ["PS256/3072", "ES384"])
def test_another_key_of_the_client_is_named(kind: str) -> None:
    other = private_key(kind, 1)
    mine, theirs = registered(kind), registered(kind, 1)
    wrong = token(kind, signer=other)

    assert judged(wrong, kind=kind) == "pop.signature"
    for checks in (
        check_token(wrong, subject(kind, 1), SERVER, NOON).checks,
        check_signature(
            b64encode(bare(kind, other)).decode(),
            challenge(kind).nonce,
            subject(kind, 1),
            SERVER,
            NOON,
        ).checks,
    ):
        failure = first_failure(checks)
        assert failure is not None
        assert (failure.code, failure.expected, failure.found) == ("pop.key", mine.kid, theirs.kid)


def test_a_token_that_was_changed_proves_nothing() -> None:
    head, _, signature = token().split(".")
    claims = token(claims={"iat": NOON - 1}).split(".")[1]

    assert judged(f"{head}.{claims}.{signature}") == "pop.signature"
    assert judged(with_signature(token(), b"\0" * 96)) == "pop.signature"
    assert judged(with_signature(token(), b"")) == "pop.signature"


CHALLENGE_OF_ANOTHER: dict[str, Callable[[], Challenge]] = {
    "key": lambda: SERVER.issue(Subject(PORTAL, CLIENT, registered("ES384", 1)), NOON),
    "client": lambda: SERVER.issue(subject(client="another"), NOON),
    "portal": lambda: SERVER.issue(Subject("https://other.example", *subject()[1:]), NOON),
    "secret": lambda: Challenges(b"another secret of the tests, too").issue(subject(), NOON),
}


@pytest.mark.parametrize("whose", CHALLENGE_OF_ANOTHER)
def test_a_challenge_is_for_one_key_of_one_client_at_one_portal(whose: str) -> None:
    other = CHALLENGE_OF_ANOTHER[whose]()
    signature = b64encode(der(private_key("ES384").sign(other.text.encode()))).decode()

    assert judged(token(claims={"nonce": other.nonce})) == "pop.nonce"
    checks = check_signature(signature, other.nonce, subject(), SERVER, NOON).checks
    assert reason(checks) == "pop.nonce"


def test_a_challenge_is_good_for_five_minutes() -> None:
    late = {"iat": NOON + 200, "exp": NOON + 400}

    assert judged(token(), now=NOON + 300) == ""
    assert judged(token(claims=late), now=NOON + 301) == "pop.nonce_age"
    assert judged_bare(bare(), now=NOON + 300) == ""
    assert judged_bare(bare(), now=NOON + 301) == "pop.nonce_age"
    assert judged_bare(bare(), now=NOON - 60) == "pop.nonce_age"


def test_challenges_differ_and_are_no_part_of_a_token() -> None:
    one, other = (SERVER.issue(subject(), NOON) for _ in range(2))

    assert one.nonce != other.nonce
    assert one.text.isascii()
    assert one.text.isprintable()
    assert " " in one.text  # a signing input of a JWS never has one
    assert SERVER.read(one.nonce, subject()) == one


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 31])
def test_a_challenge_cannot_be_changed(cut: int) -> None:
    octets = bytearray(b64.decode(challenge().nonce))
    octets[cut] ^= 1

    assert SERVER.read(b64.encode(bytes(octets)), subject()) is None


def test_a_used_challenge_is_refused() -> None:
    assert replay(True).verdict == "passed"
    assert (replay(False).code, replay(False).verdict) == ("pop.replay", "failed")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pop.base64"),
        ("not base64", "pop.base64"),
        ("AA", "pop.base64"),
        ("AB==", "pop.base64"),
        ("AA==", "pop.der"),
        ("-_8=", "pop.base64"),
        ("A" * 8196, "pop.size"),
    ],
)
def test_what_is_no_signature(text: str, code: str) -> None:
    checks = check_signature(text, challenge().nonce, subject(), SERVER, NOON).checks

    assert reason(checks) == code


def test_lines_may_be_broken() -> None:
    text = b64encode(bare()).decode()
    broken = "\r\n".join([text[:64], text[64:], ""])

    assert reason(check_signature(broken, challenge().nonce, subject(), SERVER, NOON).checks) == ""


def test_ecdsa_is_der_and_nothing_around_it() -> None:
    raw = private_key("ES384").sign(challenge().text.encode())
    good = der(raw)

    assert judged_bare(raw) == "pop.der"
    assert judged_bare(good + b"\0") == "pop.der"
    assert judged_bare(good[:-1]) == "pop.der"
    assert judged_bare(der(b"\0" * 96)) == "pop.der"
    assert judged_bare(b"\x30\x06\x02\x01\xff\x02\x01\x01") == "pop.der"
    # A length in two octets where one does: BER, which is not DER.
    assert judged_bare(b"\x30\x81" + good[1:]) == "pop.der"


def test_another_algorithm_of_the_same_key_is_named() -> None:
    wrong = PrivateKey({**private_jwk("PS384/3072"), "alg": "RS256"}).sign(
        challenge("PS384/3072").text.encode()
    )
    text, nonce = b64encode(wrong).decode(), challenge("PS384/3072").nonce

    failure = first_failure(
        check_signature(text, nonce, subject("PS384/3072"), SERVER, NOON).checks
    )

    assert failure is not None
    assert (failure.code, failure.expected, failure.found) == ("pop.algorithm", "PS384", "RS256")


def test_a_signature_over_anything_else_proves_nothing() -> None:
    other = private_key("ES384").sign(challenge().text.encode() + b"\n")

    assert judged_bare(der(other)) == "pop.signature"
    assert judged_bare(bare("RS256/3072"), kind="PS384/3072") == "pop.signature"


def test_a_secret_is_long_enough() -> None:
    with pytest.raises(ValueError, match="32 octets"):
        Challenges(b"short")


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary().map(lambda octets: b64encode(octets).decode()), st.text())
def test_anything_is_judged_and_nothing_accepted(text: str, nonce: str) -> None:
    assert first_failure(check_token(text, subject(), SERVER, NOON).checks)
    for given_nonce in (nonce, challenge().nonce):
        assert first_failure(check_signature(text, given_nonce, subject(), SERVER, NOON).checks)
