"""Describing APIs: the pages, the answers to bad input, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.apis.states import Dpop
from onboarding.audit.models import Event
from onboarding.clients.models import ClientClaim
from onboarding.clients.states import Access, Status
from onboarding.suppliers.models import Organization
from onboarding.systems.states import Selection
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_claim,
    make_client,
    make_organization,
    make_scope,
    make_system,
)

# Session, person and roles (7) come on top of what the page itself asks.
QUERIES_OF_LIST = 12
QUERIES_OF_PAGE = 15
NEW = {"name": "Adresseregisteret", "short_name": "nhn:cp-api", "dpop": "required"}


@pytest.fixture
def api(acme: Organization) -> Api:
    return make_api(acme, short_name="nhn:cp-api")


@pytest.fixture
def scope(api: Api) -> Scope:
    return make_scope(api, "nhn:cp-api/access")


@pytest.fixture
def claim(api: Api) -> ApiClaim:
    return make_claim(api)


def url(name: str, organization: Organization, *args: object) -> str:
    return reverse(name, args=["test", organization.number, *args])


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_a_name_to_an_api_that_can_be_chosen(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)

    answer = client.post(url("apis:new", acme), NEW | {"description": "Hvem\r\nog hvor"})
    api = Api.objects.get()
    assert answer["Location"] == url("api", acme, api.pk)
    assert "Mangler scope" in text(client, answer["Location"])
    assert not Api.objects.published("test").exists()
    page = text(client, url("apis:add_scope", acme, api.pk))
    assert 'value="nhn:cp-api/"' in page
    client.post(
        url("apis:add_scope", acme, api.pk), {"name": "nhn:cp-api/access", "needs_approval": "on"}
    )
    client.post(
        url("apis:add_claim", acme, api.pk),
        {"claim_type": "herid", "label": "HER-id", "is_required": "on"},
    )

    assert list(Api.objects.published("test")) == [api]
    assert (api.description, api.dpop) == ("Hvem\nog hvor", Dpop.REQUIRED)
    assert api.scopes.get().needs_approval
    assert api.claims.get().is_required
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["api.create", "scope.add", "claim.add"]
    page = text(client, url("api", acme, api.pk))
    assert "Dere svarer for hver klient" in page
    assert "HER-id" in page


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Forventet et svar. Feltet er tomt."),
        (NEW | {"name": "x" * 101}, "100"),
        (NEW | {"name": "Adr\u200besse"}, "U+200B"),
        (NEW | {"description": "a\nb\u202ec"}, "U+202E"),
        (NEW | {"short_name": "NHN:CP"}, "Fant «N» på plass 1."),
        (NEW | {"short_name": "x" * 101}, "100"),
        (NEW | {"dpop": "sometimes"}, "sometimes"),
        (NEW | {"test_url": "javascript:alert(1)"}, "Forventet en hel adresse"),
        (NEW | {"test_url": "http://10.0.0.1/"}, "Forventet https://. Fant http://."),
    ],
)
def test_bad_input_is_shown_again_and_nothing_is_saved(
    client: Client, alice: User, acme: Organization, data: dict[str, str], says: str
) -> None:
    client.force_login(alice)

    answer = client.post(url("apis:new", acme), data)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "ds-error-summary" in answer.content.decode()
    assert not Api.objects.exists()


@pytest.mark.parametrize("short_name", ["nhn:cp-api", "nhn:msh"])
def test_a_short_name_is_unique_in_its_environment_whoever_has_it(
    client: Client, alice: User, acme: Organization, short_name: str
) -> None:
    make_api(make_organization(), short_name="nhn:cp-api")
    make_api(make_organization(), short_name="nhn:msh", environment="production")
    client.force_login(alice)

    answer = client.post(url("apis:new", acme), NEW | {"short_name": short_name})

    is_taken = short_name == "nhn:cp-api"
    assert answer.status_code == (422 if is_taken else 302)
    assert ("Kortnavnet er allerede i bruk." in answer.content.decode()) is is_taken


@pytest.mark.parametrize(
    ("page", "data", "says"),
    [
        ("add_scope", {"name": ""}, "Forventet et svar. Feltet er tomt."),
        ("add_scope", {"name": "access"}, "Forventet nhn:cp-api/…"),
        ("add_scope", {"name": "nhn:cp-api/access"}, "har allerede et scope"),
        ("add_scope", {"name": "nhn:cp-api/x", "description": "x" * 301}, "300"),
        ("add_claim", {"claim_type": "sub", "label": "Hvem"}, "fast betydning"),
        ("add_claim", {"claim_type": "herid", "label": "HER-id"}, "har allerede et claim"),
        ("add_claim", {"claim_type": "ny"}, "Forventet et svar. Feltet er tomt."),
    ],
)
def test_bad_scopes_and_claims_are_refused(
    client: Client,
    alice: User,
    acme: Organization,
    scope: Scope,
    claim: ApiClaim,
    page: str,
    data: dict[str, str],
    says: str,
) -> None:
    client.force_login(alice)

    answer = client.post(url(f"apis:{page}", acme, scope.api_id), data)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert (Scope.objects.count(), ApiClaim.objects.count()) == (1, 1)


def test_what_is_described_anew(
    client: Client, alice: User, acme: Organization, scope: Scope, claim: ApiClaim
) -> None:
    client.force_login(alice)

    described = {"name": "Nytt navn", "dpop": "allowed", "seen": NOON.isoformat()}
    for path, data in [
        (url("apis:change", acme, scope.api_id), described),
        (url("apis:change_scope", acme, scope.pk), {"description": "Lese", "needs_approval": "on"}),
        (url("apis:change_claim", acme, claim.pk), {"label": "Nummer", "help_text": "Ni siffer"}),
    ]:
        assert client.get(path).status_code == 200
        assert client.post(path, data)["Location"] == url("api", acme, scope.api_id)

    api = Api.objects.get()
    assert (api.name, api.dpop, api.short_name) == ("Nytt navn", "allowed", "nhn:cp-api")
    assert api.scopes.values_list("description", "needs_approval").get() == ("Lese", True)
    assert api.claims.values_list("label", "is_required").get() == ("Nummer", False)


def test_who_changes_an_api_second_is_told_and_keeps_what_he_typed(
    client: Client, alice: User, acme: Organization, api: Api
) -> None:
    client.force_login(alice)
    path = url("apis:change", acme, api.pk)
    opened = client.get(path).context["form"].initial["seen"]
    client.post(path, {"name": "Først", "dpop": "allowed", "seen": opened})

    second = client.post(path, {"name": "Etterpå", "dpop": "none", "seen": opened})

    assert second.status_code == 409
    assert "Først ble endret av en annen mens du skrev." in second.content.decode()
    assert 'value="Etterpå"' in second.content.decode()
    api.refresh_from_db()
    assert (api.name, api.dpop) == ("Først", "allowed")


def test_what_nobody_uses_can_be_removed(
    client: Client, alice: User, acme: Organization, scope: Scope, claim: ApiClaim
) -> None:
    client.force_login(alice)
    page = text(client, url("api", acme, scope.api_id))
    assert url("apis:remove_scope", acme, scope.pk) in page
    assert url("apis:remove_claim", acme, claim.pk) in page

    client.post(url("apis:remove_scope", acme, scope.pk))
    client.post(url("apis:remove_claim", acme, claim.pk))

    assert not Scope.objects.exists()
    assert not ApiClaim.objects.exists()


def test_what_is_used_stays_and_the_page_does_not_offer_it(
    client: Client, alice: User, acme: Organization, scope: Scope, claim: ApiClaim
) -> None:
    system = make_system(scopes={scope: Selection.AVAILABLE})
    customer = make_client(system=system, scopes={scope: Access.OK})
    ClientClaim.objects.create(client=customer, claim=claim, value="1")
    client.force_login(alice)

    page = text(client, url("api", acme, scope.api_id))
    answers = [
        client.post(url("apis:remove_scope", acme, scope.pk)),
        client.post(url("apis:remove_claim", acme, claim.pk)),
    ]

    assert "remove" not in page
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "nhn:cp-api/access er i bruk" in answers[0].content.decode()
    assert Scope.objects.exists()
    assert ApiClaim.objects.exists()
    assert not Event.objects.exists()


def test_the_page_shows_who_uses_the_api(
    client: Client, alice: User, acme: Organization, scope: Scope
) -> None:
    other = make_scope()
    system = make_system(make_organization("Nordlys AS"), name="Nordlys EPJ")
    for name, asked, status in [
        ("Fjordbyen", scope, Status.ACTIVE),
        ("Kladdbyen", scope, Status.DRAFT),
        ("Andrebyen", other, Status.ACTIVE),
    ]:
        make_client(
            make_organization(name), system=system, scopes={asked: Access.PENDING}, status=status
        )
    client.force_login(alice)

    page = text(client, url("api", acme, scope.api_id))

    assert "Fjordbyen" in page
    assert "Nordlys EPJ" in page
    assert "Venter på svar" in page
    assert "Kladdbyen" not in page
    assert "Andrebyen" not in page


@pytest.mark.parametrize(
    ("who", "shows", "changes"),
    [
        ("alice", 200, 200),
        ("anna", 200, 200),
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
    scope: Scope,
    claim: ApiClaim,
    who: str,
    shows: int,
    changes: int,
) -> None:
    client.force_login(request.getfixturevalue(who))
    pages = every_page(acme, scope, claim)

    assert client.get(url("apis:list", acme)).status_code == shows
    assert client.get(url("api", acme, scope.api_id)).status_code == shows
    assert {client.get(path).status_code for path in pages} == {changes}


@pytest.mark.parametrize(("who", "expected"), [("bob", 403), ("charlie", 404), ("rita", 403)])
def test_acts_by_who_may_not(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    scope: Scope,
    claim: ApiClaim,
    who: str,
    expected: int,
) -> None:
    client.force_login(request.getfixturevalue(who))
    paths = [
        *every_page(acme, scope, claim),
        url("apis:remove_scope", acme, scope.pk),
        url("apis:remove_claim", acme, claim.pk),
    ]

    assert {client.post(path, NEW).status_code for path in paths} == {expected}
    assert not Event.objects.exists()


def every_page(acme: Organization, scope: Scope, claim: ApiClaim) -> list[str]:
    return [
        url("apis:new", acme),
        url("apis:change", acme, scope.api_id),
        url("apis:add_scope", acme, scope.api_id),
        url("apis:add_claim", acme, scope.api_id),
        url("apis:change_scope", acme, scope.pk),
        url("apis:change_claim", acme, claim.pk),
    ]


def test_what_another_organization_has_is_not_found_under_mine(
    client: Client, alice: User, acme: Organization
) -> None:
    theirs = make_scope()
    their_claim = make_claim(theirs.api)
    client.force_login(alice)

    paths = [*every_page(acme, theirs, their_claim)[1:], url("api", acme, theirs.api_id)]

    assert {client.get(path).status_code for path in paths} == {404}


def test_a_reader_is_offered_nothing(
    client: Client, anna: User, bob: User, acme: Organization, scope: Scope
) -> None:
    client.force_login(bob)

    for path in (url("apis:list", acme), url("api", acme, scope.api_id)):
        page = text(client, path)
        assert "Anna kan gi deg skrivetilgang." in page
        assert 'method="post" action="/test/' not in page
        assert "/new/" not in page
        assert "/change/" not in page


def test_an_empty_list_says_what_to_do(
    client: Client, alice: User, bob: User, acme: Organization
) -> None:
    client.force_login(alice)
    assert url("apis:new", acme) in text(client, url("apis:list", acme))
    client.force_login(bob)
    assert url("apis:new", acme) not in text(client, url("apis:list", acme))


def test_the_list_is_ones_own_and_cut_into_pages(
    client: Client, alice: User, acme: Organization
) -> None:
    for number in range(26):
        make_api(acme, name=f"API {number:02}", created_at=NOON + timedelta(minutes=number))
    make_api(name="Andres")
    client.force_login(alice)

    first = client.get(url("apis:list", acme))
    older = client.get(url("apis:list", acme) + first.context["pages"]["older"])

    assert [row.name for row in first.context["page"].rows][::24] == ["API 25", "API 01"]
    assert [row.name for row in older.context["page"].rows] == ["API 00"]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same_number_of_questions(
    client: Client,
    alice: User,
    acme: Organization,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    apis: list[Any] = [make_api(acme) for _ in range(count)]
    for api in apis:
        scopes = {make_scope(api, f"{api.short_name}/{n}"): Access.OK for n in range(count)}
        make_claim(api)
        make_client(scopes=scopes)
    client.force_login(alice)

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(url("apis:list", acme))
    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(url("api", acme, apis[0].pk))
