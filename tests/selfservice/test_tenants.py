"""Rows of part D at the API that has tenants: a client reaches itself, and only while it may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from onboarding.apis.models import Scope
from onboarding.clients.states import Access, Status
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem
from tests.factories import make_client, make_organization
from tests.machines import GONE, numbered, private_jwk
from tests.selfservice.software import BASE, OWN, REGISTER, Own, Software, make_system, own_client

READS = ["client", "client-status"]


@pytest.fixture
def other(own: Own, system: ClientSystem) -> Own:
    """The software of another organisation's client, of the same system, with fewer scopes."""
    granted = {Scope.objects.get(name=OWN): Access.OK}
    theirs = make_client(make_organization("Andeby legevakt"), system=system, scopes=granted)
    return own_client(theirs, which=1)


@pytest.mark.parametrize("path", READS)
def test_d32_a_token_reads_its_own_client_whatever_is_asked_for(
    own: Own, other: Own, path: str
) -> None:
    """No address of the API names a client, so there is none of another tenant's to be refused."""
    for caller, named, scopes in ((own, other, [REGISTER, OWN]), (other, own, [OWN])):
        client_id = named.machine.client_id
        for query in ("", f"?clientId={client_id}", f"?client_id={client_id}&id={client_id}"):
            answer = caller.call("GET", path + query)
            assert answer.status_code == 200
            found = [row["scope"] for row in json.loads(answer.content)["apiScopes"]]
            assert found == scopes


@pytest.mark.parametrize("path", READS)
def test_d32_an_address_with_another_client_in_it_is_none(own: Own, other: Own, path: str) -> None:
    for wrong in (f"{path}/{other.machine.client_id}", f"clients/{other.machine.client_id}"):
        assert own.call("GET", wrong).status_code == 404


def test_d32_a_token_of_one_with_the_proof_of_another(own: Own, other: Own) -> None:
    borrowed = other.machine.proof(
        key=private_jwk("ES256", 1001),
        token=own.token,
        htm="GET",
        htu=f"{settings.BASE_URL}{BASE}client",
        nonce=GONE,
    )

    assert own.call("GET", "client", proof=borrowed).status_code == 401


def test_d32_an_automation_key_and_the_system_of_another_supplier(
    software: Software, charlie: Any
) -> None:
    theirs: Organization = charlie.memberships.get().organization
    system = make_system(theirs, charlie)

    answer = software.post(query=f"?clientSystemId={system.pk}")

    assert answer.status_code == 404
    assert system.name not in json.dumps(json.loads(answer.content).get("detail", ""))


def stopped(own: Own) -> None:
    own.machine.client.status = Status.STOPPED
    own.machine.client.save()


def declined(own: Own) -> None:
    own.machine.client.scopes.all().delete()


ENDS: list[tuple[str, Callable[[Own], None], tuple[int, ...]]] = [
    ("D31", stopped, (401, 400)),
    ("D31", declined, (200, 400)),
]


@pytest.mark.parametrize(("end", "statuses"), numbered(ENDS))
def test_d31_a_stopped_client_is_out_at_once(
    own: Own, end: Callable[[Own], None], statuses: tuple[int, int]
) -> None:
    """Here the token is looked up, so a stopped client does not even have its ten minutes. A scope
    that was taken back is good until the token ends, and is in no new one.
    """
    assert own.call("GET", "client").status_code == 200

    end(own)

    assert own.call("GET", "client").status_code == statuses[0]
    assert own.machine.post(own.machine.form(scope=OWN)).status_code == statuses[1]
