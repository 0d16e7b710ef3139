"""Alice's client with a key, and a server that tests can make wrong in any one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from onboarding.accounts.models import User
from onboarding.apis.models import Api
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.smoketests import services
from onboarding.smoketests.models import Run, Step
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from tests.factories import make_api, make_client, make_scope, make_system
from tests.machines import Machine
from tests.smoketests.servers import WrongServer, wrong_server

AUDIENCE = "acme:register"


@pytest.fixture
def actor(alice: User) -> Actor:
    return actor_for(alice)


@pytest.fixture
def api(db: None) -> Api:
    """An API with no address that could be tried."""
    return make_api(short_name=AUDIENCE, name="Registeret")


@pytest.fixture
def machine(acme: Organization, alice: User, api: Api) -> Machine:
    """The program of an active client of Acme, with a key and a scope that is granted."""
    system = make_system(acme, by=alice)
    scope = make_scope(api, f"{AUDIENCE}/read")
    return Machine(make_client(acme, system=system, by=alice, scopes={scope: Access.OK}))


@pytest.fixture
def tested(machine: Machine) -> ClientConfiguration:
    return machine.client


@pytest.fixture
def server(settings: Settings, api: Api, machine: Machine) -> Iterator[WrongServer]:
    """The authorization server of the test environment, and the API of Alice's client."""
    with wrong_server(AUDIENCE) as server:
        settings.ISSUERS = settings.ISSUERS | {"test": server.issuer}
        settings.EGRESS_OWN_ORIGINS = [server.origin]
        machine.issuer = server.issuer
        api.test_url = f"{server.origin}/api?kind=harmless"
        api.save()
        yield server


@pytest.fixture
def test(server: WrongServer, machine: Machine) -> Callable[[], dict[str, Step]]:
    """Run a whole token test; return its steps by name."""

    def run() -> dict[str, Step]:
        services.witness(
            key_id=machine.registered.pk, private_jwk=machine.private, at=timezone.now()
        )
        newest = Run.objects.order_by("-created_at")[0]
        return {step.name: step for step in newest.steps.all()}

    return run
