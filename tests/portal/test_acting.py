"""Which systems act for an organisation: what they may do, and how one is stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.suppliers.models import Organization
from tests.factories import (
    make_api,
    make_client,
    make_key,
    make_organization,
    make_right,
    make_scope,
    make_system,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_use(acme: Organization) -> ClientConfiguration:
    """A supplier's system that acts for Acme: one scope it has, one it waits for."""
    system = make_system(make_organization("Nordlys EPJ AS"), name="Nordlys EPJ")
    api = make_api(name="Meldinger")
    granted = make_scope(api, "nhn:msh/api", description="Sende og hente meldinger")
    asked = make_scope(api, "nhn:msh/all", description="")
    scopes = {granted: Access.OK, asked: Access.PENDING}
    client = make_client(acme, system=system, scopes=scopes, last_token_at=timezone.now())
    make_key(client, kid="abcdefgh12345678", expires_at=timezone.now() + timedelta(days=200))
    return client


def page(client: Client, acme: Organization) -> str:
    answer = client.get(reverse("acting", args=["test", acme.number]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_says_who_what_and_when_in_plain_words(
    client: Client, acme: Organization, alice: User, in_use: ClientConfiguration
) -> None:
    client.force_login(alice)

    text = page(client, acme)

    for words in ("Nordlys EPJ", "fra Nordlys EPJ AS", "Sende og hente meldinger", "Sist brukt"):
        assert words in text
    assert "Dette venter på svar" in text
    technical = text.partition("Tekniske opplysninger")[2]
    assert "nhn:msh/api" in technical
    assert "abcdefgh</code>" in technical
    assert "abcdefgh12345678" not in text
    assert "nhn:msh/api" not in text.partition("Tekniske opplysninger")[0]


def test_stopping_takes_two_steps_and_shows(
    client: Client, acme: Organization, alice: User, in_use: ClientConfiguration
) -> None:
    client.force_login(alice)
    address = reverse("clients:stop", args=["test", acme.number, in_use.pk])
    assert address in page(client, acme)
    explained = client.get(address).content.decode()
    assert "Nordlys EPJ AS" in explained
    assert "Sende og hente meldinger" in explained

    client.post(address)

    text = page(client, acme)
    assert "Stanset" in text
    assert address not in text
    assert reverse("clients:resume", args=["test", acme.number, in_use.pk]) in text


def test_reader_sees_and_is_offered_nothing(
    client: Client, acme: Organization, bob: User, in_use: ClientConfiguration
) -> None:
    client.force_login(bob)

    text = page(client, acme)

    assert "Nordlys EPJ" in text
    assert reverse("clients:stop", args=["test", acme.number, in_use.pk]) not in text


def test_whoever_holds_the_right_may_stop(
    client: Client, acme: Organization, charlie: User, in_use: ClientConfiguration
) -> None:
    make_right(acme, to_email=charlie.email)
    client.force_login(charlie)

    assert reverse("clients:stop", args=["test", acme.number, in_use.pk]) in page(client, acme)


@pytest.mark.parametrize(
    ("fields", "has_key", "says"),
    [
        ({"status": Status.STOPPED}, True, "Får ikke handle for dere før noen starter det igjen."),
        ({}, False, "Får ikke handle for dere uten en nøkkel."),
        ({}, True, "Kan handle for dere, men har ikke gjort det ennå."),
        ({"last_token_at": timezone.now()}, True, "Handler for dere."),
    ],
)
def test_state_in_a_sentence(
    client: Client,
    acme: Organization,
    alice: User,
    fields: dict[str, object],
    has_key: bool,
    says: str,
) -> None:
    scope = make_scope(make_api())
    made = make_client(acme, system=make_system(), scopes={scope: Access.OK}, **fields)  # type: ignore[arg-type]
    if has_key:
        make_key(made, expires_at=timezone.now() + timedelta(days=200))
    client.force_login(alice)

    assert says in page(client, acme)


def test_key_that_ends_soon_is_said_above_the_details(
    client: Client, acme: Organization, alice: User
) -> None:
    made = make_client(acme, system=make_system())
    make_key(made, expires_at=timezone.now() + timedelta(days=3))
    client.force_login(alice)

    assert "Nøkkelen går ut snart" in page(client, acme).partition("Tekniske opplysninger")[0]


def test_drafts_and_others_clients_are_not_there(
    client: Client, acme: Organization, alice: User
) -> None:
    make_client(acme, system=make_system(name="Kladdesystem"), status=Status.DRAFT)
    make_client(make_organization(), system=make_system(acme, name="Kundesystem"))
    client.force_login(alice)

    text = page(client, acme)

    assert "Kladdesystem" not in text
    assert "Kundesystem" not in text
    assert "Ingen systemer handler for dere" in text


def test_costs_the_same_for_one_and_three(client: Client, acme: Organization, alice: User) -> None:
    client.force_login(alice)
    counts = []
    for _ in range(2):
        for _ in range(2):
            made = make_client(acme, system=make_system(), scopes={make_scope(): Access.OK})
            make_key(made, expires_at=timezone.now() + timedelta(days=200))
        with CaptureQueriesContext(connection) as queries:
            page(client, acme)
        counts.append(len(queries))

    assert counts[0] == counts[1]
