"""The pages of evidence: clients named, periods begun, items shown with what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.checklists.models import Subject
from onboarding.checklists.queries import subjects
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Right
from onboarding.systems.models import ClientSystem
from tests.checklists.making import first_version, trace
from tests.factories import make_api, make_client, make_right, make_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(alice: User, acme: Organization) -> ClientSystem:
    first_version()
    return make_system(acme, by=alice)


def address(name: str, system: ClientSystem, *rest: object) -> str:
    return reverse(f"evidence:{name}", args=["test", system.organization.number, system.pk, *rest])


def test_from_choosing_a_client_to_proved_items(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    running = make_client(acme, system=system, by=alice)
    client.force_login(alice)
    before = client.get(address("system", system)).content.decode()

    client.post(address("clients", system), {"clients": [str(running.pk)]})
    now = timezone.now()
    for second in range(20):
        trace(running, now + timedelta(microseconds=second))
    text = client.get(address("system", system)).content.decode()

    running.refresh_from_db()
    assert running.token_life == 60
    assert "Begynn målingen" in before
    assert "20 tokenforespørsler er sett" in text
    assert "Mottakeren er utstederadressen i alle." in text


def test_choosing_nobody_is_no_choice(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    make_client(acme, system=system, by=alice)
    client.force_login(alice)

    answer = client.post(address("clients", system), {"clients": []})

    assert answer.status_code == 422
    assert "Velg minst én klient." in answer.content.decode()
    assert Subject.objects.count() == 0


def test_a_new_period_has_a_software_version(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    running = make_client(acme, system=system, by=alice)
    client.force_login(alice)
    client.post(address("clients", system), {"clients": [str(running.pk)]})

    refused = client.post(address("period", system), {"software_version": "", "instances": "0"})
    client.post(address("period", system), {"software_version": "4.2.1", "instances": "3"})

    assert refused.status_code == 422
    found = subjects.period(Subject.objects.get())
    assert found
    assert (found.software_version, found.instances) == ("4.2.1", 3)


def test_the_life_of_tokens_can_be_the_usual_one(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    running = make_client(acme, system=system, by=alice)
    client.force_login(alice)
    client.post(address("clients", system), {"clients": [str(running.pk)]})

    for life in (600, 60):
        client.post(address("token_life", system, running.pk))
        running.refresh_from_db()
        assert running.token_life == life


def test_an_owner_who_has_chosen_is_not_overruled(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    running = make_client(acme, system=system, by=alice, token_life=600)
    client.force_login(alice)

    client.post(address("clients", system), {"clients": [str(running.pk)]})

    running.refresh_from_db()
    assert running.token_life == 600


def test_readers_see_without_buttons(
    bob: User, alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    make_client(acme, system=system, by=alice)
    client.force_login(bob)

    text = client.get(address("system", system)).content.decode()

    assert "Begynn målingen" not in text
    assert "Den som har skrivetilgang, velger klientene som skal måles." in text


def test_who_was_given_the_right_about_apis_sees_those_and_no_systems(
    charlie: User, alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    api = make_api(acme)
    make_right(acme, right=Right.APIS, to_organization=charlie.memberships.get().organization)
    client.force_login(charlie)
    page = reverse("evidence:api", args=["test", acme.number, api.pk])

    assert client.post(f"{page}begin/").status_code == 302
    assert "11 punkter i alt" in client.get(page).content.decode()
    assert client.get(address("system", system)).status_code == 404


def test_the_requests_behind_a_verdict_are_one_click_away(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    running = make_client(acme, system=system, by=alice)
    client.force_login(alice)
    client.post(address("clients", system), {"clients": [str(running.pk)]})
    now = timezone.now()
    for second in range(20):
        trace(running, now + timedelta(microseconds=second))
    wrong = trace(running, now + timedelta(microseconds=30), life_s=75, outcome="refused")
    subject = Subject.objects.get()
    page = reverse("evidence:item", args=["test", acme.number, subject.pk, "A03"])

    text = client.get(page).content.decode()

    link = reverse("trace", args=["test", acme.number, running.pk, wrong.pk])
    assert link in text
    assert "den lengste i 75" in text
