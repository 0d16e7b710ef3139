"""Rights kept in Altinn: a real server answers in the shape of Authorization, or badly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from onboarding.accounts.models import User
from onboarding.suppliers import rules
from onboarding.suppliers.models import AltinnPerson, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.registers import altinn
from onboarding.suppliers.states import Right
from tests.factories import make_client, make_right
from tests.raw_server import Peer, RawServer, ok, raw_server

pytestmark = pytest.mark.django_db
PARTY = uuid4()


def party(number: str, *resources: str, **fields: Any) -> dict[str, Any]:
    """One organisation as `resourceowner/authorizedparties` lists it."""
    return {
        "partyUuid": str(uuid4()),
        "name": "ACME EPJ AS",
        "organizationNumber": number,
        "parentOrganizationNumber": None,
        "personId": None,
        "partyId": 50166368,
        "type": "Organization",
        "unitType": "AS",
        "isDeleted": False,
        "onlyHierarchyElementWithNoAccess": False,
        "authorizedAccessPackages": [],
        "authorizedResources": list(resources),
        "authorizedRoles": [],
        "subunits": [],
    } | fields


def person() -> dict[str, Any]:
    """The person himself, who is always among the parties."""
    return party("", type="Person", organizationNumber=None, personId="12345678901", unitType=None)


class Altinn:
    """The stub: answers what a test has put here, and keeps what was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[Peer], None] = lambda peer: peer.send(ok(b"[]"))
        self.server: RawServer

    def lists(self, *parties: Any) -> None:
        body = json.dumps(parties).encode()
        self.answer = lambda peer: peer.send(ok(body))


@pytest.fixture
def stub(settings: Settings, tmp_path: Path) -> Iterator[Altinn]:
    stub = Altinn()
    (tmp_path / "token").write_text("token-of-altinn\n")
    with raw_server(lambda peer: stub.answer(peer)) as server:
        stub.server = server
        settings.EGRESS_OWN_ORIGINS = [server.origin]
        settings.ALTINN_URL = server.origin
        settings.ALTINN_TOKEN_FILE = str(tmp_path / "token")
        settings.ALTINN_SUBSCRIPTION_KEY = "subscription"
        settings.ALTINN_RESOURCES = {"use": "res-use", "systems": "res-sys", "apis": "res-api"}
        settings.RIGHTS = {"test": "altinn", "production": "own"}
        cache.delete(f"altinn-rights:{PARTY}")
        yield stub


@pytest.fixture
def known(charlie: User) -> User:
    """Charlie, as Altinn knows him."""
    AltinnPerson.objects.create(user=charlie, party=PARTY)
    return charlie


def held(user: User, organization: Organization, environment: str = "test") -> set[Right]:
    actor = actor_for(user)
    return {right for right in Right if rules.may(right, actor, organization.pk, environment)}


def test_question_is_what_altinn_documents(stub: Altinn, known: User, acme: Organization) -> None:
    stub.lists(person(), party(acme.number, "res-use"))

    assert held(known, acme) == {Right.USE}

    [request] = stub.server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == (
        "POST /accessmanagement/api/v1/resourceowner/authorizedparties?includeAltinn2=true HTTP/1.1"
    )
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert headers["authorization"] == "Bearer token-of-altinn"
    assert headers["ocp-apim-subscription-key"] == "subscription"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"type": "urn:altinn:person:uuid", "value": str(PARTY)}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["res-use"], {Right.USE}),
        (["res-sys", "res-api", "skd-mva"], {Right.SYSTEMS, Right.APIS}),
        (["skd-mva"], set()),
        ([], set()),
    ],
)
def test_resources_are_the_rights_that_settings_name(
    stub: Altinn, known: User, acme: Organization, given: list[str], expected: set[Right]
) -> None:
    stub.lists(party(acme.number, *given))

    assert held(known, acme) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"isDeleted": True},
        {"onlyHierarchyElementWithNoAccess": True},
        {"type": "Person"},
        {"type": "SelfIdentified"},
    ],
)
def test_only_main_units_in_use_count(
    stub: Altinn, known: User, acme: Organization, fields: dict[str, Any]
) -> None:
    stub.lists(party(acme.number, "res-use", **fields))

    assert held(known, acme) == set()


def test_sub_units_are_not_counted(stub: Altinn, known: User, acme: Organization) -> None:
    main = party("312345676", subunits=[party(acme.number, "res-use", unitType="BEDR")])
    stub.lists(main)

    assert held(known, acme) == set()


def test_altinn_says_nothing_of_another_environment(
    stub: Altinn, known: User, acme: Organization
) -> None:
    stub.lists(party(acme.number, "res-use"))
    make_right(acme, Right.APIS, environment="production", to_email=known.email)
    make_right(acme, Right.SYSTEMS, to_email=known.email)

    assert held(known, acme) == {Right.USE}
    assert held(known, acme, "production") == {Right.APIS}


def test_stranger_to_altinn_is_not_asked_about(
    stub: Altinn, charlie: User, acme: Organization
) -> None:
    assert held(charlie, acme) == set()
    assert stub.server.requests == []


def answering(status: int, body: bytes = b"[]") -> Callable[[Peer], None]:
    line = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return lambda peer: peer.send(line + body)


BAD: dict[str, Callable[[Peer], None]] = {
    "500": answering(500),
    "503": answering(503),
    "401": answering(401),
    "403": answering(403),
    "redirect": answering(302),
    "not JSON": answering(200, b"<html>"),
    "half of it": answering(200, b'[{"type": "Organization"'),
    "an object": answering(200, b'{"parties": []}'),
    "null": answering(200, b"null"),
    "strings": answering(200, b'["312345676"]'),
    "no type": answering(200, b'[{"organizationNumber": "312345676"}]'),
    "no number": answering(200, b'[{"type": "Organization", "authorizedResources": []}]'),
    "a bad number": answering(
        200,
        b'[{"type":"Organization","organizationNumber":"312345677","authorizedResources":[]}]',
    ),
    "no resources": answering(
        200, b'[{"type": "Organization", "organizationNumber": "312345676"}]'
    ),
    "twice the same": answering(200, b'[{"type": "Person", "type": "Organization"}]'),
    "too much": answering(200, b"[" + b" " * (altinn.LARGEST + 1) + b"]"),
    "hangs up": lambda peer: None,
    "silence": lambda peer: peer.stall(),
}


@pytest.mark.parametrize("how", BAD)
def test_bad_answer_gives_nobody_anything(
    stub: Altinn,
    known: User,
    acme: Organization,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    monkeypatch.setattr(altinn, "SECONDS", 0.3)
    stub.answer = BAD[how]
    client.force_login(known)

    answer = client.get(reverse("home", args=["test", acme.number]))

    assert answer.status_code == 503
    assert "Altinn svarer ikke nå" in answer.content.decode()
    assert actor_for(known).unanswered == {"test"}
    assert held(known, acme) == set()


def test_missing_token_gives_nobody_anything(
    stub: Altinn, known: User, acme: Organization, settings: Settings
) -> None:
    settings.ALTINN_TOKEN_FILE = "/nowhere/token"

    assert actor_for(known).unanswered == {"test"}
    assert stub.server.requests == []


def test_members_work_on_while_altinn_is_silent(stub: Altinn, known: User, client: Client) -> None:
    stub.answer = BAD["500"]
    own = known.memberships.get().organization
    client.force_login(known)

    assert client.get(reverse("home", args=["test", own.number])).status_code == 200
    page = client.get("/organizations/").content.decode()
    assert "Altinn svarer ikke nå" in page


def test_act_is_refused_with_the_reason_while_altinn_is_silent(
    stub: Altinn, known: User, acme: Organization, client: Client
) -> None:
    stub.lists(party(acme.number, "res-use"))
    mine = make_client(acme)
    client.force_login(known)
    address = reverse("client", args=["test", acme.number, mine.pk])
    assert client.get(address).status_code == 200

    stub.answer = BAD["500"]
    answer = client.post(reverse("clients:stop", args=["test", acme.number, mine.pk]))

    assert answer.status_code == 503
    mine.refresh_from_db()
    assert mine.status == "active"


def test_page_may_be_old_by_seconds_and_an_act_may_not(
    stub: Altinn, known: User, acme: Organization
) -> None:
    stub.lists(party(acme.number, "res-use"))
    assert actor_for(known, is_act=False).rights
    stub.lists()

    assert actor_for(known, is_act=False).rights
    assert not actor_for(known, is_act=True).rights
    assert not actor_for(known, is_act=False).rights
    assert len(stub.server.requests) == 2


def test_party_is_unique(known: User, anna: User) -> None:
    assert AltinnPerson.objects.get(user=known).party == UUID(str(PARTY))
