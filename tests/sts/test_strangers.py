"""Whom the server knows, and that a stranger cannot find out (A25 to A28, A44, A79 to A81)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from onboarding.clients.states import Status
from onboarding.sts.refusal import NOT_RECOGNIZED
from onboarding.suppliers.states import STOPPED, SupplierState
from tests.factories import make_organization, make_system, make_user
from tests.machines import Machine, error_of, make_machine, numbered, private_jwk, register
from tests.suppliers.making import make_supplier

UNRECOGNIZED = {
    "error": "invalid_client",
    "error_description": NOT_RECOGNIZED,
    "error_uri": f"{settings.BASE_URL}/help/errors/oauth.invalid_client",
}


def answer_to(machine: Machine, **wrong: Any) -> tuple[int, Any]:
    text = machine.assertion(**wrong)
    answer = machine.post(machine.form(client_assertion=text, client_id=json_sub(wrong, machine)))
    return answer.status_code, json.loads(answer.content)


def json_sub(wrong: dict[str, Any], machine: Machine) -> str:
    return str(wrong.get("sub", machine.client_id))


def unknown_client(machine: Machine) -> dict[str, Any]:
    client_id = str(uuid4())
    return {"iss": client_id, "sub": client_id}


def no_uuid(machine: Machine) -> dict[str, Any]:
    return {"iss": "kjernejournal", "sub": "kjernejournal"}


def other_spelling(machine: Machine) -> dict[str, Any]:
    return {"iss": machine.client_id.upper(), "sub": machine.client_id.upper()}


def wrong_signature(machine: Machine) -> dict[str, Any]:
    return {"key": {**private_jwk("ES256", 666), "kid": machine.private["kid"]}}


def unknown_kid(machine: Machine) -> dict[str, Any]:
    return {"header": {"kid": "never-registered"}}


def kid_of_another_client(machine: Machine) -> dict[str, Any]:
    other = make_machine(which=2)
    return {"key": other.private}


def victim(machine: Machine) -> dict[str, Any]:
    other = make_machine(which=3)
    return {"iss": other.client_id, "sub": other.client_id}


def revoked(machine: Machine) -> dict[str, Any]:
    key = machine.registered
    key.revoked_at, key.revoked_by = timezone.now(), make_user()
    key.save()
    return {}


def expired(machine: Machine) -> dict[str, Any]:
    machine.registered.expires_at = timezone.now() - timedelta(seconds=1)
    machine.registered.save()
    return {}


def stopped(machine: Machine) -> dict[str, Any]:
    machine.client.status = Status.STOPPED
    machine.client.save()
    return {}


def draft(machine: Machine) -> dict[str, Any]:
    machine.client.status, machine.client.finished_at = Status.DRAFT, None
    machine.client.finished_by = None
    machine.client.save()
    return {}


def unknown_with_wrong_audience(machine: Machine) -> dict[str, Any]:
    return {**unknown_client(machine), "aud": "https://another.example"}


def wrong_signature_and_type(machine: Machine) -> dict[str, Any]:
    return {**wrong_signature(machine), "header": {"typ": "at+jwt"}}


STRANGERS: list[tuple[str, Callable[[Machine], dict[str, Any]]]] = [
    ("A25", unknown_kid),
    ("A27", kid_of_another_client),
    ("A28", revoked),
    ("A28", expired),
    ("A44", victim),
    ("A79", draft),
    ("A79", stopped),
    ("A80", unknown_client),
    ("A80", no_uuid),
    ("A80", other_spelling),
    ("A80", wrong_signature),
    ("A80", unknown_with_wrong_audience),
    ("A80", wrong_signature_and_type),
]


@pytest.mark.parametrize("wrong", numbered(STRANGERS))
def test_all_strangers_get_one_answer(
    machine: Machine, wrong: Callable[[Machine], dict[str, Any]]
) -> None:
    assert answer_to(machine) != (400, UNRECOGNIZED)

    assert answer_to(machine, **wrong(machine)) == (400, UNRECOGNIZED)


def test_a28_a_key_of_the_other_environment(machine: Machine) -> None:
    other = make_machine(environment="production", which=4)
    assert answer_to(machine, key=other.private) == (400, UNRECOGNIZED)

    text = other.assertion(aud=machine.issuer)
    answer = machine.post(machine.form(client_assertion=text, client_id=other.client_id))
    assert json.loads(answer.content) == UNRECOGNIZED


def test_a81_each_environment_serves_its_own(machine: Machine) -> None:
    other = make_machine(environment="production", which=4).meet()

    assert machine.token()
    assert other.token()
    swapped = other.form(client_assertion=other.assertion(aud=machine.issuer))
    assert error_of(other.post(swapped)) == (400, "invalid_client")


@pytest.mark.django_db
@pytest.mark.parametrize("state", SupplierState)
@pytest.mark.parametrize("environment", ["test", "production"])
def test_a_supplier_that_is_stopped_gets_no_production_tokens_from_the_next_request_on(
    environment: str, state: SupplierState
) -> None:
    supplying, customer = make_organization("Leverandøren"), make_organization("Kunden")
    system = make_system(supplying, environment=environment)
    machine = make_machine(system=system, which=7, organization=customer).meet()
    assert machine.token()

    supplier = make_supplier(supplying, state)

    if environment == "production" and state in STOPPED:
        assert answer_to(machine) == (400, UNRECOGNIZED)
        supplier.state = SupplierState.APPROVED
        supplier.save()
    assert machine.token()


@pytest.mark.django_db
def test_a_customer_that_is_stopped_as_a_supplier_keeps_what_others_supply() -> None:
    customer = make_organization("Kunden")
    machine = make_machine(environment="production", which=7, organization=customer).meet()
    make_supplier(customer, SupplierState.SUSPENDED)

    assert machine.token()


def test_a_key_that_comes_in_addition_works_at_once(machine: Machine) -> None:
    new = private_jwk("ES256", 5)
    assert answer_to(machine, key=new) == (400, UNRECOGNIZED)

    register(machine.client, new)

    assert answer_to(machine, key=new)[0] == 200
    assert answer_to(machine)[0] == 200


def test_a64_an_assertion_is_good_once(machine: Machine) -> None:
    form = machine.form()

    assert machine.post(form).status_code == 200
    assert error_of(machine.post(form)) == (400, "invalid_client")


def test_a68_the_nonce_round_uses_it_up_too(machine: Machine) -> None:
    form = machine.form()

    assert error_of(machine.post(form, proof=machine.proof(nonce="old"))) == (400, "use_dpop_nonce")
    assert error_of(machine.post(form)) == (400, "invalid_client")
    assert machine.post().status_code == 200


def test_two_clients_may_use_one_jti(machine: Machine) -> None:
    other = make_machine(which=6).meet()

    for sender in (machine, other):
        form = sender.form(client_assertion=sender.assertion(jti="1"))
        assert sender.post(form).status_code == 200


def test_c40_the_client_is_judged_before_the_proof(machine: Machine) -> None:
    text = machine.assertion(**wrong_signature(machine))
    answer = machine.post(machine.form(client_assertion=text), proof="not a proof")

    assert error_of(answer) == (400, "invalid_client")


def test_first_use_proves_the_key_and_is_noted_once_a_minute(machine: Machine) -> None:
    machine.token()
    machine.registered.refresh_from_db()
    first = machine.registered.last_used_at
    machine.client.refresh_from_db()
    assert machine.registered.proved_at == first
    assert first is not None
    assert machine.client.last_token_at is not None

    machine.token()
    machine.registered.refresh_from_db()

    assert machine.registered.last_used_at == first
