"""Nothing new in production for whoever is stopped or has not accepted the terms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from onboarding.clients.states import Status
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role, SupplierState
from portal.brakes import ALWAYS
from tests.architecture.test_routes import routes
from tests.factories import (
    make_automation_key,
    make_client,
    make_organization,
    make_package,
    make_system,
    make_user,
)
from tests.suppliers.making import make_acceptance, make_supplier, make_terms


@pytest.fixture
def real(db: None, settings: Any, client: Client) -> Organization:
    """A real organisation in an open production, its writer logged in."""
    settings.OPEN_ENVIRONMENTS = frozenset({"test", "production"})
    organization = make_organization("Ekte AS", is_synthetic=False)
    user = make_user("ekte", organization=organization, environment="production", role=Role.WRITER)
    client.force_login(user)
    return organization


def press(client: Client, name: str, organization: Organization, *rows: object) -> int:
    url = reverse(name, args=["production", organization.number, *rows])
    return client.post(url, {"name": "Nytt"}).status_code


@pytest.mark.parametrize(
    ("state", "signed", "is_stopped"),
    [
        (SupplierState.NONE, False, False),
        (SupplierState.NONE, True, False),
        (SupplierState.APPLIED, False, True),
        (SupplierState.APPLIED, True, False),
        (SupplierState.DECLINED, False, True),
        (SupplierState.APPROVED, False, True),
        (SupplierState.APPROVED, True, False),
        (SupplierState.SUSPENDED, True, True),
        (SupplierState.ENDED, True, True),
    ],
)
def test_changes_in_production_take_terms_and_no_stop(
    client: Client, real: Organization, state: SupplierState, signed: bool, is_stopped: bool
) -> None:
    make_supplier(real, state)
    terms = make_terms()
    if signed:
        make_acceptance(real, terms, make_user())

    assert press(client, "clients:new", real) == (409 if is_stopped else 302)


def test_whatever_stops_or_reads_goes_on(client: Client, real: Organization) -> None:
    make_supplier(real, SupplierState.SUSPENDED)
    make_terms()
    system = make_system(real, environment="production")
    active = make_client(real, system=system)

    assert press(client, "clients:stop", real, active.pk) == 302
    active.refresh_from_db()
    assert active.status == Status.STOPPED
    assert press(client, "clients:resume", real, active.pk) == 409
    page = client.get(reverse("apis:list", args=["production", real.number]))
    assert page.status_code == 200


def test_keys_for_software_and_packages_can_be_ended(client: Client, real: Organization) -> None:
    person, system = make_user(), make_system(real, environment="production")
    key = make_automation_key(system, secret="s" * 43, by=person)
    package = make_package(system, scopes=[])
    make_supplier(real, SupplierState.SUSPENDED)

    assert press(client, "systems:end_key", real, system.pk, key.pk) == 302
    assert press(client, "systems:end_package", real, system.pk, package.pk) == 302

    for ended in (key, package):
        ended.refresh_from_db()
        assert ended.ended_at


def test_the_refusal_says_which_version_and_where(client: Client, real: Organization) -> None:
    make_supplier(real)
    make_terms(version="3.1")

    answer = client.post(reverse("clients:new", args=["production", real.number]), {})

    assert "Bruksvilkårene versjon 3.1 er ikke godtatt" in answer.content.decode()


def test_the_test_environment_is_not_concerned(client: Client, real: Organization) -> None:
    make_supplier(real, SupplierState.SUSPENDED)
    make_terms()
    client.force_login(make_user(organization=real))

    answer = client.post(reverse("clients:new", args=["test", real.number]), {})

    assert answer.status_code == 302


def test_the_exceptions_are_addresses_that_exist() -> None:
    assert set(routes(get_resolver().url_patterns)) >= ALWAYS
