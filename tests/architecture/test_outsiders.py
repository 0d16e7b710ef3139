"""An outsider reads all he can reach and asks for all he has heard of: nothing there is Acme's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.clients.models import ClientClaim, ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.jose.keys import thumbprint
from onboarding.keys.models import Key, KeyMaking
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import Signer
from onboarding.suppliers.models import Invitation, Membership, Organization
from onboarding.suppliers.states import Role
from onboarding.systems.states import Selection
from tests import factories
from tests.architecture.test_routes import TABLE, Route
from tests.checklists import making as checklists
from tests.constants import NOON
from tests.keys.conftest import pair

pytestmark = pytest.mark.django_db
LATER = NOON.replace(year=2099)
MOST = 400  # pages: more than there are


@pytest.fixture
def secrets(acme: Organization, files: Path) -> dict[str, str]:
    """What nobody outside Acme may learn, by what it is: names, ids, thumbprints, addresses."""
    alma = factories.make_user("alma-hemmelig", organization=acme, name="Alma Hemmelig")
    system = factories.make_system(acme, by=alma, name="Acme Journal")
    drafted = factories.make_system(acme, published=False, by=alma, name="Kladd Hemmelig")
    client = factories.make_client(acme, system=system, by=alma, name="Klient Hemmelig")
    begun = factories.make_client(
        acme, system=system, status=Status.DRAFT, by=alma, name="Påbegynt Hemmelig", step="claims"
    )
    key = factories.make_key(client, expires_at=LATER)
    run = Run.objects.create(
        client=client, key=key, signer=Signer.BROWSER, created_at=NOON, queued_at=NOON
    )
    making = KeyMaking.objects.create(
        client=client, kind="ES256", recipient={}, requested_by=alma, queued_at=NOON
    )
    trace = factories.make_trace(client)
    ClientClaim.objects.create(
        client=client,
        claim=factories.make_claim(factories.make_api(acme)),
        value="1",
        pending_value="2",
        asked_at=NOON,
    )
    automation_key = factories.make_automation_key(system, by=alma, name="Nøkkel Hemmelig")
    customers = factories.make_customer_list(automation_key, by=alma, name="hemmelig.json")
    invitation = Invitation.objects.create(
        token_hash="0" * 64,
        organization=acme,
        environment=factories.TEST,
        role=Role.READER,
        email="hemmelig@acme.example",
        created_at=NOON,
        created_by=alma,
        expires_at=LATER,
    )
    endpoint = factories.make_endpoint(acme, by=alma, url="https://krok.acme.example/inn")
    right = factories.make_right(acme, to_email="fullmakt@acme.example", by=alma)
    token_key = factories.make_token_key(acme, name="Nøkkel Hemmelig")
    checked = factories.make_check(factories.make_api(acme, name="API Hemmelig"))
    subject = checklists.of_version(system)
    material = checklists.shown(subject, by=alma, title="Skisse Hemmelig")
    return {
        "a check": str(checked.pk),
        "a test token key": token_key.name,
        "its id there": str(token_key.pk),
        "a subject": str(subject.pk),
        "a material": str(material.pk),
        "its title": material.title,
        "a member": alma.name,
        "a member's address": alma.email,
        "a system that is not published": drafted.name,
        "its id": str(drafted.pk),
        "a client": client.name,
        "a client's id": str(client.pk),
        "a draft": begun.name,
        "a draft's id": str(begun.pk),
        "a key": key.thumbprint,
        "a key's id": str(key.pk),
        "an automation key": automation_key.name,
        "a list of customers": str(customers.pk),
        "its file": customers.name,
        "an automation key's id": str(automation_key.pk),
        "a test": str(run.pk),
        "a trace": str(trace.pk),
        "a making": str(making.pk),
        "an invitation": str(invitation.pk),
        "a right": str(right.pk),
        "a package": str(factories.make_package(drafted, by=alma).pk),
        "an endpoint": str(endpoint.pk),
        "an endpoint's address": endpoint.url,
        "a delivery": str(factories.make_delivery(endpoint).pk),
        "an address with a right": right.to_email,
        "an invited address": invitation.email,
    }


@pytest.fixture
def outsider(charlie: User, client: Client) -> Client:
    """Charlie, logged in, with something of each kind himself."""
    mine = charlie.memberships.get().organization
    api = factories.make_api(mine)
    scope = factories.make_scope(api)
    offered = {scope: Selection.PRESELECTED}
    system = factories.make_system(mine, scopes=offered, by=charlie, name="Utenfor Journal")
    factories.make_system(mine, published=False, by=charlie, name="Utenfor Kladd")
    active = factories.make_client(mine, system=system, scopes={scope: Access.PENDING}, by=charlie)
    factories.make_client(mine, system=system, status=Status.DRAFT, by=charlie, step="claims")
    factories.make_key(active, expires_at=LATER)
    client.force_login(charlie)
    return client


def found(secrets: dict[str, str], text: str, *, but: str = "") -> list[str]:
    """Return what of Acme's stands in `text`, apart from what was in the question (`but`)."""
    text = unescape(text)
    return [what for what, value in secrets.items() if value in text and value not in but]


def answers(browser: Client, address: str) -> Iterator[str]:
    """The page and what htmx gets there, head and body."""
    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.get(address, headers=headers)
        body = b"".join(answer) if answer.streaming else answer.content
        yield f"{dict(answer.items())} {body.decode(errors='replace')}"


def links(text: str) -> set[str]:
    """The addresses of this site that a page leads to by reading."""
    given = re.findall(r'(?:href|hx-get)="(/[^"#]*)', text)
    return {
        unescape(address)
        for address in given
        if not urlsplit(address).path.startswith(("/static/", "/invitations/"))
    }


def searches(number: str, secrets: dict[str, str]) -> set[str]:
    names = ("apis:list", "systems:list", "clients:list", "clients:requests", "people:list")
    pages = [reverse(name, args=["test", number]) for name in names] + ["/organizations/"]
    words = ["Hemmelig", "Acme", secrets["a key"], secrets["a client's id"]]
    return {f"{page}?q={word}" for page in pages for word in words}


def test_nothing_of_acme_is_on_any_page_that_an_outsider_reaches(
    outsider: Client, charlie: User, secrets: dict[str, str]
) -> None:
    number = charlie.memberships.get().organization.number
    to_read = {"/", reverse("home", args=["test", number])} | searches(number, secrets)
    read: set[str] = set()
    while to_read:
        address = to_read.pop()
        read.add(address)
        assert len(read) < MOST
        for text in answers(outsider, address):
            assert found(secrets, text, but=address) == [], address
            to_read |= links(text) - read

    assert len(read) > 40


def rows_of(row: str, secrets: dict[str, str]) -> list[object]:
    """Acme's row of a kind, as an address names it (see test_routes)."""
    named = {
        "system": ["its id"],
        "drafted": ["its id"],
        "client": ["a client's id"],
        "begun": ["a draft's id"],
        "stopped": ["a client's id"],
        "key": ["a client's id", "a key's id"],
        "automation_key": ["its id", "an automation key's id"],
        "customer_list": ["its id", "a list of customers"],
        "making": ["a client's id", "a making"],
        "run": ["a client's id", "a test"],
        "trace": ["a client's id", "a trace"],
        "invitation": ["an invitation"],
        "material": ["a material"],
        "measured": ["its id", "a client's id"],
        "right": ["a right"],
        "token_key": ["its id there"],
        "check": ["a check", "a check"],
        "package": ["its id", "a package"],
        "endpoint": ["an endpoint"],
        "delivery": ["an endpoint", "a delivery"],
    }
    if row == "checkpoint":
        return [UUID(secrets["a subject"]), "K05"]
    if row in ("api_test", "system_test"):
        return [UUID(secrets["its id"]), "test"]
    if row == "member":
        return [Membership.objects.get(user__name=secrets["a member"]).pk]
    if row == "item":
        return [UUID(secrets["a client's id"]), "Z01"]
    if row == "value":
        return [ClientClaim.objects.get(client__pk=secrets["a client's id"]).pk]
    if row in named:
        return [UUID(secrets[what]) for what in named[row]]
    # Of the other kinds Acme has none here; an id of its is an id.
    return [UUID(secrets["a client's id"])] if row else []


@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route.method} {route.name}")
@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_ids_of_acme_open_nothing_in_any_address(
    route: Route, whose: str, outsider: Client, charlie: User, secrets: dict[str, str]
) -> None:
    mine = charlie.memberships.get().organization
    acme = Organization.objects.get(name="Acme EPJ AS")
    number = (mine if whose == "mine" else acme).number
    rows = rows_of(route.row, secrets)
    address = reverse(route.name, args=["test", number, *rows])

    answer = outsider.generic(route.method, address)

    if rows or whose == "theirs":
        assert answer.status_code == 404
    assert found(secrets, answer.content.decode(), but=address) == []


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("clients:system", "system_id", "its id"),
        ("clients:organization", "organization_id", "acme"),
        ("clients:scopes", "scope_ids", "its id"),
        ("smoketests:start", "key", "a key's id"),
        ("smoketests:start", "api", "its id"),
    ],
)
def test_ids_of_acme_in_a_form_change_nothing_and_tell_nothing(
    name: str, field: str, value: str, outsider: Client, charlie: User, secrets: dict[str, str]
) -> None:
    mine = charlie.memberships.get().organization
    status = Status.ACTIVE if name == "smoketests:start" else Status.DRAFT
    client = ClientConfiguration.objects.get(organization=mine, status=status)
    before = ClientConfiguration.objects.filter(pk=client.pk).values().get()
    given = (
        str(Organization.objects.get(name="Acme EPJ AS").pk) if value == "acme" else secrets[value]
    )

    answer = outsider.post(reverse(name, args=["test", mine.number, client.pk]), {field: given})

    assert answer.status_code == 422
    assert found(secrets, answer.content.decode(), but=given) == []
    assert ClientConfiguration.objects.filter(pk=client.pk).values().get() == before


def test_a_key_of_acme_is_refused_without_a_word_of_whose_it_is(
    outsider: Client, charlie: User, secrets: dict[str, str]
) -> None:
    mine = charlie.memberships.get().organization
    client = ClientConfiguration.objects.get(organization=mine, status=Status.ACTIVE)
    text, private = pair()
    Key.objects.filter(pk=secrets["a key's id"]).update(thumbprint=thumbprint(private))

    answer = outsider.post(
        reverse("keys:add", args=["test", mine.number, client.pk]),
        {"way": "upload", "public_key": text, "lifetime": "365"},
    )

    assert answer.status_code == 422
    assert found(secrets, answer.content.decode()) == []
    assert "Acme" not in answer.content.decode()


def test_the_check_itself_bites(client: Client, anna: User, secrets: dict[str, str]) -> None:
    number = anna.memberships.get().organization.number
    client.force_login(anna)

    pages = {name: reverse(name, args=["test", number]) for name in ("people:list", "clients:list")}
    people, clients = ([*answers(client, pages[name])] for name in pages)

    assert {"a member", "an invited address"} <= set(found(secrets, people[0]))
    assert {"a client", "a client's id"} <= set(found(secrets, clients[0]))
    assert reverse("clients:new", args=["test", number]) in links(clients[0])
