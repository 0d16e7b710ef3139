"""Part H: every fault differs from a valid request in one thing, and our own server refuses it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.nonces import Nonces
from onboarding.jose.resource_server import Decision, Policy, decide
from onboarding.sts.claims import access_token_claims
from onboarding.testtokens.catalogue import BY_ID, FAULTS, ROLL, Fault, Known
from onboarding.testtokens.tokens import (
    Draft,
    Minted,
    Part,
    Place,
    Signed,
    Signers,
    mint,
    proof_part,
    valid,
)
from tests.machines import private_jwk

ISSUER, AUDIENCE, SCOPE = "https://sts.example", "nhn:api", "nhn:api/access"
URL = "https://api.example/things"
NONCES = Nonces(b"s" * 32, 120, audience=AUDIENCE)
ROWS = {f"H{number:02}" for number in range(1, 41)}


def keys(kind: str = "ES256") -> Signers:
    holder = private_jwk(kind, 71)
    members = {n: v for n, v in holder.items() if n not in ("alg", "kid", "use")}
    return Signers(
        issuer=PrivateKey(private_jwk("RS256/2048", 70)),
        holder=PrivateKey(holder),
        holder_private=members,
        stranger=PrivateKey(private_jwk("RS256/2048", 72)),
        stranger_certificate="MIIB",
        holder_stranger=PrivateKey(private_jwk(kind, 73)),
    )


class Memory:
    """The ports of one API: the issuer's key, and what was used."""

    def __init__(self, signers: Signers) -> None:
        self.shown = [signers.issuer.jwk_public()]
        self.used: set[tuple[str, str]] = set()

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        return next((key for key in self.shown if (key["kid"], key["alg"]) == (kid, alg)), None)

    def use_once(self, purpose: str, value: str, until: float) -> bool:
        is_new = (purpose, value) not in self.used
        self.used.add((purpose, value))
        return is_new


def draft(*, bound: bool = True, nonce: str = "", now: int = 0) -> Draft:
    now = now or int(time.time())
    claims = access_token_claims(
        issuer=ISSUER,
        audience=AUDIENCE,
        client_id="klient",
        client_name="Klient",
        organization="310000001",
        tenancy="single-tenant",
        scopes=[SCOPE],
        api_claims={},
        jkt="",
        now=now,
    )
    jti = secrets.token_urlsafe(8)
    proof = proof_part(method="GET", url=URL, jti=jti, iat=now, nonce=nonce) if bound else None
    return valid(claims, proof)


def known(signers: Signers) -> Known:
    other = mint(draft(bound=False), signers).token
    return Known(int(time.time()), URL, AUDIENCE, "https://sts.example/production", other)


def ask(minted: Minted, ports: Memory, policy: Policy) -> Decision:
    """What the API answers; a token in the address is not in the header."""
    in_header = minted.place == Place.HEADER
    sent = [f"{minted.scheme} {minted.token}"] if in_header else []
    proofs = [minted.proof] if minted.proof else []
    options: dict[str, Any] = {"method": "GET", "url": URL, "now": time.time()}
    if minted.is_repeated:
        decide(policy, ports, authorization=sent, dpop=proofs, **options)
    return decide(policy, ports, authorization=sent, dpop=proofs, **options)


def policy(fault: Fault | None = None) -> Policy:
    nonces = NONCES if fault and fault.is_for_nonces else None
    scopes = frozenset({SCOPE})
    return Policy(ISSUER, AUDIENCE, scopes, "required", nonces)


def nonce_for(fault: Fault) -> str:
    return NONCES.issue(time.time()) if fault.is_for_nonces else ""


def test_every_row_of_part_h_is_there_and_ids_are_ours_for_ever() -> None:
    assert {fault.id.partition(".")[0] for fault in FAULTS} >= ROWS
    assert set(PLACES) == {fault.id for fault in FAULTS}
    assert len(BY_ID) == len(FAULTS) + len(ROLL)


@pytest.mark.parametrize("bound", [True, False])
def test_the_valid_one_is_let_in(bound: bool) -> None:
    signers = keys()
    allowed = Policy(ISSUER, AUDIENCE, frozenset({SCOPE}), "allowed")

    decision = ask(mint(draft(bound=bound), signers), Memory(signers), allowed)

    assert decision.status == 200


@pytest.mark.parametrize("row", ROLL, ids=lambda row: row.id)
def test_d37_a_token_of_another_key_that_is_shown_differs_in_its_signature_and_is_let_in(
    row: Fault,
) -> None:
    signers, other = keys(), PrivateKey(private_jwk("RS256/2048", 74))
    signers = replace(signers, rolled={Signed.PREVIOUS: other, Signed.FOLLOWING: other})
    memory = Memory(signers)
    memory.shown.append(other.jwk_public())

    wrong = row.change(draft(), known(signers))
    decision = ask(mint(wrong, signers), memory, policy())

    assert parts(mint(wrong, signers).token)[0]["kid"] == other.kid
    assert decision.status == 200
    assert ask(mint(wrong, signers), Memory(signers), policy()).status == 401


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_valid_minus_one_fault_is_refused_with_the_right_code(fault: Fault) -> None:
    signers = keys()
    good = draft(nonce=nonce_for(fault))
    assert ask(mint(good, signers), Memory(signers), policy(fault)).status == 200

    wrong = mint(fault.change(good, known(signers)), signers)
    decision = ask(wrong, Memory(signers), policy(fault))

    assert decision.status == fault.due.statuses[0] or fault.id == "D07"
    assert decision.status in fault.due.statuses
    assert decision.error == (fault.due.errors[0] if fault.due.errors else decision.error)


def differences(good: Draft, wrong: Draft) -> list[str]:
    """The places where two drafts differ: members by name, everything else by field."""
    found = []
    for field in fields(Draft):
        one, other = getattr(good, field.name), getattr(wrong, field.name)
        if isinstance(one, Part) and isinstance(other, Part):
            found += [f"{field.name}.{place}" for place in part_differences(one, other)]
        elif one != other:
            found.append(field.name)
    return found


def part_differences(one: Part, other: Part) -> Iterator[str]:
    for name in ("signed", "is_nested"):
        if getattr(one, name) != getattr(other, name):
            yield name
    for side in ("header", "claims"):
        before, after = getattr(one, side), getattr(other, side)
        for member in dict.fromkeys([name for name, _ in (*before, *after)]):
            values = [[v for n, v in found if n == member] for found in (before, after)]
            if values[0] != values[1]:
                yield f"{side}.{member}"


# Each row of the catalogue, with the one thing that it changes of what is valid. Where one thing
# stands in several places there are several: all times, another document, a whole binding.
PLACES: dict[str, str] = {
    "H01": "token.signed",
    "H02": "token.claims.iss",
    "H03": "token.claims.aud",
    "H04": "token.claims.iat token.claims.nbf token.claims.exp",
    "H05": "token.claims.nbf",
    "H06.jwt": "token.header.typ",
    "H06.none": "token.header.typ",
    "H07": "token.header.alg",
    "H08": "proof.claims.htu",
    "H09": "proof.claims.htm",
    "H10": "proof.claims.iat",
    "H11": "proof.claims.iat",
    "H12": "proof.claims.ath",
    "H13": "proof.header.alg",
    "H14": "proof.header.jwk",
    "H15": "proof.claims.jti",
    "H16": "proof.signed",
    "H17": "proof.header.jwk",
    "H18": "proof.header.typ",
    "H19": "proof.signed",
    "H20": "token.claims.cnf",
    "H21": "token.signed",
    "H22": "token.signed",
    "H23.exp": "token.claims.exp",
    "H23.sub": "token.claims.sub",
    "H23.client_id": "token.claims.client_id",
    "H23.jti": "token.claims.jti",
    "H24": "token.claims.aud",
    "H25": "token.claims.scope",
    "H26": "token.claims.scope",
    "H27": "token.header.crit",
    "H28.jku": "token.header.jku",
    "H28.x5u": "token.header.x5u",
    "H29.jwk": "token.signed",
    "H29.x5c": "token.signed",
    "H30": "token.claims.aud",
    "H31": "token.header.kid",
    "H32": "proof.claims.nonce",
    "H33": "is_repeated",
    "H34": "proof.claims.htu",
    "H35": "proof.claims.ath",
    "H36": "scheme",
    "H37": "token.signed",
    "H38": "token.claims.exp",
    "H39": "token.is_nested",
    "H40": "token.claims.fyll",
    "D07": "place",
    "D08": "proof",
    "D12.htm": "proof.claims.htm",
    "D21.environment": "token.claims.iss",
    "D22.missing": "token.claims.aud",
    "D26": "token.claims.cnf proof scheme",
    "D33.id_token": "token",
    "D33.assertion": "token",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_changes_exactly_one_thing(fault: Fault) -> None:
    good = draft(nonce="n")
    wrong = fault.change(good, known(keys()))

    found = differences(good, wrong)

    if fault.id.startswith("D33."):
        found = sorted({place.partition(".")[0] for place in found})
    assert set(found) == set(PLACES[fault.id].split())


def parts(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token as whoever gets it reads them."""
    header, claims, _signature = text.split(".")
    return json.loads(b64.decode(header)), json.loads(b64.decode(claims))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_what_is_signed_differs_in_that_thing_and_in_what_follows_from_it(fault: Fault) -> None:
    """Two members follow from others: `alg` and `kid` from the key, `ath` from the token."""
    signers = keys()
    good = draft(nonce="n")
    wrong = fault.change(good, known(signers))
    right, minted = mint(good, signers), mint(wrong, signers)

    of_token = {"alg", "kid", "jwk", "x5c"} if "token.signed" in PLACES[fault.id] else set()
    of_proof = {"ath"} if minted.token != right.token else set()
    of_proof |= {"alg"} if "proof.signed" in PLACES[fault.id] else set()
    for part, follows in (("token", of_token), ("proof", of_proof)):
        before, after = getattr(right, part), getattr(minted, part)
        if part in PLACES[fault.id].split() or not after or wrong.token.is_nested:
            continue
        named = {p.split(".")[-1] for p in PLACES[fault.id].split() if p.startswith(f"{part}.")}
        for one, other in zip(parts(before), parts(after), strict=True):
            changed = {n for n in {*one, *other} if one.get(n) != other.get(n)}
            assert changed <= named | follows, part
    assert minted != right


# Without NUL, which no text of a token may hold.
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first text is slow
@given(
    fault=st.sampled_from(FAULTS),
    kind=st.sampled_from(["ES256", "ES384", "RS256/2048", "PS256/2048"]),
    extra=st.dictionaries(
        st.sampled_from(["herid", "sid", "amr", "name"]),
        st.one_of(WORDS, st.integers(-(10**15), 10**15), st.lists(WORDS, max_size=2)),
        max_size=3,
    ),
    life=st.integers(60, 3600),
)
def test_no_fault_passes_whatever_else_the_token_holds(
    fault: Fault, kind: str, extra: dict[str, Any], life: int
) -> None:
    signers = keys(kind)
    good = draft(nonce=nonce_for(fault))
    claims = (*good.token.claims, *extra.items())
    claims = tuple((n, v if n != "exp" else v - 600 + life) for n, v in claims)
    good = Draft(Part(good.token.header, claims), good.proof, good.scheme)
    assert ask(mint(good, signers), Memory(signers), policy(fault)).status == 200

    wrong = mint(fault.change(good, known(signers)), signers)
    decision = ask(wrong, Memory(signers), policy(fault))

    assert decision.status in fault.due.statuses
    assert not fault.due.errors or decision.error in fault.due.errors


def test_what_is_minted_says_nothing_it_should_not() -> None:
    signers = keys()
    minted = mint(draft(), signers)

    text = json.dumps([minted.token, minted.proof])
    assert signers.holder_private["d"] not in text
