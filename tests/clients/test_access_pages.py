"""The API owner's pages: what waits, one request, the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.clients.models import ClientScope
from onboarding.clients.services import access as services
from onboarding.clients.states import Access, Decision, Status
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_client,
    make_organization,
    make_scope,
    make_system,
    make_user,
)

# New values of claims are asked for where something waits.
QUERIES_OF_LIST = {"": 12, "?show=decided": 11}


@pytest.fixture
def scope(acme: Organization) -> Scope:
    return make_scope(make_api(acme), "nhn:msh/api", needs_approval=True)


@pytest.fixture
def asked(scope: Scope) -> ClientScope:
    return ask(scope, "Fjordbyen legekontor")


def ask(
    scope: Scope, name: str, access: Access = Access.PENDING, status: Status = Status.ACTIVE
) -> ClientScope:
    client = make_client(make_organization(name), scopes={scope: access}, status=status)
    return client.scopes.get()


def inbox(organization: Organization) -> str:
    return reverse("clients:requests", args=["test", organization.number])


def page_of(asked: ClientScope) -> str:
    owner = asked.scope.api.organization
    return reverse("clients:decide", args=["test", owner.number, asked.pk])


def answer(decision: str, seen: str = "pending", reason: str = "") -> dict[str, str]:
    return {"decision": decision, "seen": seen, "reason": reason}


def test_the_inbox_holds_what_waits_for_this_owner(
    client: Client, alice: User, acme: Organization, scope: Scope, asked: ClientScope
) -> None:
    ask(scope, "Kladdbyen", status=Status.DRAFT)
    ask(scope, "Klarbyen", Access.OK)
    ask(make_scope(needs_approval=True), "Andrebyen")
    client.force_login(alice)

    page = client.get(inbox(acme)).content.decode()

    assert "Fjordbyen legekontor" in page
    assert page_of(asked) in page
    for other in ("Kladdbyen", "Klarbyen", "Andrebyen"):
        assert other not in page


def test_approving(client: Client, alice: User, acme: Organization, asked: ClientScope) -> None:
    client.force_login(alice)

    sent = client.post(page_of(asked), answer("approve"))
    after = client.get(sent["Location"]).content.decode()
    history = client.get(f"{inbox(acme)}?show=decided").content.decode()

    assert sent["Location"] == inbox(acme)
    assert "nhn:msh/api for Acme EPJ: klar til bruk." in after
    assert "Ingen venter på svar" in after
    assert "Fjordbyen legekontor" in history
    assert "Alice, " in history


def test_declining_needs_a_reason_and_keeps_what_was_typed(
    client: Client, alice: User, asked: ClientScope
) -> None:
    client.force_login(alice)

    refused = client.post(page_of(asked), answer("decline"))
    too_long = client.post(page_of(asked), answer("decline", reason="x" * 301))
    hidden = client.post(page_of(asked), answer("decline", reason="a\u202eb"))
    client.post(page_of(asked), answer("decline", reason="Mangler <avtale>"))

    assert [refused.status_code, too_long.status_code, hidden.status_code] == [422, 422, 422]
    assert "Skriv hvorfor." in refused.content.decode()
    assert "checked" in refused.content.decode()
    assert "x" * 301 in too_long.content.decode()
    assert "U+202E" in hidden.content.decode()
    asked.refresh_from_db()
    assert (asked.access, asked.reason) == (Access.DECLINED, "Mangler <avtale>")
    assert "Mangler &lt;avtale&gt;" in client.get(page_of(asked)).content.decode()


@pytest.mark.parametrize("data", [{}, answer("bless"), answer("decline", seen="")])
def test_nonsense_is_refused(
    client: Client, alice: User, asked: ClientScope, data: dict[str, str]
) -> None:
    client.force_login(alice)

    assert client.post(page_of(asked), data).status_code == 422
    asked.refresh_from_db()
    assert asked.access == Access.PENDING


def test_only_what_is_possible_is_offered(client: Client, alice: User, scope: Scope) -> None:
    approved = ask(scope, "Klarbyen", Access.OK)
    client.force_login(alice)

    page = client.get(page_of(approved)).content.decode()

    assert 'value="decline"' in page
    assert 'value="approve"' not in page


def test_the_second_of_two_sees_how_it_is_now_and_may_answer_anew(
    client: Client, alice: User, acme: Organization, asked: ClientScope
) -> None:
    anna = make_user("anna", organization=acme, role=Role.ADMIN)
    services.decide(Decision.APPROVE, access_id=asked.pk, by=actor_for(anna), at=NOON)
    client.force_login(alice)

    told = client.post(page_of(asked), answer("decline", reason="Mangler avtale"))
    page = told.content.decode()
    anew = client.post(page_of(asked), answer("decline", seen="ok", reason="Mangler avtale"))

    assert told.status_code == 409
    assert "Anna kom deg i forkjøpet" in page
    assert "Mangler avtale</textarea>" in page
    assert 'name="seen" value="ok"' in page
    assert anew.status_code == 302


@pytest.mark.parametrize(
    ("who", "shows", "decides"),
    [
        ("alice", 200, 302),
        ("anna", 200, 302),
        ("bob", 200, 403),
        ("charlie", 404, 404),
        ("rita", 200, 403),
        ("olav", 200, 403),
    ],
)
def test_pages_by_persona(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    asked: ClientScope,
    who: str,
    shows: int,
    decides: int,
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(inbox(acme)).status_code == shows
    assert client.get(page_of(asked)).status_code == shows
    assert client.post(page_of(asked), answer("approve")).status_code == decides
    asked.refresh_from_db()
    assert (asked.access == Access.OK) is (decides == 302)


def test_the_consumer_cannot_open_the_owners_page(client: Client, asked: ClientScope) -> None:
    consumer = asked.client.organization
    client.force_login(make_user("ola", organization=consumer, role=Role.ADMIN))

    assert client.get(page_of(asked)).status_code == 404
    mine = reverse("clients:decide", args=["test", consumer.number, asked.pk])
    assert client.get(mine).status_code == 404
    assert client.post(mine, answer("approve")).status_code == 404


def test_a_reader_is_shown_no_form(
    client: Client, anna: User, bob: User, asked: ClientScope
) -> None:
    client.force_login(bob)

    page = client.get(page_of(asked)).content.decode()

    assert "Anna kan gi deg skrivetilgang." in page
    assert 'name="decision"' not in page


def test_the_inbox_is_cut_into_pages(
    client: Client, alice: User, acme: Organization, scope: Scope
) -> None:
    system = make_system()
    for number in range(26):
        customer = make_client(
            make_organization(f"Kunde {number:02}"), system=system, scopes={scope: Access.PENDING}
        )
        customer.scopes.update(created_at=NOON + timedelta(minutes=number))
    client.force_login(alice)

    first = client.get(inbox(acme))
    older = client.get(inbox(acme) + first.context["pages"]["older"])

    names = [row.client.organization.name for row in first.context["page"].rows]
    assert names[::24] == ["Kunde 25", "Kunde 01"]
    assert [row.client.organization.name for row in older.context["page"].rows] == ["Kunde 00"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("show", ["", "?show=decided"])
def test_the_inbox_asks_the_same_number_of_questions(
    client: Client,
    alice: User,
    acme: Organization,
    scope: Scope,
    count: int,
    show: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        ask(scope, f"Venter {number}")
        ask(scope, f"Avslått {number}", Access.DECLINED)
    client.force_login(alice)

    with django_assert_num_queries(QUERIES_OF_LIST[show]):
        client.get(inbox(acme) + show)


def test_the_menu_marks_the_inbox_and_not_the_list_it_lies_under(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)

    menu = client.get(inbox(acme)).context["menu"]

    marked = [item["label"] for group in menu for item in group["items"] if item["current"]]
    assert marked == ["Tilgangsforespørsler"]
