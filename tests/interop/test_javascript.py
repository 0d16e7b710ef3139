"""openid-client and oauth4webapi, as npm has them, get a token and data with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.interop.conftest import Program
from tests.interop.registered import KINDS, NONCE_ROUND, Registered, is_for
from tests.machines import private_jwk

CLIENTS = ("openid-client", "oauth4webapi")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_token_and_data_with_it(node: Program, client: str, kind: str) -> None:
    given = Registered.with_key(kind)

    said = node(client, given)

    assert [tuple(answer) for answer in said["rounds"]] == NONCE_ROUND
    assert said["token"]["scope"] == given.scope
    assert is_for(given, said["token"]["access_token"], said["jkt"])
    assert said["data"]["communicationParties"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_that_is_not_registered_gets_the_reason(node: Program, client: str) -> None:
    given = replace(Registered.with_key("ES384"), private_jwk=private_jwk("ES384", 1))

    said = node(client, given)

    assert said["error"] == "invalid_client"
    assert "by one of its present keys" in said["description"]
