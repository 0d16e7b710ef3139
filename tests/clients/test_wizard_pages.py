"""The wizard as pages: it asks, saves, goes on where one left, and lets nobody else in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services.configurations import field
from onboarding.clients.states import Access, Status
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from onboarding.systems.models import ClientSystem
from tests.clients.conftest import address
from tests.constants import HTMX, NOON
from tests.factories import (
    make_client,
    make_membership,
    make_organization,
    make_revision,
    make_scope,
    make_system,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

STEPS = ["clients:organization", "clients:system", "clients:scopes", "clients:claims"]


@pytest.fixture
def draft(acme: Organization, alice: User, system: ClientSystem) -> ClientConfiguration:
    """Alice's, answered as far as the claims."""
    return make_client(acme, system=system, status=Status.DRAFT, by=alice, step="claims")


def test_beginning_goes_to_the_first_question(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)

    response = client.post(reverse("clients:new", args=["test", acme.number]))

    begun = ClientConfiguration.objects.get()
    assert (begun.organization, begun.created_by) == (acme, alice)
    assert (response.status_code, response["Location"]) == (
        302,
        address("clients:organization", begun),
    )


def test_the_start_says_what_is_missing_and_offers_no_way_on(
    client: Client, bob: User, anna: User, acme: Organization
) -> None:
    client.force_login(bob)

    page = client.get(reverse("clients:new", args=["test", acme.number])).content.decode()

    assert "Anna kan gi deg skrivetilgang" in page
    assert "Ingen leverandør har publisert et klientsystem" in page
    assert ">Begynn<" not in page


def test_the_start_offers_the_way_on_when_all_is_there(
    client: Client, alice: User, acme: Organization, system: ClientSystem
) -> None:
    client.force_login(alice)

    page = client.get(reverse("clients:new", args=["test", acme.number])).content.decode()

    assert ">Begynn<" in page


@pytest.mark.parametrize("view", [*STEPS, "clients:setup"])
@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("bob", 403), ("charlie", 404), ("rita", 403), ("", 302)]
)
def test_each_step_by_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    draft: ClientConfiguration,
    view: str,
    who: str,
    status: int,
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))
    # Whoever may see the draft is led on from /setup/, where the step itself says no.
    expected = 302 if view == "clients:setup" and who != "charlie" else status

    assert client.get(address(view, draft)).status_code == expected


@pytest.mark.parametrize("view", STEPS)
def test_a_step_at_the_address_of_another_organisation_is_not_found(
    client: Client, alice: User, draft: ClientConfiguration, view: str
) -> None:
    other = make_organization("Fjordbyen legekontor")
    make_membership(alice, other)
    client.force_login(alice)

    assert client.get(address(view, draft)).status_code == 200
    elsewhere = reverse(view, args=["test", other.number, draft.pk])
    assert client.get(elsewhere).status_code == 404


def test_answering_organisation_goes_on_to_the_first_step_without_an_answer(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)
    client.post(reverse("clients:new", args=["test", acme.number]))
    begun = ClientConfiguration.objects.get()

    response = client.post(address("clients:organization", begun), {"organization_id": acme.pk})

    assert response["Location"] == address("clients:system", begun)


def test_another_organisation_takes_the_person_along(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    other = make_organization("Fjordbyen legekontor")
    make_membership(alice, other, role=Role.WRITER)
    client.force_login(alice)

    response = client.post(
        address("clients:organization", draft), {"organization_id": other.pk}, follow=True
    )

    draft.refresh_from_db()
    assert draft.organization == other
    assert response.redirect_chain == [(address("keys:choose", draft), 302)]
    assert "Du representerer nå Fjordbyen legekontor." in response.content.decode()


def test_an_organisation_that_one_only_reads_is_no_choice(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    other = make_organization("Fjordbyen legekontor")
    make_membership(alice, other, role=Role.READER)
    client.force_login(alice)

    response = client.post(address("clients:organization", draft), {"organization_id": other.pk})

    assert response.status_code == 422
    assert "Velg en av virksomhetene i listen." in response.content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Acme EPJ", "Bølge", "Zeta"]),
        ("bølg", ["Bølge"]),
        ("havnen data", ["Bølge"]),
        ("ukjent", []),
        ("100%_", []),
    ],
)
def test_a_client_system_is_found_by_its_name_and_its_suppliers(
    client: Client, alice: User, draft: ClientConfiguration, text: str, found: list[str]
) -> None:
    make_system(make_organization("Havnen Data AS"), name="Bølge")
    make_system(make_organization("Andre AS"), name="Zeta")
    make_system(make_organization("Andre AS"), name="Bølge upublisert", published=False)
    make_system(make_organization("Andre AS"), name="Bølge produksjon", environment="production")
    client.force_login(alice)

    response = client.get(address("clients:system", draft), {"q": text})

    assert [system.name for system in response.context["systems"]] == found


def test_live_search_gives_a_piece_of_the_page(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    url = address("clients:system", draft)

    page = client.get(url, {"q": "acme"})
    piece = client.get(url, {"q": "acme"}, headers=HTMX)

    assert html(piece).startswith('<form class="stack" id="results"')
    assert piece.content.decode().count("<li ") == 1
    assert html(piece) in html(page)


def test_choosing_a_client_system(client: Client, alice: User, draft: ClientConfiguration) -> None:
    other = make_system(make_organization("Havnen Data AS"), name="Bølge")
    client.force_login(alice)

    response = client.post(address("clients:system", draft), {"system_id": other.pk})

    draft.refresh_from_db()
    assert draft.revision == other.current
    assert response["Location"] == address("clients:scopes", draft)


@pytest.mark.parametrize("system_id", ["", "x", "6b7e7b0a-5a0e-4d9a-8a53-0123456789ab"])
def test_choosing_no_client_system_of_the_list(
    client: Client, alice: User, draft: ClientConfiguration, system_id: str
) -> None:
    client.force_login(alice)

    response = client.post(address("clients:system", draft), {"system_id": system_id})

    assert response.status_code == 422
    assert "ds-error-summary" in response.content.decode()
    draft.refresh_from_db()
    assert draft.name == "Acme EPJ"


def test_preselected_scopes_are_ticked_and_say_who_decides(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    draft.step = "system"
    draft.save()
    client.force_login(alice)

    response = client.get(address("clients:scopes", draft))

    page = response.content.decode()
    assert page.count(" checked") == 1
    assert "Forhåndsvalgt" in page
    assert "API-eier AS må godkjenne det først." in page
    assert "Klar til bruk med en gang." in page


def test_what_was_ticked_before_is_ticked_again(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    assert draft.revision is not None
    strict = draft.revision.scopes.get(scope__name="strict/access").scope_id
    client.post(address("clients:scopes", draft), {"scope_ids": [strict]})

    response = client.get(address("clients:scopes", draft))

    assert response.context["form"]["scope_ids"].value() == [strict]


@pytest.mark.parametrize("given", ["none", "foreign", "nonsense"])
def test_scopes_that_do_not_fit_keep_the_page_and_change_nothing(
    client: Client, alice: User, draft: ClientConfiguration, given: str
) -> None:
    client.force_login(alice)
    ids = {"none": [], "foreign": [make_scope().pk], "nonsense": ["x"]}[given]

    response = client.post(address("clients:scopes", draft), {"scope_ids": ids})

    assert response.status_code == 422
    assert "ds-error-summary" in response.content.decode()
    assert not draft.scopes.exists()


def test_scopes_lead_to_the_claims_only_where_some_are_needed(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    assert draft.revision is not None
    ids = dict(draft.revision.scopes.values_list("scope__name", "scope"))

    free = client.post(address("clients:scopes", draft), {"scope_ids": [ids["free/access"]]})
    both = client.post(address("clients:scopes", draft), {"scope_ids": list(ids.values())})

    assert free["Location"] == address("keys:choose", draft)
    assert both["Location"] == address("clients:claims", draft)
    assert dict(draft.scopes.values_list("scope__name", "access")) == {
        "free/access": Access.OK,
        "strict/access": Access.PENDING,
    }


def test_a_newer_version_of_the_client_system_is_told_and_nothing_breaks(
    client: Client, alice: User, draft: ClientConfiguration, system: ClientSystem
) -> None:
    client.force_login(alice)
    url = address("clients:scopes", draft)
    assert "er kommet i versjon 2" not in client.get(url).content.decode()
    make_revision(system, number=2)

    response = client.get(url)

    assert response.status_code == 200
    assert "Acme EPJ er kommet i versjon 2" in response.content.decode()


def test_claims_are_kept_as_typed_when_one_is_missing(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    strict = make_scope_of(draft, "strict/access")
    client.force_login(alice)
    name = field(strict.api.claims.get().pk)
    url = address("clients:claims", draft)

    missing = client.post(url, {name: " "})
    invisible = client.post(url, {name: "81402\u202e27"})
    filled = client.post(url, {name: " 8140227 "})

    assert (missing.status_code, invisible.status_code, filled.status_code) == (422, 422, 302)
    assert "Fyll ut HER-id." in missing.content.decode()
    assert "81402\u202e27" in invisible.content.decode()
    assert [claim.value for claim in draft.claims.all()] == ["8140227"]


def test_claims_where_none_are_needed_say_so(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)

    page = client.get(address("clients:claims", draft)).content.decode()

    assert "trenger ingen flere opplysninger" in page


@pytest.mark.parametrize(
    ("step", "lands_at"),
    [
        ("", "clients:organization"),
        ("organization", "clients:system"),
        ("system", "clients:scopes"),
        ("scopes", "clients:claims"),
        ("claims", "keys:choose"),
        ("key", "keys:check"),
    ],
)
def test_coming_back_lands_where_one_left(
    client: Client, alice: User, draft: ClientConfiguration, step: str, lands_at: str
) -> None:
    draft.step = step
    draft.save()
    client.force_login(alice)

    assert client.get(address("clients:setup", draft))["Location"] == address(lands_at, draft)


@pytest.mark.parametrize("view", ["clients:scopes", "clients:claims"])
def test_a_step_that_is_not_open_yet_leads_to_the_one_that_is(
    client: Client, alice: User, draft: ClientConfiguration, view: str
) -> None:
    draft.step = "organization"
    draft.save()
    client.force_login(alice)

    assert client.get(address(view, draft))["Location"] == address("clients:system", draft)


@pytest.mark.parametrize("view", STEPS)
def test_the_wizard_of_a_finished_client_leads_to_its_page(
    client: Client, alice: User, acme: Organization, view: str
) -> None:
    finished = make_client(acme, step="check")
    client.force_login(alice)

    assert client.get(address(view, finished))["Location"] == address("client", finished)


def test_a_draft_is_not_shown_to_the_supplier_of_its_client_system(
    client: Client, draft: ClientConfiguration, charlie: User
) -> None:
    supplier = make_organization("Leverandør AS")
    make_membership(charlie, supplier)
    theirs = make_client(draft.organization, system=make_system(supplier), status=Status.DRAFT)
    url = reverse("client", args=["test", supplier.number, theirs.pk])
    client.force_login(charlie)
    while_filled_in = client.get(url).status_code
    theirs.status, theirs.finished_at, theirs.finished_by = Status.ACTIVE, NOON, charlie
    theirs.save()

    assert (while_filled_in, client.get(url).status_code) == (404, 200)


def test_discarding_a_draft(client: Client, alice: User, draft: ClientConfiguration) -> None:
    client.force_login(alice)

    response = client.post(address("clients:discard", draft), follow=True)

    draft.refresh_from_db()
    assert draft.status == Status.DISCARDED
    assert "Kladden er forkastet." in response.content.decode()
    assert client.get(address("clients:setup", draft)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("charlie", 404), ("rita", 403)])
def test_discarding_by_others(
    client: Client,
    request: pytest.FixtureRequest,
    draft: ClientConfiguration,
    who: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.post(address("clients:discard", draft)).status_code == status
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def html(response: Answer) -> str:
    """The text of an answer; the CSRF token in it is masked anew each time."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode()).strip()


def make_scope_of(draft: ClientConfiguration, name: str) -> Scope:
    assert draft.revision is not None
    scope = draft.revision.scopes.get(scope__name=name).scope
    draft.scopes.create(scope=scope, access=Access.PENDING, created_at=draft.created_at)
    return scope
