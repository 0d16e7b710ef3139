"""The neighbors of the rows: whatever is changed is refused, and quickly."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.assertion import check_client_assertion
from onboarding.jose.checks import passed
from onboarding.jose.compact import read
from onboarding.jose.keys import read_keys
from onboarding.jose.proof import check_proof
from onboarding.jose.resource_server import Policy, decide
from tests.jose.making import (
    API_URL,
    AUDIENCE,
    CLIENT,
    ISSUER,
    NONCES,
    NOON,
    TOKEN_URL,
    access_token,
    assertion,
    private_jwk,
    private_key,
    proof,
    quick,
    registered,
)
from tests.jose.test_resource_server import HOLDER, STS, Ports, api_proof

KEY = private_key("ES256")
KEYS = [registered("ES256")]
ASSERTION, PROOF = assertion(KEY), proof(KEY)
TOKEN = access_token(STS, {"cnf": {"jkt": HOLDER.kid}})
PUBLIC_RSA = json.dumps(PrivateKey(private_jwk("RS256/2048")).jwk_public())
POLICY = Policy(ISSUER, AUDIENCE)

QUICKLY = settings(max_examples=150, deadline=None)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """The text with a piece cut out, put in, or exchanged."""
    at = draw(st.integers(0, len(text)))
    end = draw(st.integers(at, min(len(text), at + 5)))
    changed = text[:at] + draw(st.text(max_size=4)) + text[end:]
    assume(changed != text)
    return changed


def authenticated(token: str) -> bool:
    checks = check_client_assertion(
        read(token, prefix="assertion"),
        client_id=CLIENT,
        form_client_id=None,
        issuer=ISSUER,
        keys=KEYS,
        now=NOON,
    )
    return passed(checks)


def proved(token: str) -> bool:
    checks = check_proof(
        read(token, prefix="proof"),
        method="POST",
        url=TOKEN_URL,
        now=NOON,
        nonce=lambda nonce: NONCES.valid(nonce, NOON),
    )
    return passed(checks)


def let_in(token: str, given_proof: str) -> bool:
    decision = decide(
        POLICY,
        Ports(),
        method="GET",
        url=API_URL,
        authorization=[f"DPoP {token}"],
        dpop=[given_proof],
        now=NOON,
    )
    assert decision.status in (200, 400, 401)
    assert (decision.status == 200) is passed(decision.checks)
    return decision.status == 200


def test_unchanged_all_are_let_through() -> None:
    assert authenticated(ASSERTION)
    assert proved(PROOF)
    assert let_in(TOKEN, api_proof(TOKEN))
    assert passed(read_keys(PUBLIC_RSA).checks)


@QUICKLY
@given(mutated(ASSERTION))
def test_changed_assertion_is_refused(token: str) -> None:
    with quick():
        assert not authenticated(token)


@QUICKLY
@given(mutated(PROOF))
def test_changed_proof_is_refused(token: str) -> None:
    with quick():
        assert not proved(token)


@QUICKLY
@given(mutated(TOKEN))
def test_changed_access_token_is_refused(token: str) -> None:
    assume(token.strip(" ") != TOKEN)
    with quick():
        assert not let_in(token, api_proof(TOKEN))


@QUICKLY
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_refused_everywhere(text: str) -> None:
    with quick():
        assert not authenticated(text)
        assert not proved(text)
        assert not let_in(text, text)
        assert read_keys(text).keys == []


@QUICKLY
@given(
    st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "typ", "alg", "kid", "crit"]),
    ANY_JSON,
)
def test_no_value_of_any_claim_or_header_raises(name: str, value: Any) -> None:
    token = assertion(KEY, {name: value}, {name: value} if name in ("typ", "alg", "kid") else {})
    with quick():
        authenticated(token)


@QUICKLY
@given(
    st.sampled_from(
        ["htm", "htu", "iat", "jti", "nonce", "ath", "exp", "nbf", "jwk", "typ", "alg"]
    ),
    ANY_JSON,
)
def test_no_value_of_any_member_of_a_proof_raises(name: str, value: Any) -> None:
    header = {name: value} if name in ("jwk", "typ", "alg") else {}
    with quick():
        proved(proof(KEY, {name: value}, header))


@QUICKLY
@given(mutated(PUBLIC_RSA))
def test_changed_key_is_refused_or_another_key(text: str) -> None:
    with quick():
        upload = read_keys(text)

    assert bool(upload.keys) is passed(upload.checks)


@QUICKLY
@given(st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x", "y", "d", "alg"]), ANY_JSON))
def test_no_jwk_raises(jwk: dict[str, Any]) -> None:
    with quick():
        assert read_keys(json.dumps(jwk)).keys == []
