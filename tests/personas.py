"""The people of the tests. Alice and Bob are of one organisation, Charlie of another."""

from __future__ import annotations

import pytest

from onboarding.accounts.models import User
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from tests.factories import make_organization, make_user


@pytest.fixture
def acme(db: None) -> Organization:
    return make_organization("Acme EPJ AS")


@pytest.fixture
def alice(acme: Organization) -> User:
    """Writes for Acme in test."""
    return make_user("alice", organization=acme, role=Role.WRITER)


@pytest.fixture
def anna(acme: Organization) -> User:
    """Administers Acme in test."""
    return make_user("anna", organization=acme, role=Role.ADMIN)


@pytest.fixture
def bob(acme: Organization) -> User:
    """Reads for Acme in test."""
    return make_user("bob", organization=acme, role=Role.READER)


@pytest.fixture
def charlie(db: None) -> User:
    """Administers another organisation: an outsider to Acme."""
    return make_user("charlie", organization=make_organization("Utenfor AS"), role=Role.ADMIN)


@pytest.fixture
def rita(db: None) -> User:
    """Reviews."""
    return make_user("rita", is_reviewer=True)


@pytest.fixture
def olav(db: None) -> User:
    """Operates the portal."""
    return make_user("olav", is_operator=True)
