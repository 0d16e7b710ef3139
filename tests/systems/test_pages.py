"""The lists and the pages of one client system, for everybody who may and may not see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.clients.states import Access, Status
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems import services
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import Selection
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_client,
    make_key,
    make_organization,
    make_scope,
    make_system,
)
from tests.systems.making import begin, fill, list_url, publish, url

SHOW = ["system", "systems:settings", "systems:scopes", "systems:versions", "systems:compare"]
CHANGE = [
    "systems:draft",
    "systems:basics",
    "systems:authentication",
    "systems:services",
    "systems:check",
    "systems:discard",
]
# Session, person and roles (7) come on top of what the page itself asks.
QUERIES_OF_LIST = 12
QUERIES_OF_PAGE = 21
QUERIES_OF_HISTORY = 18


@pytest.mark.parametrize(
    ("who", "shows", "changes"),
    [
        ("alice", 200, {200, 302}),
        ("anna", 200, {200, 302}),
        ("bob", 200, {403}),
        ("charlie", 404, {404}),
        ("rita", 200, {403}),
        ("olav", 200, {403}),
    ],
)
def test_pages_by_persona(
    client: Client,
    request: pytest.FixtureRequest,
    alice: User,
    acme: Organization,
    who: str,
    shows: int,
    changes: set[int],
) -> None:
    system = begin(alice, acme)
    client.force_login(request.getfixturevalue(who))

    seen = {name: client.get(url(name, system)).status_code for name in SHOW}
    tried = {client.get(url(name, system)).status_code for name in CHANGE}

    assert seen == dict.fromkeys(SHOW, shows)
    assert tried == changes
    assert client.get(list_url("systems:list", acme)).status_code == shows
    assert client.get(list_url("systems:new", acme)).status_code in changes


@pytest.mark.parametrize("who", ["bob", "charlie", "rita"])
def test_acts_by_who_may_not(
    client: Client, request: pytest.FixtureRequest, alice: User, acme: Organization, who: str
) -> None:
    system = fill(begin(alice, acme), actor_for(alice))
    client.force_login(request.getfixturevalue(who))
    expected = 404 if who == "charlie" else 403

    tried = {
        client.post(url(name, system)).status_code for name in [*CHANGE[1:], "systems:new_version"]
    }

    assert tried == {expected}
    assert client.post(list_url("systems:new", acme), {"name": "X"}).status_code == expected
    assert ClientSystem.objects.count() == 1


def test_who_is_not_logged_in_is_asked_to(client: Client, alice: User, acme: Organization) -> None:
    system = begin(alice, acme)

    answer = client.get(url("system", system))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login")


def test_a_system_of_another_organization_is_not_found_under_mine(
    client: Client, alice: User, acme: Organization
) -> None:
    theirs = make_system(make_organization("Fremmed AS"))
    client.force_login(alice)

    for name in [*SHOW, *CHANGE]:
        path = reverse(name, args=["test", acme.number, theirs.pk])
        assert client.get(path).status_code == 404


def test_a_reader_is_told_who_can_help_and_offered_nothing(
    client: Client, alice: User, anna: User, bob: User, acme: Organization
) -> None:
    system = publish(alice, acme)
    client.force_login(bob)

    for path in (list_url("systems:list", acme), url("system", system)):
        page = client.get(path).content.decode()
        assert "Anna kan gi deg skrivetilgang." in page
        assert "Nytt klientsystem" not in page
        assert "Lag ny versjon" not in page
        assert list_url("systems:new", acme) not in page


def test_an_empty_list_says_what_a_client_system_is(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)

    page = client.get(list_url("systems:list", acme)).content.decode()

    assert "Her kommer klientsystemene dine" in page
    assert list_url("systems:new", acme) in page


def test_the_search_finds_parts_of_names_of_ones_own(
    client: Client, alice: User, acme: Organization
) -> None:
    make_system(acme, name="Nordlys EPJ")
    make_system(acme, name="Sørlys lab")
    make_system(name="Nordlys hos andre")
    client.force_login(alice)

    found = client.get(list_url("systems:list", acme), {"q": "nordLYS"}).content.decode()
    nothing = client.get(list_url("systems:list", acme), {"q": "<b>"}).content.decode()

    assert "Nordlys EPJ" in found
    assert "Sørlys lab" not in found
    assert "Nordlys hos andre" not in found
    assert "Ingen treff på «&lt;b&gt;»" in nothing


def test_the_list_is_cut_into_pages(client: Client, alice: User, acme: Organization) -> None:
    for number in range(26):
        system = make_system(acme, name=f"System {number:02}", by=alice)
        system.created_at = NOON + timedelta(minutes=number)
        system.save()
    client.force_login(alice)

    first = client.get(list_url("systems:list", acme))
    older = client.get(list_url("systems:list", acme) + first.context["pages"]["older"])

    assert [row.name for row in first.context["page"].rows][::24] == ["System 25", "System 01"]
    assert [row.name for row in older.context["page"].rows] == ["System 00"]
    assert "Vis de nyeste" in older.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(
    client: Client,
    alice: User,
    acme: Organization,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        make_system(acme, by=alice)
    client.force_login(alice)

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(list_url("systems:list", acme))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    client: Client,
    alice: User,
    acme: Organization,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    scopes = {make_scope(make_api()): Access.PENDING for _ in range(count)}
    system = make_system(acme, by=alice, scopes=dict.fromkeys(scopes, Selection.AVAILABLE))
    for _ in range(count):
        make_client(make_organization(), system=system, scopes=scopes, by=alice)
    client.force_login(alice)

    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(url("system", system))


@pytest.mark.parametrize("count", [1, 3])
def test_the_history_asks_the_same_number_of_questions(
    client: Client,
    alice: User,
    acme: Organization,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    system = publish(alice, acme)
    for _ in range(count - 1):
        services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)
        services.publish(system_id=system.pk, by=actor_for(alice), at=NOON)
    client.force_login(alice)

    with django_assert_num_queries(QUERIES_OF_HISTORY):
        client.get(url("systems:versions", system))


def test_the_page_shows_the_chain_of_the_chosen_customer(
    client: Client, alice: User, acme: Organization
) -> None:
    msh, cp = make_scope(make_api(name="Meldingstjener")), make_scope(make_api(name="Adresser"))
    system = make_system(acme, by=alice)
    surgery = make_client(
        make_organization("Fjordbyen legekontor"),
        system=system,
        scopes={msh: Access.PENDING, cp: Access.OK},
    )
    make_key(surgery, kid="MQabZxqxLONG", expires_at=NOON + timedelta(days=3650))
    newest = make_client(make_organization("Storvik legesenter"), system=system)
    newest.created_at = NOON + timedelta(hours=1)
    newest.save()
    client.force_login(alice)

    page = client.get(url("system", system), {"customer": str(surgery.pk)}).content.decode()
    default = client.get(url("system", system), {"customer": "nonsense"}).content.decode()

    assert "Kjeden for Fjordbyen legekontor" in page
    assert "1 av 2 klare" in page
    assert "Venter på API-eier" in page
    assert "MQabZxqx" in page
    assert "2 API-er" in page
    assert "To ledd er ikke i orden: scopes og nøkkel." in page
    assert "Kjeden for Storvik legesenter" in default
    assert "Uten nøkkel, uten token." in default


def test_the_page_lists_finished_clients_of_this_system_only(
    client: Client, alice: User, acme: Organization
) -> None:
    system = make_system(acme, by=alice)
    make_client(make_organization("Fjordbyen legekontor"), system=system)
    make_client(make_organization("Kladdbyen"), system=system, status=Status.DRAFT)
    make_client(make_organization("Andrebyen"), system=make_system(acme, by=alice))
    client.force_login(alice)

    page = client.get(url("system", system)).content.decode()

    assert "Fjordbyen legekontor" in page
    assert "Kladdbyen" not in page
    assert "Andrebyen" not in page


def test_a_draft_shows_where_to_go_on(client: Client, alice: User, acme: Organization) -> None:
    system = publish(alice, acme)
    services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)
    client.force_login(alice)

    page = client.get(url("system", system)).content.decode()

    assert "Versjon 2 er begynt, men ikke publisert" in page
    assert url("systems:draft", system) in page
    assert "Lag ny versjon" not in page


def test_a_new_version_begins_on_the_last_page(
    client: Client, alice: User, acme: Organization
) -> None:
    system = publish(alice, acme)
    client.force_login(alice)

    answer = client.post(url("systems:new_version", system))
    again = client.post(url("systems:new_version", system))

    assert answer["Location"] == url("systems:check", system)
    assert again.status_code == 409
    assert "har allerede en kladd" in again.content.decode()


def test_discarding_asks_first(client: Client, alice: User, acme: Organization) -> None:
    system = begin(alice, acme)
    client.force_login(alice)

    asked = client.get(url("systems:discard", system))
    answer = client.post(url("systems:discard", system))

    assert "så det forsvinner sammen med kladden" in asked.content.decode()
    assert answer["Location"] == list_url("systems:list", acme)
    assert not ClientSystem.objects.exists()


def test_versions_tell_what_each_changed(client: Client, alice: User, acme: Organization) -> None:
    system = publish(alice, acme)
    services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)
    services.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=False,
        algorithm="ES384",
        by=actor_for(alice),
        at=NOON,
    )
    client.force_login(alice)

    page = client.get(url("systems:versions", system)).content.decode()
    compared = client.get(url("systems:compare", system), {"from": "2", "to": "1"})

    assert "<del>PS256</del>" in page
    assert "<ins>ES384</ins>" in page
    assert "Den første versjonen." in page
    assert "<ins>PS256</ins>" in compared.content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=9&to=1", 404),
        ("from=x&to=9", 404),
        ("from=1&to=99999999999999999999", 200),
        ("from=²&to=-1", 200),
        ("", 200),
    ],
)
def test_version_numbers_come_from_an_address_bar(
    client: Client, alice: User, acme: Organization, query: str, status: int
) -> None:
    system = publish(alice, acme)
    client.force_login(alice)

    assert client.get(f"{url('systems:compare', system)}?{query}").status_code == status
    assert client.get(f"{url('systems:versions', system)}?before=x").status_code == 200


def test_a_long_history_is_cut_into_pages(client: Client, alice: User, acme: Organization) -> None:
    system = publish(alice, acme)
    for _ in range(11):
        services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)
        services.publish(system_id=system.pk, by=actor_for(alice), at=NOON)
    client.force_login(alice)

    first = client.get(url("systems:versions", system))
    older = client.get(url("systems:versions", system), {"before": first.context["older"]})

    assert [item.revision.number for item in first.context["versions"]] == list(range(12, 2, -1))
    assert first.context["versions"][-1].changes == []
    assert [item.revision.number for item in older.context["versions"]] == [2, 1]
    assert older.context["older"] is None
