"""Part A of the answers, row by row: what a client assertion gets, and for which reason."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto.jwk import JWK

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.assertion import (
    LENIENCIES,
    RegisteredKey,
    check_client_assertion,
    life_end,
    replay,
    subject_of,
)
from onboarding.jose.checks import Check, Verdict, passed
from onboarding.jose.compact import read
from tests.jose.making import (
    ABSENT,
    CLIENT,
    ISSUER,
    NOON,
    TOKEN_URL,
    assertion,
    bare,
    private_jwk,
    private_key,
    quick,
    reason,
    registered,
    signed_text,
    with_signature,
)

KEY = private_key("RS256/2048")
KEYS = [registered("RS256/2048"), registered("ES256"), registered("ES384")]
EVIL = private_key("RS256/2048", 1)
EVIL_HEADER = {"kid": KEY.kid}


def judge(
    token: str,
    *,
    client_id: str | None = CLIENT,
    form_client_id: str | None = CLIENT,
    keys: list[RegisteredKey] = KEYS,
    **more: Any,
) -> list[Check]:
    return check_client_assertion(
        read(token, prefix="assertion"),
        client_id=client_id,
        form_client_id=form_client_id,
        issuer=ISSUER,
        keys=keys,
        now=NOON,
        **more,
    )


class Row(NamedTuple):
    """A row's id and case, what is changed, and the code of the first failure ("" for none)."""

    case: str
    fails: str
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}
    key: PrivateKey = KEY


ROWS = [
    Row("A10 plain", ""),
    Row("A14 none", "algorithm", header={"alg": "none"}),
    Row("A14 None", "algorithm", header={"alg": "None"}),
    Row("A14 nOnE", "algorithm", header={"alg": "nOnE"}),
    Row("A14 absent", "algorithm", header={"alg": ABSENT}),
    Row("A14 number", "algorithm", header={"alg": 256}),
    Row("A14 list", "algorithm", header={"alg": ["RS256"]}),
    Row("A17 PS256 said", "algorithm", header={"alg": "PS256"}),
    Row("A19 ES256 for P-384", "algorithm", {}, {"alg": "ES256"}, private_key("ES384")),
    Row("A19 ES384 for P-256", "algorithm", {}, {"alg": "ES384"}, private_key("ES256")),
    Row("A19 ES256K", "algorithm", {}, {"alg": "ES256K"}, private_key("ES256")),
    Row("A20 lower case", "algorithm", {}, {"alg": "es256"}, private_key("ES256")),
    Row("A20 space", "algorithm", header={"alg": "RS256 "}),
    Row("A21 jwk", "embedded_key", {}, {**EVIL_HEADER, "jwk": bare(EVIL)}, EVIL),
    Row("A22 jku", "embedded_key", header={"jku": "https://evil.example/jwks"}),
    Row("A22 jku metadata", "embedded_key", header={"jku": "http://169.254.169.254/"}),
    Row("A22 jku own", "embedded_key", header={"jku": f"{ISSUER}/jwks"}),
    Row("A23 x5u", "embedded_key", header={"x5u": "https://evil.example/c.pem"}),
    Row("A23 x5c", "embedded_key", header={"x5c": ["MIIB"]}),
    Row("A25 unknown", "key", header={"kid": "never-registered"}),
    Row("A26 absent", "kid", header={"kid": ABSENT}),
    Row("A26 number", "kid", header={"kid": 1}),
    Row("A26 empty", "kid", header={"kid": ""}),
    Row("A27 other client's", "key", {}, {}, EVIL),
    Row("A29 path", "key", header={"kid": "../../../../dev/null"}),
    Row("A29 SQL", "key", header={"kid": "' UNION SELECT"}),
    Row("A29 shell", "key", header={"kid": "|id"}),
    Row("A29 NUL", "json", header={"kid": "a\0b"}),
    Row("A29 10 kB", "size", header={"kid": "k" * 10_000}),
    Row("A29 1 kB", "kid", header={"kid": "k" * 1000}),
    Row("A31 crit", "critical", header={"crit": ["bork"], "bork": True}),
    Row("A31 crit exp", "critical", header={"crit": ["exp"], "exp": NOON}),
    Row("A31 crit empty", "critical", header={"crit": []}),
    Row("A33 b64", "critical", header={"b64": False}),
    Row("A33 b64 true", "critical", header={"b64": True}),
    Row("A33 b64 crit", "critical", header={"b64": False, "crit": ["b64"]}),
    Row("A34 zip", "compression", header={"zip": "DEF"}),
    Row("A38 absent", "", header={"typ": ABSENT}),
    Row("A38 JWT", "", header={"typ": "JWT"}),
    Row("A39 at", "type", header={"typ": "at+jwt"}),
    Row("A39 dpop", "type", header={"typ": "dpop+jwt"}),
    Row("A39 request", "type", header={"typ": "oauth-authz-req+jwt"}),
    Row("A39 logout", "type", header={"typ": "logout+jwt"}),
    Row("A39 secevent", "type", header={"typ": "secevent+jwt"}),
    Row("A39 introspection", "type", header={"typ": "token-introspection+jwt"}),
    Row("A39 empty", "type", header={"typ": ""}),
    Row("A39 null", "type", header={"typ": None}),
    Row("A39 number", "type", header={"typ": 1}),
    Row("A40 media type", "", header={"typ": "application/client-authentication+jwt"}),
    Row("A40 case", "", header={"typ": "Client-Authentication+JWT"}),
    Row("A41 absent", "issuer", {"iss": ABSENT}),
    Row("A41 empty", "issuer", {"iss": ""}),
    Row("A41 list", "issuer", {"iss": [CLIENT]}),
    Row("A41 other", "issuer", {"iss": "another"}),
    Row("A42 absent", "subject", {"sub": ABSENT}),
    Row("A42 other", "subject", {"sub": "another"}),
    Row("A44 victim", "key", {}, {}, EVIL),
    Row("A44 victim's kid", "signature", {}, EVIL_HEADER, EVIL),
    Row("A45 absent", "audience", {"aud": ABSENT}),
    Row("A45 empty", "audience", {"aud": ""}),
    Row("A45 number", "audience", {"aud": 1}),
    Row("A45 object", "audience", {"aud": {ISSUER: ISSUER}}),
    Row("A45 empty list", "audience", {"aud": []}),
    Row("A46 token endpoint", "audience", {"aud": TOKEN_URL}),
    Row("A47 PAR endpoint", "audience", {"aud": f"{ISSUER}/connect/par"}),
    Row("A48 other server", "audience", {"aud": "https://sts.example.com"}),
    Row("A48 production", "audience", {"aud": ISSUER.replace("/test/", "/production/")}),
    Row("A48 slash", "audience", {"aud": f"{ISSUER}/"}),
    Row("A50 list of one", "audience", {"aud": [ISSUER]}),
    Row("A51 list of two", "audience", {"aud": [ISSUER, "https://evil.example"]}),
    Row("A52 absent", "expiry", {"exp": ABSENT}),
    Row("A52 null", "expiry", {"exp": None}),
    Row("A53 five minutes ago", "expiry", {"exp": NOON - 300, "iat": NOON - 330}),
    Row("A54 3 s ago", "", {"exp": NOON - 3, "iat": NOON - 33}),
    Row("A54 10 s ago", "expiry", {"exp": NOON - 10, "iat": NOON - 40}),
    Row("A55 a day", "lifetime", {"exp": NOON + 86400}),
    Row("A55 61 s", "lifetime", {"exp": NOON + 61}),
    Row("A55 60 s", "", {"exp": NOON + 60}),
    Row("A55 clock 10 s ahead", "", {"exp": NOON + 70, "iat": NOON + 10, "nbf": NOON + 10}),
    Row("A55 no iat", "lifetime", {"exp": NOON + 71, "iat": ABSENT}),
    Row("A56 milliseconds", "expiry", {"exp": NOON * 1000, "iat": NOON * 1000 - 1}),
    Row("A56 year 9999", "lifetime", {"exp": 253402300799}),
    Row("A56 later still", "expiry", {"exp": 253402300800}),
    Row("A56 negative", "expiry", {"exp": -1}),
    Row("A56 true", "expiry", {"exp": True}),
    Row("A56 string", "expiry", {"exp": str(NOON + 30)}),
    Row("A56 float", "", {"exp": NOON + 29.5}),
    Row("A58 nbf 8 s ahead", "", {"nbf": NOON + 8}),
    Row("A58 iat 8 s ahead", "", {"iat": NOON + 8}),
    Row("A59 nbf 61 s ahead", "not_before", {"nbf": NOON + 61}),
    Row("A59 iat 61 s ahead", "issued_at", {"iat": NOON + 61}),
    Row("A59 nbf 11 s ahead", "not_before", {"nbf": NOON + 11}),
    Row("A59 nbf null", "not_before", {"nbf": None}),
    Row("A59 nbf string", "not_before", {"nbf": str(NOON)}),
    Row("A60 no nbf", "", {"nbf": ABSENT}),
    Row("A61 no iat", "", {"iat": ABSENT}),
    Row("A61 iat string", "issued_at", {"iat": str(NOON)}),
    Row("A63 absent", "jti", {"jti": ABSENT}),
    Row("A63 empty", "jti", {"jti": ""}),
    Row("A63 number", "jti", {"jti": 7}),
    Row("A70 256 characters", "", {"jti": "j" * 256}),
    Row("A70 257 characters", "jti", {"jti": "j" * 257}),
    Row("A70 10 kB", "size", {"jti": "j" * 10_000}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case)
def test_row(row: Row) -> None:
    checks = judge(assertion(row.key, row.claims, row.header))

    assert reason(checks) == (row.fails and f"assertion.{row.fails}")


def _hmac(secret: bytes) -> str:
    token = assertion(KEY, header={"alg": "HS256"})
    signing_input = token.rpartition(".")[0].encode()
    return with_signature(token, hmac.digest(secret, signing_input, hashlib.sha256))


PEM = JWK(**bare(KEY)).export_to_pem()


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(PEM, id="A15 PEM"),
        pytest.param(PEM.rstrip(b"\n"), id="A15 PEM without newline"),
        pytest.param(json.dumps(KEY.jwk_public()).encode(), id="A16 JWK"),
        pytest.param(b64.decode(KEY.jwk_public()["n"]), id="A16 modulus"),
        pytest.param(b"", id="A16 empty"),
        pytest.param(b"secret", id="A16 secret"),
    ],
)
def test_a15_a16_symmetric_signature_is_refused(secret: bytes) -> None:
    assert reason(judge(_hmac(secret))) == "assertion.algorithm"


def _es(change: Callable[[bytes], bytes]) -> str:
    token = assertion(private_key("ES256"))
    return with_signature(token, change(b64.decode(token.rpartition(".")[2])))


def _rs(change: Callable[[bytes], bytes]) -> str:
    token = assertion(KEY)
    return with_signature(token, change(b64.decode(token.rpartition(".")[2])))


def _der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


P256_ORDER = bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
MODULUS = int.from_bytes(b64.decode(KEY.jwk_public()["n"]), "big")


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(_es(lambda raw: b""), id="A13 empty"),
        pytest.param(_es(_der), id="A74 DER"),
        pytest.param(_es(lambda raw: bytes(32) + raw[32:]), id="A74 r = 0"),
        pytest.param(_es(lambda raw: raw[:32] + bytes(32)), id="A74 s = 0"),
        pytest.param(_es(lambda raw: P256_ORDER + raw[32:]), id="A74 r = n"),
        pytest.param(_es(lambda raw: raw[:32] + P256_ORDER), id="A74 s = n"),
        pytest.param(_es(lambda raw: raw + b"\0"), id="A74 trailing zero"),
        pytest.param(_es(lambda raw: raw[:-1]), id="A74 too short"),
        pytest.param(_es(lambda raw: bytes(1) + raw), id="A74 leading zero"),
        pytest.param(_rs(lambda raw: bytes(1) + raw), id="A76 leading zero"),
        pytest.param(_rs(lambda raw: raw[:-1]), id="A76 too short"),
        pytest.param(_rs(lambda raw: b"\xff" * 256), id="A76 s >= n"),
        pytest.param(_rs(lambda raw: bytes(255) + b"\1"), id="A76 s = 1"),
        pytest.param(
            _rs(lambda raw: ((int.from_bytes(raw, "big") + 1) % MODULUS).to_bytes(256, "big")),
            id="A76 altered",
        ),
    ],
)
def test_a13_a74_a76_malformed_signature_is_refused(token: str) -> None:
    assert reason(judge(token)) == "assertion.signature"


def test_a17_other_algorithm_with_the_right_key_is_refused() -> None:
    token = assertion(PrivateKey({**private_jwk("RS256/2048"), "alg": "PS256"}))

    assert reason(judge(token)) == "assertion.algorithm"


def test_a18_algorithm_outside_the_profile_is_refused() -> None:
    assert reason(judge(assertion(KEY), algorithms=["PS256"])) == "assertion.algorithm"


def test_a09_client_id_of_another_is_refused() -> None:
    token = assertion(KEY)

    assert reason(judge(token, form_client_id="another")) == "assertion.client_id"
    assert reason(judge(token, form_client_id=None)) == ""


def test_a12_json_serialization_is_refused() -> None:
    header, payload, signature = assertion(KEY).split(".")

    text = f'{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}'

    assert reason(judge(text)) == "assertion.compact"


def test_a28_key_that_may_not_be_used_now_is_refused_as_an_unknown_one() -> None:
    assert reason(judge(assertion(KEY), keys=KEYS[1:])) == "assertion.key"


def test_a36_duplicate_header_member_is_refused() -> None:
    header = f'{{"alg":"none","alg":"RS256","kid":"{KEY.kid}"}}'

    assert reason(judge(signed_text(header, "{}", KEY))) == "assertion.json"


@pytest.mark.parametrize("number", ["1e400", "NaN", "Infinity", "-Infinity", "9" * 7000])
def test_a56_number_that_is_none_is_refused(number: str) -> None:
    token = signed_text(f'{{"alg":"RS256","kid":"{KEY.kid}"}}', f'{{"exp":{number}}}', KEY)

    assert reason(judge(token, client_id=None)) in ("assertion.json", "assertion.size")


def test_a64_second_use_is_refused() -> None:
    assert replay(first_use=True).verdict == Verdict.PASSED
    assert replay(first_use=False).verdict == Verdict.FAILED
    assert replay(first_use=True, used_in_nonce_round=True).verdict == Verdict.NOTED
    assert replay(first_use=False, used_in_nonce_round=True).verdict == Verdict.FAILED


def test_jti_is_remembered_for_as_long_as_the_assertion_could_come_again() -> None:
    reading = read(assertion(KEY), prefix="assertion")

    end = life_end(reading.claims)

    late = check_client_assertion(
        reading, client_id=CLIENT, form_client_id=None, issuer=ISSUER, keys=KEYS, now=end
    )
    assert reason(late) == "assertion.expiry"


@pytest.mark.parametrize("character", ["=", " ", "\n", "+", "/", "~", "é", "\ud800"])
@pytest.mark.parametrize("segment", [0, 1, 2])
def test_a73_any_other_character_in_a_segment_is_refused(character: str, segment: int) -> None:
    parts = assertion(KEY).split(".")
    parts[segment] += character

    assert reason(judge(".".join(parts))) == "assertion.base64url"


def test_a73_unused_bits_that_are_set_are_refused() -> None:
    token = assertion(KEY)  # 256 octets: the last character carries two bits that mean nothing

    assert token[-1] in "AQgw"
    assert reason(judge(token[:-1] + chr(ord(token[-1]) + 1))) == "assertion.base64url"


@pytest.mark.parametrize("token", ["a" * 20_000_000, "." * 20_000_000, "." * 8192, "", ".", ".."])
def test_a77_size_and_shape_cost_no_work(token: str) -> None:
    with quick():
        failed = reason(judge(token))

    assert failed in ("assertion.size", "assertion.compact", "assertion.json")


def test_a79_a80_unknown_client_gets_the_checks_of_any_other() -> None:
    known = [check.code for check in judge(assertion(KEY))]
    checks = judge(assertion(KEY), client_id=None, keys=[])

    failed = {check.code for check in checks if check.verdict == Verdict.FAILED}
    assert {"assertion.client", "assertion.key", "assertion.signature"} < failed
    assert [check.code for check in checks] == known


@pytest.mark.parametrize("kind", ["ES384", "RS256/2048"])
def test_a80_unknown_client_costs_what_a_wrong_signature_costs(kind: str) -> None:
    token = assertion(private_key(kind, 1), header={"kid": private_key(kind).kid})
    wrong, unknown = [], []

    for _ in range(60):
        wrong.append(_seconds(token, client_id=CLIENT, keys=KEYS))
        unknown.append(_seconds(token, client_id=None, keys=[]))

    assert 0.75 < min(unknown) / min(wrong) < 1.33


def _seconds(token: str, **who: Any) -> float:
    begun = time.perf_counter()
    checks = judge(token, **who)
    spent = time.perf_counter() - begun
    assert not passed(checks)
    return spent


@pytest.mark.parametrize(
    ("leniency", "claims"),
    [
        ("audience-token-endpoint", {"aud": TOKEN_URL}),
        ("iat-string", {"iat": str(NOON)}),
    ],
)
def test_leniency_lets_one_habit_through_and_notes_it(
    leniency: str, claims: dict[str, Any]
) -> None:
    assert leniency in LENIENCIES
    token = assertion(KEY, claims)

    strict = judge(token, token_endpoint=TOKEN_URL)
    lenient = judge(token, token_endpoint=TOKEN_URL, leniencies=frozenset({leniency}))

    assert not passed(strict)
    assert passed(lenient)
    noted = {check.code for check in lenient if check.verdict == Verdict.NOTED}
    assert noted == {reason(strict)}


def test_leniency_for_iat_does_not_stretch_the_life() -> None:
    token = assertion(KEY, {"iat": str(NOON - 60), "exp": NOON + 1})

    checks = judge(token, leniencies=frozenset({"iat-string"}))

    assert reason(checks) == "assertion.lifetime"


@pytest.mark.parametrize(
    ("sub", "found"), [(CLIENT, CLIENT), (7, ""), ("", ""), ("a\nb", ""), ("x" * 256, "")]
)
def test_subject_is_fit_for_looking_up(sub: Any, found: str) -> None:
    assert subject_of(read(assertion(KEY, {"sub": sub}), prefix="assertion")) == found
