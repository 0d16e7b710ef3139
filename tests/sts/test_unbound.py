"""ADR 0010: an unbound token for an API that does not use DPoP, and for no other."""

import json

import pytest

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.clients.models import ClientScope
from onboarding.clients.states import Access
from tests.factories import make_api, make_scope
from tests.machines import GONE, Machine, claims_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(machine: Machine) -> Machine:
    Api.objects.update(dpop=Dpop.NONE)
    return machine


def test_no_proof_gives_a_bearer_token(machine: Machine) -> None:
    answer = machine.post(proof=GONE)
    content = json.loads(answer.content)

    assert (answer.status_code, content["token_type"]) == (200, "Bearer")
    assert "cnf" not in claims_of(content["access_token"])


def test_a_proof_gives_a_bound_token_here_too(machine: Machine) -> None:
    content = json.loads(machine.post().content)

    assert content["token_type"] == "DPoP"
    assert "jkt" in claims_of(content["access_token"])["cnf"]


def test_a_wrong_proof_is_refused_although_none_was_needed(machine: Machine) -> None:
    answer = machine.post(proof=machine.proof(htm="GET"))

    assert json.loads(answer.content)["error"] == "invalid_dpop_proof"


def test_the_assertion_is_used_up(machine: Machine) -> None:
    form = machine.form()

    assert machine.post(form, proof=GONE).status_code == 200
    assert json.loads(machine.post(form, proof=GONE).content)["error"] == "invalid_client"


@pytest.mark.parametrize("dpop", [Dpop.REQUIRED, Dpop.ALLOWED])
def test_other_apis_need_a_proof(machine: Machine, dpop: Dpop) -> None:
    Api.objects.update(dpop=dpop)

    answer = machine.post(proof=GONE)

    assert (answer.status_code, json.loads(answer.content)["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("change", [{"scope": "acme:other/read"}, {"scope": "unknown"}, {}])
def test_a_choice_that_is_not_that_api_alone_needs_a_proof(
    machine: Machine, change: dict[str, str]
) -> None:
    other = make_scope(make_api(short_name="acme:other"), "acme:other/read")
    ClientScope.objects.create(
        client=machine.client, scope=other, access=Access.OK, created_at=machine.client.created_at
    )

    answer = machine.post(machine.form(**change), proof=GONE)

    assert (answer.status_code, json.loads(answer.content)["error"]) == (400, "invalid_dpop_proof")
