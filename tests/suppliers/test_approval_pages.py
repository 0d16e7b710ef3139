"""Approval on pages: the organisation's own, and the desk of the operators."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.suppliers.models import Organization, Supplier
from onboarding.suppliers.states import Act, Right, SupplierState
from tests.factories import (
    make_client,
    make_organization,
    make_right,
    make_system,
    make_user,
)
from tests.suppliers.making import make_supplier

DESK = {
    "list": lambda number: reverse("suppliers:suppliers"),
    "supplier": lambda number: reverse("suppliers:supplier", args=[number]),
    "decide": lambda number: reverse("suppliers:decide", args=[number, "approve"]),
}


def own(organization: Organization, environment: str = "test") -> str:
    return reverse("approval:own", args=[environment, organization.number])


def text_of(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("page", DESK)
@pytest.mark.parametrize(
    ("who", "status"),
    [("", 302), ("charlie", 404), ("bob", 404), ("anna", 404), ("rita", 403), ("olav", 200)],
)
def test_the_desk_is_the_operators(
    client: Client, acme: Organization, page: str, who: str, status: int, request: Any
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))
    url = DESK[page](acme.number)

    assert client.get(url).status_code == status
    if page == "decide":
        assert client.post(url, {"reason": "Ja.", "seen": "0"}).status_code == {200: 302}.get(
            status, status
        )
        assert Supplier.objects.exists() == (who == "olav")


def test_from_application_to_approval(
    client: Client, acme: Organization, anna: User, olav: User
) -> None:
    client.force_login(anna)
    assert "Søk om godkjenning" in text_of(client, own(acme))
    answer = client.post(
        reverse("approval:step", args=["test", acme.number, "apply"]),
        {"reason": "Vi lager EPJ.", "seen": "0"},
        follow=True,
    )
    shown = answer.content.decode()
    assert "Søknaden er sendt" in shown
    assert "Søknaden ligger hos forvalterne" in shown
    assert "Trekk søknaden" in shown

    client.force_login(olav)
    assert acme.name in text_of(client, reverse("suppliers:suppliers"), state="applied")
    page = reverse("suppliers:supplier", args=[acme.number])
    assert "Vi lager EPJ." in text_of(client, page)
    decide = reverse("suppliers:decide", args=[acme.number, "approve"])
    assert 'name="seen" value="1"' in text_of(client, decide)
    assert client.post(decide, {"seen": "1", "reason": ""}).status_code == 422
    answer = client.post(decide, {"seen": "1", "reason": "Avtalen er signert."})
    assert answer["Location"] == page
    again = client.post(decide, {"seen": "1", "reason": "Avtalen er signert."})
    assert again.status_code == 409
    assert "kom deg i forkjøpet" in again.content.decode()

    client.force_login(anna)
    shown = text_of(client, own(acme))
    assert "er godkjent som leverandør" in shown
    assert "Avtalen er signert." in shown
    assert Supplier.objects.get().steps == 2


@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize("who", ["bob", "alice", "anna", "rita", "olav"])
def test_the_page_is_there_before_production_is_open(
    client: Client, acme: Organization, anna: User, environment: str, who: str, request: Any
) -> None:
    client.force_login(request.getfixturevalue(who))

    shown = text_of(client, own(acme, environment))

    assert "har ikke søkt om godkjenning" in shown
    assert ("Søk om godkjenning" in shown) == (who == "anna")
    assert ("Anna kan søke" in shown) == (who != "anna")


@pytest.mark.parametrize("act", ["approve", "suspend", "decline", "end", "resume", "nothing"])
def test_the_organisation_takes_no_step_of_the_operators(
    client: Client, acme: Organization, anna: User, act: str
) -> None:
    client.force_login(anna)
    url = reverse("approval:step", args=["test", acme.number, act])

    assert client.get(url).status_code == 404
    assert client.post(url, {"reason": "Ja.", "seen": "0"}).status_code == 404


@pytest.mark.parametrize("state", SupplierState)
def test_the_list_is_narrowed_by_state_and_by_text(
    client: Client, olav: User, state: SupplierState
) -> None:
    for each in SupplierState:
        make_supplier(make_organization(f"Firma {each}"), each)
    make_organization("Firma uten rad")
    client.force_login(olav)
    url = reverse("suppliers:suppliers")

    shown = text_of(client, url, state=state)

    found = {each for each in SupplierState if f"Firma {each}" in shown}
    assert found == {state}
    assert ("Firma uten rad" in shown) == (state == SupplierState.NONE)
    assert "Firma uten rad" in text_of(client, url, q="uten rad")
    assert f"Firma {state}" not in text_of(client, url, q="uten rad")
    assert "Ingen treff" in text_of(client, url, q="finnes ikke")


def test_a_stop_says_whom_it_hits(client: Client, acme: Organization, olav: User) -> None:
    make_supplier(acme)
    system = make_system(acme, environment="production")
    for customer in (make_organization("A"), make_organization("B")):
        make_client(customer, system=system)
    make_client(make_organization("C"), system=make_system(acme))
    client.force_login(olav)

    for act in ("suspend", "end"):
        shown = text_of(client, reverse("suppliers:decide", args=[acme.number, act]))
        assert "2 klienter i produksjon, hos 2 virksomheter" in shown
    assert "hos 2 virksomheter" in text_of(
        client, reverse("suppliers:supplier", args=[acme.number])
    )


def test_what_is_not_possible_now_is_said_before_anything_is_typed(
    client: Client, acme: Organization, olav: User
) -> None:
    client.force_login(olav)

    answer = client.get(reverse("suppliers:decide", args=[acme.number, Act.RESUME]))

    assert answer.status_code == 409
    assert "Ikke søkt" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    client: Client, olav: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_supplier()
    client.force_login(olav)
    client.get("/operator/suppliers/")

    with django_assert_num_queries(9):
        client.get("/operator/suppliers/")


def test_who_holds_a_right_only_does_not_see_it(client: Client, acme: Organization) -> None:
    helper = make_user("helper", organization=make_organization("Utenfor AS"))
    make_right(acme, Right.USE, to_organization=helper.memberships.get().organization)
    client.force_login(helper)

    assert client.get(reverse("clients:list", args=["test", acme.number])).status_code == 200
    assert client.get(own(acme)).status_code == 404
