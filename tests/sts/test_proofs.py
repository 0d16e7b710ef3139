"""DPoP at the token endpoint, by the rows of part C. All over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from onboarding.jose import b64
from onboarding.jose.jwk import thumbprint
from onboarding.sts.issuers import nonces
from tests.machines import (
    GONE,
    Machine,
    claims_of,
    error_of,
    header_of,
    make_machine,
    numbered,
    private_jwk,
    resign,
)

Make = Callable[[Machine], str]


def header(**members: Any) -> Make:
    return lambda machine: machine.proof(header=members)


def claim(**values: Any) -> Make:
    return lambda machine: machine.proof(**values)


def public(machine: Machine, **changes: Any) -> dict[str, Any]:
    jwk = {name: machine.proof_private[name] for name in ("kty", "crv", "x", "y")}
    return {name: value for name, value in (jwk | changes).items() if value is not GONE}


def jwk(**changes: Any) -> Make:
    return lambda machine: machine.proof(header={"jwk": public(machine, **changes)})


def htu(change: Callable[[str], Any]) -> Make:
    return lambda machine: machine.proof(htu=change(machine.endpoint))


def at(**seconds: int) -> Make:
    def make(machine: Machine) -> str:
        claims: dict[str, Any] = {n: int(time.time()) + ahead for n, ahead in seconds.items()}
        return machine.proof(**claims)

    return make


def weak_rsa(machine: Machine) -> str:
    return machine.proof(header={"jwk": {"kty": "RSA", "n": b64.octets(2**1023 + 1), "e": "AQAB"}})


def exponent_three(machine: Machine) -> str:
    key = private_jwk("RS256/2048", 9)
    members = {"kty": "RSA", "n": key["n"], "e": "Aw"}
    return machine.proof(header={"jwk": members, "alg": "RS256"}, key=key)


def other_signature(machine: Machine) -> str:
    return machine.proof(header={"jwk": public(machine)}, key=private_jwk("ES256", 666))


def serialized(machine: Machine) -> str:
    first, second, third = machine.proof().split(".")
    return json.dumps({"payload": second, "protected": first, "signature": third})


REFUSED: list[tuple[str, Make]] = [
    ("C02", lambda machine: f"{machine.proof()}, {machine.proof()}"),
    ("C04", lambda machine: "garbage"),
    ("C04", lambda machine: ""),
    ("C04", serialized),
    ("C04", claim(padding="x" * 9000)),
    *[
        ("C05", header(typ=typ))
        for typ in (GONE, "JWT", "dpop+jwt ", "DPOP+JWT", "client-authentication+jwt", 7)
    ],
    *[("C06", header(alg=alg)) for alg in ("none", "HS256", "ES256K", "EdDSA", "es256", None)],
    ("C08", header(jwk=GONE)),
    ("C08", header(jwk="a")),
    ("C08", header(jwk=GONE, kid="a")),
    *[("C09", jwk(**{name: "AAAA"})) for name in ("d", "p", "q", "dp", "dq", "qi", "oth", "k")],
    ("C11", weak_rsa),
    ("C11", exponent_three),
    ("C11", jwk(x="AAAA")),
    ("C11", jwk(y=b64.encode(bytes(32)))),
    ("C11", jwk(crv="P-384")),
    ("C12", other_signature),
    ("C12", lambda machine: machine.proof()[:-8] + "AAAAAAAA"),
    *[("C14", claim(jti=jti)) for jti in (GONE, "", 7, None, "j" * 257)],
    *[("C17", claim(htm=htm)) for htm in (GONE, "GET", "post", "POST ", 7)],
    *[("C18", claim(htu=value)) for value in (GONE, "https://other.example/token", "", 7)],
    ("C18", htu(lambda url: url.replace("http:", "https:"))),
    ("C18", htu(lambda url: url.replace("/token", "/par"))),
    ("C18", htu(lambda url: url.replace("/test/", "/production/"))),
    ("C21", htu(lambda url: url + "/")),
    ("C21", htu(lambda url: url.replace("token", "Token"))),
    ("C22", claim(htu="http://app:8000/test/sts/connect/token")),
    ("C24", at(iat=-3600)),
    ("C24", at(iat=3600)),
    *[("C24", claim(iat=iat)) for iat in (GONE, "1", True, None)],
    *[("C29", claim(nonce=nonce)) for nonce in (7, ["a"], "n" * 5000, "a b", "")],
    ("C34", at(exp=-60)),
    ("C34", at(nbf=61)),
]


@pytest.mark.parametrize("make", numbered(REFUSED))
def test_a_proof_that_is_wrong(machine: Machine, make: Make) -> None:
    answer = machine.post(proof=make(machine))

    assert error_of(answer) == (400, "invalid_dpop_proof")
    assert answer["Cache-Control"] == "no-store"


ACCEPTED: list[tuple[str, Make]] = [
    ("C19", htu(lambda url: url + "?a=b")),
    ("C19", htu(lambda url: url + "#part")),
    ("C23", at(iat=-10)),
    ("C23", at(iat=9)),  # a second may pass on the way
    ("C32", claim(ath="anything")),
    ("C34", at(exp=60, nbf=-5)),
]


@pytest.mark.parametrize("make", numbered(ACCEPTED))
def test_a_proof_that_is_good(machine: Machine, make: Make) -> None:
    answer = machine.post(proof=make(machine))

    assert answer.status_code == 200, answer.content


def test_c01_no_proof(machine: Machine) -> None:
    assert error_of(machine.post(proof=GONE)) == (400, "invalid_dpop_proof")


def test_c09_a_private_key_raises_an_alarm_without_the_key(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    members = {**public(machine), "d": machine.proof_private["d"]}
    answer = machine.post(proof=machine.proof(header={"jwk": members}))

    assert error_of(answer) == (400, "invalid_dpop_proof")
    assert thumbprint(public(machine)) in caplog.text
    assert machine.proof_private["d"] not in caplog.text


def test_c15_a_proof_is_good_once(machine: Machine) -> None:
    proof = machine.proof()

    assert machine.post(proof=proof).status_code == 200
    assert error_of(machine.post(proof=proof)) == (400, "invalid_dpop_proof")


def of_the_other_environment(machine: Machine) -> str:
    return make_machine(environment="production", which=4).meet().nonce


NONCES: list[tuple[str, Callable[[Machine], Any]]] = [
    ("C26", lambda machine: GONE),
    ("C27", lambda machine: nonces(machine.issuer).issue(time.time() - 3600)),
    ("C27", of_the_other_environment),
    ("C27", lambda machine: "made-up"),
    ("C28", lambda machine: GONE),
]


@pytest.mark.parametrize("nonce", numbered(NONCES))
def test_a_nonce_is_asked_for(machine: Machine, nonce: Callable[[Machine], Any]) -> None:
    answer = machine.post(proof=machine.proof(nonce=nonce(machine)))

    assert error_of(answer) == (400, "use_dpop_nonce")
    assert answer["DPoP-Nonce"]
    assert "," not in answer["DPoP-Nonce"]
    assert answer["Cache-Control"] == "no-store"
    assert machine.post().status_code == 200


def test_c30_success_brings_the_next_nonce(machine: Machine) -> None:
    answer = machine.post()

    assert answer.status_code == 200
    assert nonces(machine.issuer).valid(answer["DPoP-Nonce"], time.time())


def test_c31_nonces_differ_by_time_and_secret(machine: Machine, settings: Any) -> None:
    now = time.time()
    mine = nonces(machine.issuer)
    assert len({mine.issue(now), mine.issue(now + 300), mine.issue(now - 300)}) == 3
    assert len(mine.issue(now)) == 43

    settings.SECRET_KEY = "another one"
    assert not nonces(machine.issuer).valid(mine.issue(now), now)


@pytest.mark.parametrize("kind", ["ES256", "ES384", "RS256/2048", "PS256/2048"])
def test_c36_the_token_is_bound_to_the_key_of_the_proof(machine: Machine, kind: str) -> None:
    machine.proof_private = private_jwk(kind, 8)
    token = machine.token()

    assert claims_of(token)["cnf"] == {"jkt": thumbprint(machine.proof_private)}
    assert header_of(token)["typ"] == "at+jwt"


def test_a_token_is_never_bound_to_something_unsigned(machine: Machine) -> None:
    """The proof of one key with the jwk of another: the signature decides."""
    text = resign(
        {"typ": "dpop+jwt", "alg": "ES256", "jwk": public(machine)}, b"{}", machine.private
    )

    assert error_of(machine.post(proof=text)) == (400, "invalid_dpop_proof")
