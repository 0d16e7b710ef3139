"""What this server does not have, so that rows which speak of it have their answer too.

It serves one grant, client credentials. It has no authorization endpoint, no pushed authorization
requests and no refresh tokens, and its metadata promises none of them. It is no FAPI 2.0 server
either: the algorithm that is registered with a key is binding, and RS256 may be it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from onboarding.core.models import UsedOnce
from tests.machines import FORM, Machine, error_of, make_machine, numbered, private_jwk

BELOW = "/test/sts/"
PROMISES = (
    "authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests",
    "response_types_supported",
    "code_challenge_methods_supported",
    "authorization_response_iss_parameter_supported",
    "request_object_signing_alg_values_supported",
    "introspection_endpoint",
    "revocation_endpoint",
    "userinfo_endpoint",
    "registration_endpoint",
)


@pytest.mark.parametrize("name", PROMISES)
def test_a66_c37_c38_c39_metadata_promises_none_of_it(name: str) -> None:
    metadata = json.loads(Client().get(f"{BELOW}.well-known/openid-configuration").content)

    assert name not in metadata
    assert metadata["grant_types_supported"] == ["client_credentials"]


PUSHED: list[tuple[str, str]] = [
    ("A66", "connect/par"),
    ("C37", "connect/par"),
    ("C37", "par"),
    ("C37", "connect/authorize"),
    ("C37", "connect/token/"),
    ("C37", "connect/par/../token"),
    ("C37", "nothing"),
]


@pytest.mark.parametrize("address", numbered(PUSHED))
def test_a66_c37_pushed_requests_have_no_address(machine: Machine, address: str) -> None:
    """A program is told in JSON, and what it sent is neither read nor used up.

    So an assertion that was tried there is still good, once, where there is something (A66), and
    a proof by another key than `dpop_jkt` names (C37) gets a client nowhere.
    """
    form = machine.form() | {"response_type": "code", "dpop_jkt": "A" * 43}
    used = UsedOnce.objects.count()
    answer = machine.http.post(
        BELOW + address, form, content_type=FORM, headers={"DPoP": machine.proof()}
    )

    assert error_of(answer) == (404, "not_found")
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert UsedOnce.objects.count() == used


def test_a66_one_memory_of_used_assertions_for_an_issuer(machine: Machine) -> None:
    """The address it was sent to is no part of what is remembered, so a second could not differ."""
    form = machine.form()
    machine.http.post(f"{BELOW}connect/par", form, content_type=FORM)

    assert error_of(machine.post(form)) == (200, "")
    assert error_of(machine.post(form)) == (400, "invalid_client")


GRANTS: list[tuple[str, dict[str, Any]]] = [
    ("C38", {"grant_type": "authorization_code", "code": "c", "code_verifier": "v" * 43}),
    ("C38", {"grant_type": "authorization_code", "code": "c", "redirect_uri": "https://a.example"}),
    ("C39", {"grant_type": "refresh_token", "refresh_token": "r"}),
    ("C39", {"grant_type": "refresh_token", "refresh_token": "r", "scope": "offline_access"}),
    ("C39", {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "d"}),
]


@pytest.mark.parametrize("changes", numbered(GRANTS))
@pytest.mark.parametrize("which", [1000, 666])
def test_c38_c39_codes_and_refresh_tokens_are_not_exchanged(
    machine: Machine, changes: dict[str, Any], which: int
) -> None:
    """By whatever key the proof is: there is nothing here that such a key could be bound to."""
    proof = machine.proof(key=private_jwk("ES256", which))

    answer = machine.post(machine.form(**changes), proof=proof)

    assert error_of(answer) == (400, "unsupported_grant_type")


def test_c39_no_refresh_token_is_given(machine: Machine) -> None:
    for scope in ("nhn:cp-api/access", "nhn:cp-api/access offline_access"):
        answer = machine.post(machine.form(scope=scope))
        assert "refresh_token" not in json.loads(answer.content)
    assert error_of(answer) == (400, "invalid_scope")


@pytest.mark.parametrize(("registered", "status"), [("RS256", 200), ("PS256", 400)])
def test_a18_c07_rs256_only_where_it_is_registered(db: None, registered: str, status: int) -> None:
    """HelseID takes RS256, and so does this server: its metadata says so. For an assertion the
    algorithm registered with the key decides, for a proof that the metadata lists it.
    """
    machine = make_machine(kind=f"{registered}/2048")
    metadata = json.loads(Client().get(f"{BELOW}.well-known/openid-configuration").content)
    machine.proof_private = private_jwk("RS256/2048", 18)
    signed = machine.meet().assertion(key={**machine.private, "alg": "RS256"})

    answer = machine.post(machine.form(client_assertion=signed))

    assert "RS256" in metadata["token_endpoint_auth_signing_alg_values_supported"]
    assert "RS256" in metadata["dpop_signing_alg_values_supported"]
    assert answer.status_code == status
