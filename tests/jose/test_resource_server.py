"""Part D of the answers, row by row: what a protected API answers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.checks import first_failure, passed
from onboarding.jose.proof import Nonces
from onboarding.jose.resource_server import Decision, Policy, Unavailable, decide
from tests.jose.making import (
    ABSENT,
    API_URL,
    AUDIENCE,
    ISSUER,
    NONCES,
    NOON,
    access_token,
    bare,
    private_key,
    proof,
    with_signature,
)

STS = private_key("RS256/2048")
OTHER = private_key("RS256/2048", 1)
HOLDER = private_key("ES256")
BOUND = {"cnf": {"jkt": HOLDER.kid}}
API_NONCES = Nonces(b"a secret of the tests, 32 octets", life=120, audience=AUDIENCE)
SCOPE = frozenset({"nhn:cp-api/access"})
POLICY = Policy(ISSUER, AUDIENCE, SCOPE, "required", None, "cp-api")
BOTH = Policy(ISSUER, AUDIENCE, SCOPE, "allowed")
BEARER = Policy(ISSUER, AUDIENCE, SCOPE, "none")
NONCED = Policy(ISSUER, AUDIENCE, SCOPE, "required", API_NONCES)


class Ports:
    """The issuer's keys and a memory, as a process would have them."""

    def __init__(self, *, keys_down: bool = False, memory_down: bool = False) -> None:
        self.keys_down, self.memory_down = keys_down, memory_down
        self.seen: set[tuple[str, str]] = set()

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        if self.keys_down:
            raise Unavailable
        return STS.jwk_public() if (kid, alg) == (STS.kid, STS.alg) else None

    def use_once(self, purpose: str, value: str, until: float) -> bool:
        if self.memory_down:
            raise Unavailable
        first = (purpose, value) not in self.seen
        self.seen.add((purpose, value))
        return first


def api_proof(
    token: str,
    claims: Mapping[str, Any] | None = None,
    key: PrivateKey = HOLDER,
    header: Mapping[str, Any] | None = None,
) -> str:
    ath = b64.digest(token.encode())
    right = {"htm": "GET", "htu": API_URL, "ath": ath, "nonce": ABSENT}
    return proof(key, {**right, **(claims or {})}, header)


def call(
    authorization: list[str],
    dpop: list[str],
    policy: Policy = POLICY,
    ports: Ports | None = None,
    url: str = API_URL,
) -> Decision:
    return decide(
        policy,
        ports or Ports(),
        method="GET",
        url=url,
        authorization=authorization,
        dpop=dpop,
        now=NOON,
    )


def present(token: str, policy: Policy = POLICY, ports: Ports | None = None) -> Decision:
    """The token as DPoP, with a proof that is right."""
    return call([f"DPoP {token}"], [api_proof(token)], policy, ports)


def outcome(decision: Decision) -> tuple[int, str, str]:
    failure = first_failure(decision.checks)
    return decision.status, decision.error, failure.code if failure else ""


TOKEN = access_token(STS, BOUND)
OPEN = access_token(STS)


def test_d01_no_token_gets_the_bare_challenge() -> None:
    required, allowed, none = (call([], [], policy) for policy in (POLICY, BOTH, BEARER))

    algs = 'algs="RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512"'
    assert outcome(required) == (401, "", "")
    assert required.headers == {"WWW-Authenticate": f'DPoP realm="cp-api", {algs}'}
    assert allowed.headers == {"WWW-Authenticate": f"DPoP {algs}, Bearer"}
    assert none.headers == {"WWW-Authenticate": "Bearer"}
    assert call(["Basic YTpi"], []).headers == required.headers


def test_d02_token_and_proof_are_let_through() -> None:
    decision = present(TOKEN)

    assert outcome(decision) == (200, "", "")
    assert decision.claims["scope"] == ["nhn:cp-api/access"]
    assert decision.headers == {}
    assert outcome(call([f"dpop {TOKEN}"], [api_proof(TOKEN)])) == (200, "", "")


@pytest.mark.parametrize(
    ("case", "scheme", "token", "policy", "fails"),
    [
        ("D04 bound as Bearer", "Bearer", TOKEN, BOTH, "token.scheme"),
        ("D04 bound as Bearer, required", "Bearer", TOKEN, POLICY, "token.scheme"),
        ("D04 bound as Bearer, none", "Bearer", TOKEN, BEARER, "token.scheme"),
        ("D05 unbound as DPoP", "DPoP", OPEN, BOTH, "token.scheme"),
        ("D26 unbound as DPoP, required", "DPoP", OPEN, POLICY, "token.scheme"),
        ("D26 unbound as Bearer, required", "Bearer", OPEN, POLICY, "token.scheme"),
        ("bound where there is no DPoP", "DPoP", TOKEN, BEARER, "token.scheme"),
        ("unbound as Bearer, allowed", "Bearer", OPEN, BOTH, ""),
        ("unbound as Bearer, none", "Bearer", OPEN, BEARER, ""),
        ("bound as DPoP, allowed", "DPoP", TOKEN, BOTH, ""),
    ],
)
def test_scheme(case: str, scheme: str, token: str, policy: Policy, fails: str) -> None:
    decision = call([f"{scheme} {token}"], [api_proof(token)], policy)

    assert outcome(decision) == ((401, "invalid_token", fails) if fails else (200, "", ""))


def test_challenge_blames_the_scheme_that_was_tried() -> None:
    bearer = call([f"Bearer {TOKEN}"], [], BOTH).headers["WWW-Authenticate"]
    dpop = call([f"DPoP {OPEN}"], [], BOTH).headers["WWW-Authenticate"]

    assert bearer.endswith('Bearer error="invalid_token", error_description="token.scheme"')
    assert dpop.startswith('DPoP error="invalid_token", error_description="token.scheme", algs=')


class Row(NamedTuple):
    """A row's id and case, the code of the first failure, what is changed in the token."""

    case: str
    fails: str
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}
    key: PrivateKey = STS


ROWS = [
    Row("D17 JWT", "type", header={"typ": "JWT"}),
    Row("D17 absent", "type", header={"typ": ABSENT}),
    Row("D17 assertion", "type", header={"typ": "client-authentication+jwt"}),
    Row("D17 media type", "", header={"typ": "application/at+jwt"}),
    Row("D17 case", "", header={"typ": "AT+JWT"}),
    Row("D19 none", "algorithm", header={"alg": "none"}),
    Row("D19 HS256", "algorithm", header={"alg": "HS256"}),
    Row("D20 unknown key", "key", key=OTHER),
    Row("D20 known name", "signature", header={"kid": STS.kid}, key=OTHER),
    Row("D20 no kid", "key", header={"kid": ABSENT}),
    Row("D20 other algorithm", "key", header={"alg": "PS256"}),
    Row("D21 other", "issuer", {"iss": "https://evil.example"}),
    Row("D21 slash", "issuer", {"iss": f"{ISSUER}/"}),
    Row("D21 absent", "issuer", {"iss": ABSENT}),
    Row("D22 other", "audience", {"aud": "nhn:other"}),
    Row("D22 with others", "audience", {"aud": [AUDIENCE, "nhn:other"]}),
    Row("D22 list of one", "", {"aud": [AUDIENCE]}),
    Row("D22 absent", "audience", {"aud": ABSENT}),
    Row("D23 past", "expiry", {"exp": NOON - 60}),
    Row("D23 absent", "expiry", {"exp": ABSENT}),
    Row("D23 string", "expiry", {"exp": str(NOON + 60)}),
    Row("D24 nbf", "not_before", {"nbf": NOON + 61}),
    Row("D24 iat", "issued_at", {"iat": NOON + 61}),
    Row("D25 sub", "subject", {"sub": ABSENT}),
    Row("D25 client_id", "client_id", {"client_id": ABSENT}),
    Row("D25 iat", "issued_at", {"iat": ABSENT}),
    Row("D25 jti", "jti", {"jti": ABSENT}),
    Row("D26 cnf of another kind", "confirmation", {"cnf": {"x5t#S256": "a"}}),
    Row("D26 cnf null", "confirmation", {"cnf": None}),
    Row("D26 jkt number", "confirmation", {"cnf": {"jkt": 1}}),
    Row("D35 crit", "critical", header={"crit": ["a"]}),
    Row("D35 jku", "embedded_key", header={"jku": "https://evil.example"}),
    Row("D35 x5u", "embedded_key", header={"x5u": "https://evil.example"}),
    Row("D35 jwk", "embedded_key", header={"jwk": bare(OTHER)}),
    Row("scope of numbers", "scope_syntax", {"scope": [1]}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case)
def test_token_row(row: Row) -> None:
    decision = present(access_token(row.key, {**BOUND, **row.claims}, row.header))

    fails = (401, "invalid_token", f"token.{row.fails}")
    assert outcome(decision) == (fails if row.fails else (200, "", ""))
    assert ('error="invalid_token"' in str(decision.headers)) is bool(row.fails)
    assert bool(decision.claims) is not bool(row.fails)


def test_d19_hmac_with_the_public_key_is_refused() -> None:
    token = access_token(STS, BOUND, {"alg": "HS256"})
    signing_input = token.rpartition(".")[0].encode()
    modulus = b64.decode(STS.jwk_public()["n"])

    forged = with_signature(token, hmac.digest(modulus, signing_input, hashlib.sha256))

    assert outcome(present(forged)) == (401, "invalid_token", "token.algorithm")


@pytest.mark.parametrize(
    ("case", "proofs", "error", "fails"),
    [
        ("D08", [], "invalid_dpop_proof", "proof.count"),
        ("C02 two", [api_proof(TOKEN), api_proof(TOKEN)], "invalid_dpop_proof", "proof.count"),
        ("C02 comma", [f"{api_proof(TOKEN)}, a"], "invalid_dpop_proof", "proof.count"),
        ("C04", ["a.b.c"], "invalid_dpop_proof", "proof.base64url"),
        ("D09", [api_proof(TOKEN, {"ath": ABSENT})], "invalid_dpop_proof", "proof.token_hash"),
        ("D10", [api_proof("another")], "invalid_dpop_proof", "proof.token_hash"),
        ("D11", [api_proof(TOKEN, {}, private_key("ES384"))], "invalid_token", "proof.binding"),
        ("C17", [api_proof(TOKEN, {"htm": "POST"})], "invalid_dpop_proof", "proof.method"),
        ("C18", [api_proof(TOKEN, {"htu": f"{API_URL}/"})], "invalid_dpop_proof", "proof.url"),
        ("C24", [api_proof(TOKEN, {"iat": NOON - 61})], "invalid_dpop_proof", "proof.issued_at"),
        ("C05", [api_proof(TOKEN, header={"typ": "JWT"})], "invalid_dpop_proof", "proof.type"),
    ],
)
def test_d12_proof(case: str, proofs: list[str], error: str, fails: str) -> None:
    decision = call([f"DPoP {TOKEN}"], proofs)

    assert outcome(decision) == (401, error, fails)
    assert f'DPoP realm="cp-api", error="{error}"' in decision.headers["WWW-Authenticate"]


def test_d13_d14_second_use_is_refused_at_the_same_address_only() -> None:
    ports, given = Ports(), api_proof(TOKEN)
    elsewhere = f"{API_URL}/other"

    first = call([f"DPoP {TOKEN}"], [given], ports=ports)
    second = call([f"DPoP {TOKEN}"], [given], ports=ports)
    other = call(
        [f"DPoP {TOKEN}"], [api_proof(TOKEN, {"htu": elsewhere})], ports=ports, url=elsewhere
    )

    assert outcome(first) == (200, "", "")
    assert outcome(second) == (401, "invalid_dpop_proof", "proof.replay")
    assert outcome(other) == (200, "", "")


def test_d15_d16_nonce_of_this_api_is_demanded_and_handed_out() -> None:
    fresh = API_NONCES.issue(NOON)

    missing = present(TOKEN, NONCED)
    foreign = call([f"DPoP {TOKEN}"], [api_proof(TOKEN, {"nonce": NONCES.issue(NOON)})], NONCED)
    given = call([f"DPoP {TOKEN}"], [api_proof(TOKEN, {"nonce": fresh})], NONCED)

    assert outcome(missing) == outcome(foreign) == (401, "use_dpop_nonce", "proof.nonce")
    assert missing.headers["DPoP-Nonce"] == foreign.headers["DPoP-Nonce"] == fresh
    assert outcome(given) == (200, "", "")
    assert given.headers == {"DPoP-Nonce": fresh}


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (["nhn:cp-api/access", "more"], 200),
        ("more nhn:cp-api/access", 200),
        (["nhn:cp-api/access-more"], 403),
        ("", 403),
        ([], 403),
        (ABSENT, 403),
    ],
)
def test_d28_scopes_as_list_and_as_text(scope: Any, status: int) -> None:
    decision = present(access_token(STS, {**BOUND, "scope": scope}))

    assert decision.status == status
    if status == 403:
        assert outcome(decision) == (403, "insufficient_scope", "token.scope")
        assert 'scope="nhn:cp-api/access"' in decision.headers["WWW-Authenticate"]


def test_d34_huge_token_is_not_parsed() -> None:
    decision = call([f"DPoP {'a' * 17_000}"], [])

    assert outcome(decision) == (400, "invalid_request", "token.size")


@pytest.mark.parametrize("ports", [Ports(keys_down=True), Ports(memory_down=True)])
def test_d36_what_cannot_be_checked_is_not_let_through(ports: Ports) -> None:
    decision = present(TOKEN, ports=ports)

    assert (decision.status, decision.error) == (503, "temporarily_unavailable")
    assert passed(decision.checks)
    assert decision.claims == {}


@pytest.mark.parametrize(
    ("authorization", "answer"),
    [
        (["DPoP"], (401, "invalid_token", "token.compact")),
        (["DPoP  "], (401, "invalid_token", "token.compact")),
        (["DPoP a b"], (401, "invalid_token", "token.compact")),
        ([""], (401, "", "")),
        ([f"DPoP {TOKEN}, Bearer {OPEN}"], (400, "invalid_request", "token.header")),
        ([f"DPoP {TOKEN}", f"DPoP {TOKEN}"], (400, "invalid_request", "token.header")),
    ],
)
def test_malformed_authorization(authorization: list[str], answer: tuple[int, str, str]) -> None:
    assert outcome(call(authorization, [api_proof(TOKEN)])) == answer


def test_challenge_cannot_be_broken_out_of() -> None:
    policy = Policy(ISSUER, AUDIENCE, realm='a", error="none\r\nX: y')

    challenge = call([], [], policy).headers["WWW-Authenticate"]

    assert challenge.startswith('DPoP realm="a, error=noneX: y", algs=')
