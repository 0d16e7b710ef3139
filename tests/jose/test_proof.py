"""Part C of the answers, row by row: what a DPoP proof gets, and for which reason."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.checks import Check
from onboarding.jose.compact import read
from onboarding.jose.proof import (
    Nonces,
    check_proof,
    life_end,
    proof_jkt,
    replay,
    replay_value,
)
from tests.jose import weak_keys
from tests.jose.making import (
    ABSENT,
    ISSUER,
    NONCES,
    NOON,
    TOKEN_URL,
    bare,
    private_jwk,
    private_key,
    proof,
    reason,
    registered,
)

KEY = private_key("ES256")
RSA = private_key("RS256/2048")
P384 = private_key("ES384")
TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"


def judge(token: str, **more: Any) -> list[Check]:
    given = {
        "method": "POST",
        "url": TOKEN_URL,
        "now": NOON,
        "nonce": lambda nonce: NONCES.valid(nonce, NOON),
        **more,
    }
    return check_proof(read(token, prefix="proof"), **given)


class Row(NamedTuple):
    """A row's id and case, the code of the first failure ("" for none), what is changed."""

    case: str
    fails: str
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}
    key: PrivateKey = KEY


ROWS = [
    Row("C36 EC", ""),
    Row("C36 RSA", "", key=RSA),
    Row("C05 absent", "type", header={"typ": ABSENT}),
    Row("C05 JWT", "type", header={"typ": "JWT"}),
    Row("C05 space", "type", header={"typ": "dpop+jwt "}),
    Row("C05 assertion", "type", header={"typ": "client-authentication+jwt"}),
    Row("C06 absent", "algorithm", header={"alg": ABSENT}),
    Row("C06 none", "algorithm", header={"alg": "none"}),
    Row("C06 HS256", "algorithm", header={"alg": "HS256"}),
    Row("C06 EdDSA", "algorithm", header={"alg": "EdDSA"}),
    Row("C08 absent", "jwk", header={"jwk": ABSENT}),
    Row("C08 string", "jwk", header={"jwk": "key"}),
    Row("C08 list", "jwk", header={"jwk": [bare(KEY)]}),
    Row("C09 d", "private_key", header={"jwk": private_jwk("ES256")}),
    Row("C09 p", "private_key", {}, {"jwk": {**bare(RSA), "p": "AQ"}}, RSA),
    Row("C09 D", "private_key", header={"jwk": {**bare(KEY), "D": "AQ"}}),
    Row("C09 k", "private_key", header={"jwk": {"kty": "oct", "k": "AQ"}}),
    Row("C11 P-384 for ES256", "key", header={"jwk": bare(P384)}),
    Row("C11 curve misnamed", "key", header={"jwk": {**bare(KEY), "crv": "P-384"}}),
    Row("C11 off curve", "key", header={"jwk": {**bare(KEY), "y": bare(KEY)["x"]}}),
    Row("C11 1024 bits", "key", {}, {"jwk": weak_keys.rsa_jwk(weak_keys.bits(1024))}, RSA),
    Row("C11 e = 3", "key", {}, {"jwk": {**bare(RSA), "e": "Aw"}}, RSA),
    Row("C11 ROCA", "key", {}, {"jwk": weak_keys.rsa_jwk(weak_keys.roca())}, RSA),
    Row("C11 alg of another", "key", {}, {"jwk": {**bare(RSA), "alg": "PS256"}}, RSA),
    Row("C11 for encryption", "key", header={"jwk": {**bare(KEY), "use": "enc"}}),
    Row("C12 other key", "signature", header={"jwk": bare(private_key("ES256", 1))}),
    Row("C14 absent", "jti", {"jti": ABSENT}),
    Row("C14 empty", "jti", {"jti": ""}),
    Row("C14 number", "jti", {"jti": 1}),
    Row("C14 long", "jti", {"jti": "j" * 257}),
    Row("C17 absent", "method", {"htm": ABSENT}),
    Row("C17 GET", "method", {"htm": "GET"}),
    Row("C17 post", "method", {"htm": "post"}),
    Row("C18 absent", "url", {"htu": ABSENT}),
    Row("C18 number", "url", {"htu": 1}),
    Row("C18 host", "url", {"htu": TOKEN_URL.replace("sts.", "evil.")}),
    Row("C18 path", "url", {"htu": f"{ISSUER}/connect/par"}),
    Row("C18 scheme", "url", {"htu": TOKEN_URL.replace("https", "http")}),
    Row("C18 port", "url", {"htu": TOKEN_URL.replace(".no/", ".no:8443/")}),
    Row("C18 userinfo", "url", {"htu": TOKEN_URL.replace("//", "//user@")}),
    Row("C18 half an address", "url", {"htu": "https://[::1"}),
    Row("C19 query", "", {"htu": f"{TOKEN_URL}?a=b"}),
    Row("C19 fragment", "", {"htu": f"{TOKEN_URL}#a"}),
    Row("C19 both", "", {"htu": f"{TOKEN_URL}?a=b#c"}),
    Row("C19 default port", "", {"htu": TOKEN_URL.replace(".no/", ".no:443/")}),
    Row("C19 host in capitals", "", {"htu": TOKEN_URL.replace("sts.example", "STS.Example")}),
    Row("C19 needless escape", "", {"htu": TOKEN_URL.replace("token", "%74oken")}),
    Row("C21 case", "url", {"htu": TOKEN_URL.replace("token", "Token")}),
    Row("C21 slash", "url", {"htu": f"{TOKEN_URL}/"}),
    Row("C22 internal", "url", {"htu": "http://app:8000/test/sts/connect/token"}),
    Row("C23 10 s past", "", {"iat": NOON - 10}),
    Row("C23 10 s ahead", "", {"iat": NOON + 10}),
    Row("C24 an hour past", "issued_at", {"iat": NOON - 3600}),
    Row("C24 an hour ahead", "issued_at", {"iat": NOON + 3600}),
    Row("C24 absent", "issued_at", {"iat": ABSENT}),
    Row("C24 string", "issued_at", {"iat": str(NOON)}),
    Row("C24 true", "issued_at", {"iat": True}),
    Row("C26 absent", "nonce", {"nonce": ABSENT}),
    Row("C27 stale", "nonce", {"nonce": NONCES.issue(NOON - 300)}),
    Row("C27 other server", "nonce", {"nonce": Nonces(b"b" * 32, 120).issue(NOON)}),
    Row("C27 invented", "nonce", {"nonce": "made-up"}),
    Row("C29 number", "nonce_syntax", {"nonce": 1}),
    Row("C29 null", "nonce_syntax", {"nonce": None}),
    Row("C29 empty", "nonce_syntax", {"nonce": ""}),
    Row("C29 5 kB", "nonce_syntax", {"nonce": "n" * 5000}),
    Row("C29 quote", "nonce_syntax", {"nonce": 'a"b'}),
    Row("C32 ath at the token endpoint", "", {"ath": "whatever"}),
    Row("C34 valid exp and nbf", "", {"exp": NOON + 30, "nbf": NOON}),
    Row("C34 expired", "expiry", {"exp": NOON - 60}),
    Row("C34 not yet", "not_before", {"nbf": NOON + 60}),
    Row("D35 jku", "embedded_key", header={"jku": "https://evil.example/"}),
    Row("D35 crit", "critical", header={"crit": ["jwk"]}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case)
def test_row(row: Row) -> None:
    checks = judge(proof(row.key, row.claims, row.header))

    assert reason(checks) == (row.fails and f"proof.{row.fails}")


@pytest.mark.parametrize("text", ["", "a.b", "{}", "." * 9000, "x" * 9000, "..", "a.b.c.d.e"])
def test_c04_what_is_no_jwt_is_refused(text: str) -> None:
    assert reason(judge(text)) in ("proof.size", "proof.compact", "proof.base64url", "proof.json")


def test_c07_algorithm_outside_the_profile_is_refused() -> None:
    assert reason(judge(proof(RSA), algorithms=["PS256", "ES256"])) == "proof.algorithm"


def test_c15_second_use_is_refused() -> None:
    assert reason([replay(first_use=True)]) == ""
    assert reason([replay(first_use=False)]) == "proof.replay"


def test_d13_the_same_jti_elsewhere_is_another_proof() -> None:
    reading = read(proof(KEY), prefix="proof")

    assert replay_value(reading, TOKEN_URL) == replay_value(reading, TOKEN_URL)
    assert replay_value(reading, TOKEN_URL) != replay_value(reading, f"{ISSUER}/connect/par")


def test_d14_proof_is_remembered_for_as_long_as_it_is_fresh() -> None:
    token = proof(KEY)
    end = life_end(read(token, prefix="proof").claims)

    assert reason(judge(token, now=end, nonce=None)) == ""
    assert reason(judge(token, now=end + 1, nonce=None)) == "proof.issued_at"


def test_nonce_is_the_last_thing_asked_for() -> None:
    wrong = proof(KEY, {"nonce": ABSENT, "htm": "GET"})

    assert reason(judge(wrong)) == "proof.method"
    assert reason(judge(wrong, method="GET")) == "proof.nonce"
    assert reason(judge(wrong, method="GET", nonce=None)) == ""


@pytest.mark.parametrize(
    ("case", "ath", "fails"),
    [
        ("D09 absent", ABSENT, "proof.token_hash"),
        ("D10 of another token", b64.digest(b"another"), "proof.token_hash"),
        ("D10 padded", b64.digest(TOKEN.encode()) + "=", "proof.token_hash"),
        ("D10 hex", "7d4c3f5b" * 8, "proof.token_hash"),
        ("D10 number", 1, "proof.token_hash"),
        ("D02 right", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo", ""),
    ],
)
def test_token_hash(case: str, ath: Any, fails: str) -> None:
    assert reason(judge(proof(KEY, {"ath": ath}), access_token=TOKEN)) == fails


def test_d11_proof_by_another_key_than_the_token_is_bound_to() -> None:
    token = proof(KEY)
    own = proof_jkt(read(token, prefix="proof"))

    assert own == registered("ES256").kid
    assert reason(judge(token, jkt=own)) == ""
    assert reason(judge(token, jkt=registered("ES384").kid)) == "proof.binding"


def test_found_does_not_show_the_query_of_an_address() -> None:
    checks = judge(proof(KEY, {"htu": f"{ISSUER}/x?secret=1"}))

    assert [check.found for check in checks if check.code == "proof.url"] == [f"{ISSUER}/x"]


@pytest.mark.parametrize("life", [2, 60, 119])
def test_nonce_lives_between_half_its_life_and_all_of_it(life: int) -> None:
    nonces = Nonces(b"c" * 32, life)

    for begun in (NOON + 0.1, NOON + 0.77, NOON + 31.3):
        nonce = nonces.issue(begun)
        assert nonces.valid(nonce, begun)
        assert nonces.valid(nonce, begun + life / 2)
        assert not nonces.valid(nonce, begun + life)


def test_c31_nonces_of_other_secrets_times_and_servers_differ() -> None:
    others = (
        Nonces(b"c" * 32, 60).issue(NOON),
        Nonces(b"d" * 32, 60).issue(NOON),
        Nonces(b"c" * 32, 60).issue(NOON + 60),
        Nonces(b"c" * 32, 60, audience="api").issue(NOON),
    )

    assert len(set(others)) == 4


@pytest.mark.parametrize(("secret", "life"), [(b"short", 60), (b"c" * 32, 1)])
def test_nonces_need_a_real_secret_and_a_life(secret: bytes, life: int) -> None:
    with pytest.raises(ValueError, match="32 octets"):
        Nonces(secret, life)
