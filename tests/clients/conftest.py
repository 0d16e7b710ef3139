"""What the tests of client configurations share."""

from __future__ import annotations

import pytest
from django.urls import reverse

from onboarding.clients.models import ClientConfiguration
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import Selection
from tests.factories import make_api, make_claim, make_scope, make_system


@pytest.fixture
def system(acme: Organization) -> ClientSystem:
    """Offers an API that anyone may use, and one whose owner approves and wants a claim."""
    free = make_scope(make_api(name="Fritt", short_name="free"), "free/access")
    strict = make_scope(
        make_api(name="Strengt", short_name="strict"), "strict/access", needs_approval=True
    )
    make_claim(strict.api)
    return make_system(
        acme, scopes={free: Selection.PRESELECTED, strict: Selection.AVAILABLE}, name="Acme EPJ"
    )


def address(view: str, client: ClientConfiguration) -> str:
    """The address of a client's page, at the organisation that owns it."""
    return reverse(view, args=[client.environment, client.organization.number, client.pk])
