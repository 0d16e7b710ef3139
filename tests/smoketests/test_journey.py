"""The whole token test against the portal's own authorization server and API, over HTTP."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.clients.states import Access
from onboarding.keys.models import Key
from onboarding.smoketests import services
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import StepStatus
from onboarding.suppliers.queries import actor_for
from tests.factories import make_organization, make_user
from tests.machines import Machine, make_machine

CALL = f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents"


@pytest.fixture
def program(live_server: LiveServer) -> Machine:
    machine = make_machine()
    Api.objects.update(test_url=CALL)
    return machine


def steps(run: Run) -> list[tuple[str, str]]:
    return [(step.status, step.code) for step in run.steps.order_by("position")]


@pytest.mark.parametrize("kind", ["ES256", "ES384", "ES512", "RS256/2048", "PS512/3072"])
def test_portal_signs(live_server: LiveServer, kind: str) -> None:
    program = make_machine(kind=kind)
    Api.objects.update(test_url=CALL)

    services.witness(key_id=program.registered.pk, private_jwk=program.private, at=timezone.now())

    assert steps(Run.objects.get()) == [(StepStatus.PASSED, "")] * 6
    assert Key.objects.get().proved_at is not None


def test_browser_signs(program: Machine) -> None:
    owner = make_organization()
    program.client.organization = owner
    program.client.save()
    run = services.start(
        client_id=program.client.pk,
        key_id=program.registered.pk,
        api_id=None,
        assertions=[program.assertion(), program.assertion()],
        by=actor_for(make_user("alva", organization=owner)),
        at=timezone.now(),
    )

    services.execute(run_id=run.pk, at=timezone.now())

    assert steps(run) == [(StepStatus.PASSED, "")] * 6


def test_scope_that_waits_is_refused_and_told(program: Machine) -> None:
    program.client.scopes.update(access=Access.PENDING)

    services.witness(key_id=program.registered.pk, private_jwk=program.private, at=timezone.now())

    assert steps(Run.objects.get())[3] == (StepStatus.FAILED, "test.scope_pending")


def test_key_that_is_not_the_registered_one_is_refused(program: Machine) -> None:
    other = Machine(program.client, which=5)
    Key.objects.filter(pk=other.registered.pk).update(expires_at=timezone.now())

    services.witness(key_id=program.registered.pk, private_jwk=other.private, at=timezone.now())

    assert steps(Run.objects.get())[3] == (StepStatus.FAILED, "oauth.invalid_client")


def test_an_api_without_dpop(program: Machine) -> None:
    Api.objects.update(dpop=Dpop.NONE)

    services.witness(key_id=program.registered.pk, private_jwk=program.private, at=timezone.now())

    run = Run.objects.get()
    assert steps(run) == [(StepStatus.PASSED, "")] * 6
    assert '"token_type": "Bearer"' in run.steps.get(name="token").received
