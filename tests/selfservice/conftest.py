"""A supplier's system, software with an automation key, and a customer with people."""

from __future__ import annotations

import pytest

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.clients.states import Access
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from onboarding.systems.models import ClientSystem
from tests.factories import make_client, make_organization, make_user
from tests.selfservice.software import OWN, REGISTER, Own, Software, make_system, own_client


@pytest.fixture
def surgery(db: None) -> Organization:
    return make_organization("Fjordbyen legekontor")


@pytest.fixture
def ola(surgery: Organization) -> User:
    """Writes for the customer."""
    return make_user("ola", organization=surgery, role=Role.WRITER)


@pytest.fixture
def system(acme: Organization, alice: User) -> ClientSystem:
    return make_system(acme, alice)


@pytest.fixture
def software(system: ClientSystem, surgery: Organization) -> Software:
    return Software(system, surgery)


@pytest.fixture
def own(system: ClientSystem, surgery: Organization) -> Own:
    """The software of a client that is in use, with its own scope and the register's."""
    granted = {Scope.objects.get(name=name): Access.OK for name in (OWN, REGISTER)}
    return own_client(make_client(surgery, system=system, scopes=granted))
