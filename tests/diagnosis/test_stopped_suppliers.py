"""A client whose supplier is stopped in production is told so, and not that its key is unknown."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.suppliers.states import Role, SupplierState
from tests.factories import make_organization, make_system, make_user
from tests.machines import make_machine
from tests.suppliers.making import make_supplier

TOLD = "Godkjenningen av leverandøren gjelder ikke i produksjon nå"


@pytest.mark.django_db
@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize("state", SupplierState)
def test_why_a_stopped_suppliers_client_is_refused(
    client: Client, settings: Any, environment: str, state: SupplierState
) -> None:
    settings.OPEN_ENVIRONMENTS = frozenset({"test", "production"})
    supplier = make_organization("Leverandøren", is_synthetic=False)
    customer = make_organization("Kunden", is_synthetic=False)
    machine = make_machine(
        system=make_system(supplier, environment=environment), which=8, organization=customer
    )
    make_supplier(supplier, state)
    client.force_login(make_user(organization=customer, environment=environment, role=Role.READER))

    answer = client.post(
        reverse("why", args=[environment, customer.number]), {"pasted": machine.assertion()}
    )

    is_stopped = state in (SupplierState.SUSPENDED, SupplierState.ENDED)
    told = TOLD in unescape(answer.content.decode())
    assert told == (environment == "production" and is_stopped)
