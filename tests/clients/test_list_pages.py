"""The list «Ta i bruk HelseID», and the acts on a client."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.states import Access, Status
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem
from tests.clients.conftest import address
from tests.constants import HTMX, NOON
from tests.factories import (
    make_api,
    make_client,
    make_membership,
    make_organization,
    make_scope,
    make_system,
)


def url(organization: Organization) -> str:
    return reverse("clients:list", args=["test", organization.number])


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("bob", 200), ("charlie", 404), ("rita", 200), ("", 302)]
)
@pytest.mark.parametrize("view", ["clients:list", "clients:new"])
def test_the_list_by_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    view: str,
    who: str,
    status: int,
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))

    assert client.get(reverse(view, args=["test", acme.number])).status_code == status


def test_an_empty_list_says_what_comes_here(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)

    page = client.get(url(acme)).content.decode()

    assert "Ingen klienter ennå" in page
    assert page.count("Ny klientkonfigurasjon") == 1  # one thing to do, in the middle


def test_readers_are_offered_nothing_that_would_be_refused(
    client: Client, bob: User, acme: Organization
) -> None:
    make_client(acme, status=Status.DRAFT)
    client.force_login(bob)

    page = client.get(url(acme)).content.decode()

    assert "Ny klientkonfigurasjon" not in page
    assert "Forkast" not in page
    assert "Kladder du kan fortsette på" in page


@pytest.mark.parametrize(
    ("accesses", "used", "word"),
    [
        ([Access.OK], True, "Virker"),
        ([Access.OK], False, "Ikke i bruk ennå"),
        ([], False, "Ikke i bruk ennå"),
        ([Access.OK, Access.PENDING], True, "Virker delvis"),
        ([Access.PENDING, Access.DECLINED], False, "Venter på API-eier"),
        ([Access.DECLINED], False, "Ikke godkjent"),
    ],
)
def test_the_state_in_words(
    client: Client,
    alice: User,
    acme: Organization,
    accesses: list[Access],
    used: bool,
    word: str,
) -> None:
    api = make_api()
    scopes = {make_scope(api, f"s{number}"): access for number, access in enumerate(accesses)}
    make_client(acme, scopes=scopes, last_token_at=NOON if used else None)
    client.force_login(alice)

    rows = client.get(url(acme)).context["rows"]

    assert [row.word for row in rows] == [word]


def test_drafts_lead_to_where_one_left(client: Client, alice: User, acme: Organization) -> None:
    draft = make_client(acme, status=Status.DRAFT, step="system")
    client.force_login(alice)

    page = client.get(url(acme)).content.decode()

    assert address("clients:setup", draft) in page
    assert "Neste steg: Tjenester og scopes" in page


def test_a_draft_begun_here_for_another_organisation_is_found_again(
    client: Client, alice: User, acme: Organization
) -> None:
    other = make_organization("Fjordbyen legekontor")
    make_membership(alice, other)
    make_client(other, created_for=acme, status=Status.DRAFT, step="organization")
    client.force_login(alice)

    page = client.get(url(acme)).content.decode()

    assert "For Fjordbyen legekontor. Neste steg: Fagsystem" in page


def test_what_others_have_is_not_listed(client: Client, alice: User, acme: Organization) -> None:
    mine = make_client(acme)
    make_client(make_organization("Andre AS"))
    make_client(acme, system=make_system(environment="production"))
    make_client(acme, status=Status.DISCARDED)
    client.force_login(alice)

    assert [row.client for row in client.get(url(acme)).context["rows"]] == [mine]


@pytest.mark.parametrize("text", ["nordl", "{id}"])
def test_search(client: Client, alice: User, acme: Organization, text: str) -> None:
    wanted = make_client(acme, name="Nordlys EPJ")
    make_client(acme, name="Noe annet")
    client.force_login(alice)

    found = client.get(url(acme), {"q": text.format(id=wanted.pk)}).context["rows"]

    assert [row.client for row in found] == [wanted]


def test_a_search_that_finds_nothing_says_so(
    client: Client, alice: User, acme: Organization
) -> None:
    make_client(acme)
    client.force_login(alice)

    page = client.get(url(acme), {"q": "<b>finnes ikke"}).content.decode()

    assert "Ingen klienter heter noe med «&lt;b&gt;finnes ikke»" in page


def test_live_search_gives_a_piece_of_the_page(
    client: Client, alice: User, acme: Organization
) -> None:
    make_client(acme)
    client.force_login(alice)

    page = client.get(url(acme)).content.decode()
    piece = client.get(url(acme), headers=HTMX).content.decode()

    assert piece.strip().startswith('<div class="stack" id="clients"')
    assert piece.strip() in page


def test_older_clients_are_on_the_next_page(
    client: Client, alice: User, acme: Organization, system: ClientSystem
) -> None:
    for number in range(26):
        make_client(acme, system=system, created_at=NOON + timedelta(minutes=number))
    client.force_login(alice)

    first = client.get(url(acme)).context
    second = client.get(url(acme) + first["older"]).context

    assert (len(first["rows"]), len(second["rows"])) == (25, 1)
    assert second["rows"][0].client.created_at == NOON
    assert second["older"] == ""


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(
    client: Client, alice: User, acme: Organization, system: ClientSystem, count: int
) -> None:
    scope = make_scope(make_api())
    for _ in range(count):
        make_client(acme, system=system, scopes={scope: Access.OK})
        make_client(acme, system=system, status=Status.DRAFT)
    client.force_login(alice)
    client.get(url(acme))

    with CaptureQueriesContext(connection) as queries:
        client.get(url(acme))

    assert len(queries) == 13


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 302), ("bob", 403), ("charlie", 404), ("rita", 403)]
)
@pytest.mark.parametrize(("verb", "before"), [("stop", Status.ACTIVE), ("resume", Status.STOPPED)])
def test_stopping_and_starting_by_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    verb: str,
    before: Status,
    who: str,
    status: int,
) -> None:
    stored = make_client(acme, status=before)
    client.force_login(request.getfixturevalue(who))

    response = client.post(address(f"clients:{verb}", stored))

    assert response.status_code == status
    stored.refresh_from_db()
    assert (stored.status != before) is (status == 302)
    assert Event.objects.exists() is (status == 302)


@pytest.mark.parametrize(("verb", "before"), [("stop", Status.STOPPED), ("resume", Status.ACTIVE)])
def test_a_late_press_is_told_how_things_are(
    client: Client, alice: User, acme: Organization, verb: str, before: Status
) -> None:
    stored = make_client(acme, status=before)
    client.force_login(alice)

    response = client.post(address(f"clients:{verb}", stored))

    assert response.status_code == 409
    assert str(before.label) in response.content.decode()


def test_stopping_is_explained_before_it_is_done(
    client: Client, alice: User, bob: User, acme: Organization
) -> None:
    stored = make_client(acme)
    client.force_login(alice)

    page = client.get(address("clients:stop", stored))

    assert "får ikke nye tokener fra nå av" in page.content.decode()
    client.force_login(bob)
    assert client.get(address("clients:stop", stored)).status_code == 403


def test_the_file_is_downloaded_without_a_key(
    client: Client, bob: User, acme: Organization
) -> None:
    stored = make_client(acme, name="Sørlys EPJ")
    client.force_login(bob)

    response = client.get(address("clients:file", stored))

    name = f"HelseID Configuration {acme.number}-Sørlys EPJ.json"
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(name)}"
    assert response["Content-Type"] == "application/json"
    assert response.json()["clientId"] == str(stored.pk)
    assert "privateJwk" not in response.json()


@pytest.mark.parametrize("status", [Status.DRAFT, Status.DISCARDED])
def test_there_is_no_file_before_the_client_is_finished(
    client: Client, alice: User, acme: Organization, status: Status
) -> None:
    stored = make_client(acme, status=status)
    client.force_login(alice)

    assert client.get(address("clients:file", stored)).status_code == 404
