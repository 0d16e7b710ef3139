"""Alice's client, and what the tests of keys sign and upload with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from tests.factories import make_client, make_system
from tests.leaks import remember_secret


@pytest.fixture
def actor(alice: User) -> Actor:
    return actor_for(alice)


@pytest.fixture
def client_(acme: Organization, alice: User) -> ClientConfiguration:
    """An active client of Acme."""
    return make_client(acme, system=make_system(acme, by=alice), by=alice)


@pytest.fixture
def draft(acme: Organization, alice: User) -> ClientConfiguration:
    """A draft of Acme that lacks nothing but its key."""
    system = make_system(acme, by=alice)
    return make_client(acme, system=system, by=alice, status=Status.DRAFT, step="claims")


@pytest.fixture
def no_witness(settings: Any) -> None:
    """Keys are made without a token test: there is no server here to fetch a token from."""
    settings.KEY_WITNESS = ""


SEEN: list[dict[str, Any]] = []


def witness(**given: Any) -> None:
    """Stands in for the token test: notes what a witness is given."""
    SEEN.append(given)
    remember_secret(given["private_jwk"]["d"])


@pytest.fixture
def witnessed(settings: Any) -> Iterator[list[dict[str, Any]]]:
    settings.KEY_WITNESS = "tests.keys.conftest.witness"
    SEEN.clear()
    yield SEEN
    SEEN.clear()


def pair(alg: str = "ES256", **extra: Any) -> tuple[str, dict[str, Any]]:
    """Return a new public JWK as text, and its private JWK."""
    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    made = (
        JWK.generate(kty="EC", crv=curve[alg])
        if alg in curve
        else JWK.generate(kty="RSA", size=2048)
    )
    private: dict[str, Any] = made.export(as_dict=True) | {"alg": alg}
    remember_secret(private["d"])
    public = made.export_public(as_dict=True) | {"alg": alg} | extra
    return json.dumps(public), private


def recipient() -> tuple[dict[str, str], JWK]:
    """Return the public half of a browser's key, and the whole key."""
    key = JWK.generate(kty="EC", crv="P-256")
    return key.export_public(as_dict=True), key
