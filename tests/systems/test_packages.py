"""Packages: a choice of scopes with a link, and the client that comes of two pages."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import KeyWay
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.keys.models import KeyMaking
from onboarding.keys.services import begin_from_package
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from onboarding.systems import services
from onboarding.systems.models import ClientSystem, Package
from onboarding.systems.states import Selection
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_claim,
    make_organization,
    make_package,
    make_revision,
    make_right,
    make_scope,
    make_system,
    make_user,
)
from tests.keys.conftest import recipient

pytestmark = pytest.mark.django_db


@pytest.fixture
def scopes() -> list[Scope]:
    api = make_api(name="Meldinger")
    return [
        make_scope(api, "nhn:msh/api", description="Sende og hente meldinger"),
        make_scope(api, "nhn:msh/all", description="Se alt"),
    ]


@pytest.fixture
def system(acme: Organization, scopes: list[Scope]) -> ClientSystem:
    chosen = {scopes[0]: Selection.PRESELECTED, scopes[1]: Selection.AVAILABLE}
    return make_system(acme, scopes=chosen, name="Acme Journal")


@pytest.fixture
def ola() -> User:
    """Administers a doctor's office."""
    office = make_organization("Fjordbyen legekontor")
    return make_user("ola", organization=office, role=Role.ADMIN)


def make(system: ClientSystem, by: User, scopes: list[Scope], name: str = "Legekontor") -> Package:
    ids = [scope.pk for scope in scopes]
    return services.make_package(
        system_id=system.pk, name=name, scope_ids=ids, by=actor_for(by), at=NOON
    )


def link(package: Package, environment: str = "test") -> str:
    return reverse("package", args=[environment, package.pk])


def test_supplier_makes_and_ends_a_package(
    client: Client, acme: Organization, alice: User, system: ClientSystem, scopes: list[Scope]
) -> None:
    client.force_login(alice)
    tab = reverse("systems:packages", args=["test", acme.number, system.pk])
    assert "checked" in client.get(tab).content.decode()

    client.post(tab, {"name": "Legekontor", "scope_ids": [scopes[0].pk]})

    package = Package.objects.get()
    assert list(package.scopes.all()) == [scopes[0]]
    page = client.get(tab).content.decode()
    assert f"{link(package)}</code>" in page
    client.post(reverse("systems:end_package", args=["test", acme.number, system.pk, package.pk]))
    assert link(package) not in client.get(tab).content.decode()
    assert list(Event.objects.values_list("kind", flat=True)) == ["package.made", "package.ended"]


def test_two_pages_make_a_client(
    client: Client, alice: User, ola: User, system: ClientSystem, scopes: list[Scope]
) -> None:
    package = make(system, alice, scopes[:1])
    office = ola.memberships.get().organization
    client.force_login(ola)
    first = client.get(link(package)).content.decode()
    assert "Sende og hente meldinger" in first
    assert "Se alt" not in first

    answer = client.post(link(package), {"organization_id": office.pk})

    begun = ClientConfiguration.objects.get()
    assert answer["Location"] == reverse("keys:check", args=["test", office.number, begun.pk])
    assert "Acme Journal" in client.get(answer["Location"]).content.decode()
    public, _browser = recipient()
    client.post(answer["Location"], {"recipient": json.dumps(public)})

    begun.refresh_from_db()
    assert (begun.status, begun.organization, begun.key_way) == ("active", office, KeyWay.PORTAL)
    assert [row.scope for row in begun.scopes.all()] == scopes[:1]
    assert KeyMaking.objects.get().client == begun


def test_api_that_needs_values_is_asked_about_in_between(
    client: Client, alice: User, ola: User, system: ClientSystem, scopes: list[Scope]
) -> None:
    make_claim(scopes[0].api, is_required=True)
    package = make(system, alice, scopes)
    office = ola.memberships.get().organization
    client.force_login(ola)

    answer = client.post(link(package), {"organization_id": office.pk})

    begun = ClientConfiguration.objects.get()
    assert answer["Location"] == reverse("clients:claims", args=["test", office.number, begun.pk])


def test_link_asks_for_a_login_and_comes_back(client: Client, system: ClientSystem) -> None:
    package = make_package(system)

    answer = client.get(link(package))

    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?next={link(package)}")


def test_who_may_act_for_nobody_is_told_what_it_takes(
    client: Client, system: ClientSystem, bob: User
) -> None:
    client.force_login(bob)

    page = client.get(link(make_package(system))).content.decode()

    assert "Du kan ikke handle for noen virksomhet her" in page
    assert '<form class="ds-card' not in page


def test_right_is_enough(
    client: Client, system: ClientSystem, scopes: list[Scope], alice: User, charlie: User
) -> None:
    office = make_organization("Legekontoret")
    make_right(office, to_email=charlie.email)
    client.force_login(charlie)

    client.post(link(make(system, alice, scopes)), {"organization_id": office.pk})

    assert ClientConfiguration.objects.get().organization == office


def test_organization_of_others_is_refused(
    client: Client, system: ClientSystem, scopes: list[Scope], alice: User, ola: User
) -> None:
    package = make(system, alice, scopes)
    other = make_organization("Andre AS")
    client.force_login(ola)

    assert client.post(link(package), {"organization_id": other.pk}).status_code == 422
    with pytest.raises(NotPermitted):
        begin_from_package(
            package_id=package.pk, organization_id=other.pk, by=actor_for(ola), at=NOON
        )
    assert not ClientConfiguration.objects.exists()


@pytest.mark.parametrize("why", ["ended", "production", "unknown"])
def test_link_that_leads_nowhere(
    client: Client, system: ClientSystem, scopes: list[Scope], alice: User, ola: User, why: str
) -> None:
    package = make(system, alice, scopes)
    client.force_login(ola)
    if why == "ended":
        services.end_package(package_id=package.pk, by=actor_for(alice), at=NOON)
    if why == "unknown":
        package = Package(pk=system.pk)

    address = link(package, "production" if why == "production" else "test")

    assert client.get(address).status_code == 404


def test_package_whose_scopes_are_no_longer_offered(
    client: Client, system: ClientSystem, scopes: list[Scope], alice: User, ola: User
) -> None:
    package = make(system, alice, scopes)
    make_revision(system, number=2, scopes={scopes[0]: Selection.PRESELECTED})
    client.force_login(ola)

    answer = client.post(link(package), {"organization_id": ola.memberships.get().organization_id})

    assert answer.status_code == 409
    assert "Pakken passer ikke lenger" in answer.content.decode()
    assert not ClientConfiguration.objects.exists()


def test_what_a_package_may_hold(
    system: ClientSystem, alice: User, bob: User, scopes: list[Scope]
) -> None:
    with pytest.raises(Invalid):
        make(system, alice, [])
    with pytest.raises(Invalid):
        make(system, alice, [*scopes, make_scope()])
    with pytest.raises(NotPermitted):
        make(system, bob, scopes)
    make(system, alice, scopes)
    with pytest.raises(Invalid, match="dette navnet"):
        make(system, alice, scopes)
    package = Package.objects.get()
    services.end_package(package_id=package.pk, by=actor_for(alice), at=NOON)
    with pytest.raises(NotPossibleNow):
        services.end_package(package_id=package.pk, by=actor_for(alice), at=NOON)
    assert make(system, alice, scopes).name == package.name


def test_system_without_a_version_has_no_packages(
    acme: Organization, alice: User, scopes: list[Scope]
) -> None:
    with pytest.raises(NotPossibleNow):
        make(make_system(acme, published=False), alice, scopes)
