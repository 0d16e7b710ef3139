"""From the event log to deliveries: each event once, to those it concerns and nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.services import access, configurations
from onboarding.clients.states import Access, Decision
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.services import give
from onboarding.suppliers.states import Right
from onboarding.webhooks import services
from onboarding.webhooks.kinds import KINDS, example
from onboarding.webhooks.models import Delivery, Feed
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_automation_key,
    make_client,
    make_endpoint,
    make_key,
    make_organization,
    make_right,
    make_scope,
    make_system,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Organization:
    return make_organization("Fjordbyen legekontor")


@pytest.fixture
def client_(acme: Organization, customer: Organization) -> ClientConfiguration:
    """A client of the customer, made from Acme's client system."""
    scope = make_scope(make_api(), "nhn:msh/api", needs_approval=True)
    return make_client(customer, system=make_system(acme), scopes={scope: Access.PENDING})


def tell(kind: str, row: Any, **details: Any) -> None:
    with transaction.atomic():
        record(kind, subject=row, actor="Kari", at=timezone.now(), **details)


def told() -> list[tuple[str, str]]:
    """What is to be delivered: owner of the address, and kind."""
    rows = Delivery.objects.order_by("pk").values_list("endpoint__organization__name", "kind")
    return sorted(rows)


def test_stop_is_told_to_customer_and_supplier_and_nobody_else(
    acme: Organization, customer: Organization, client_: ClientConfiguration, charlie: User
) -> None:
    outsider = charlie.memberships.get().organization
    for organization in (acme, customer, outsider):
        make_endpoint(organization)
    make_endpoint(acme, environment="production", url="https://prod.acme.example/")
    by = actor_for(make_user(organization=customer))

    configurations.stop(client_id=client_.pk, by=by, at=timezone.now())
    services.fan_out(at=timezone.now())

    assert told() == [
        ("Acme EPJ AS", "client.disabled"),
        ("Fjordbyen legekontor", "client.disabled"),
    ]
    body = json.loads(Delivery.objects.all()[0].body)
    assert body["type"] == "client.disabled"
    assert body["data"] == {
        "environment": "test",
        "client": {"id": str(client_.pk), "name": client_.name},
        "organization": {"number": customer.number, "name": "Fjordbyen legekontor"},
        "system": {"id": str(client_.revision.system.pk), "name": "Acme EPJ"},  # type: ignore[union-attr]
    }


@pytest.mark.parametrize("decision", Decision)
def test_answer_of_an_api_owner_names_the_scope(
    acme: Organization, client_: ClientConfiguration, decision: Decision
) -> None:
    make_endpoint(acme)
    asked = client_.scopes.get()
    owner = make_user(organization=asked.scope.api.organization)

    access.decide(
        decision, access_id=asked.pk, by=actor_for(owner), at=timezone.now(), reason="Nei"
    )
    services.fan_out(at=timezone.now())

    body = json.loads(Delivery.objects.get().body)
    word = "approved" if decision is Decision.APPROVE else "declined"
    assert (body["type"], body["data"]["scope"]) == (f"scope.{word}", "nhn:msh/api")


def test_right_is_told_between_organizations_only(
    acme: Organization, anna: User, customer: Organization
) -> None:
    make_endpoint(customer)
    act = {"organization_id": acme.pk, "environment": "test", "by": actor_for(anna)}
    give(rights=[Right.USE], number=customer.number, at=timezone.now(), **act)  # type: ignore[arg-type]
    give(rights=[Right.USE], email="a@b.example", at=timezone.now(), **act)  # type: ignore[arg-type]
    services.fan_out(at=timezone.now())

    body = json.loads(Delivery.objects.get().body)
    assert body["data"]["receiver"]["number"] == customer.number
    assert body["data"]["delegator"] == {"number": acme.number, "name": "Acme EPJ AS"}


def test_only_what_an_address_wants(acme: Organization, client_: ClientConfiguration) -> None:
    make_endpoint(acme, kinds=["client.confirmed"])
    tell("client.stopped", client_)
    tell("client.finished", client_)
    tell("client.begun", client_)
    services.fan_out(at=timezone.now())

    assert told() == [("Acme EPJ AS", "client.confirmed")]


def test_nothing_from_before_the_address_was_added(
    acme: Organization, client_: ClientConfiguration
) -> None:
    make_endpoint(acme, created_at=timezone.now() + timedelta(minutes=1))
    tell("client.stopped", client_)
    services.fan_out(at=timezone.now())

    assert told() == []
    assert Feed.objects.get().seq == Event.objects.latest("seq").seq


def test_address_that_is_gone_gets_nothing_and_one_that_is_off_waits(
    acme: Organization, client_: ClientConfiguration
) -> None:
    make_endpoint(acme, stopped_at=NOON, stopped_why="gone")
    off = make_endpoint(acme, stopped_at=NOON, stopped_why="person")
    tell("client.stopped", client_)
    services.fan_out(at=timezone.now())

    assert Delivery.objects.get().endpoint == off


def test_event_of_a_row_that_has_gone_holds_nothing_up(
    acme: Organization, client_: ClientConfiguration
) -> None:
    make_endpoint(acme)
    ghost = ClientConfiguration(pk=uuid4())
    tell("client.stopped", ghost)
    tell("client.resumed", client_)
    services.fan_out(at=timezone.now())

    assert told() == [("Acme EPJ AS", "client.enabled")]


def test_reading_twice_delivers_once(acme: Organization, client_: ClientConfiguration) -> None:
    make_endpoint(acme)
    tell("client.stopped", client_)

    assert services.fan_out(at=timezone.now()) == 1
    assert services.fan_out(at=timezone.now()) == 0
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_deliver_once(acme: Organization) -> None:
    client = make_client(acme, system=make_system(acme))
    make_endpoint(acme)
    for _ in range(40):
        tell("client.stopped", client)
    together = Barrier(4)

    def read() -> None:
        together.wait()
        for _ in range(3):
            services.fan_out(at=timezone.now())
        connection.close()

    threads = [Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services.fan_out(at=timezone.now())

    assert Delivery.objects.count() == 40
    assert Delivery.objects.values("event_seq").distinct().count() == 40


def test_key_that_ends_is_told_on_three_days_and_once_on_each(
    acme: Organization, client_: ClientConfiguration
) -> None:
    end = timezone.now() + timedelta(days=31)
    key = make_key(client_, expires_at=end, kid="k1")
    for days, count in ((31, 0), (29, 1), (20, 0), (6.5, 1), (6, 0), (0.5, 1), (0.4, 0), (-1, 0)):
        assert services.announce_expiring(at=end - timedelta(days=days)) == count, days

    events = Event.objects.filter(kind="key.expiring").order_by("seq")
    assert [event.details["days_left"] for event in events] == [30, 7, 1]
    assert {event.subject for event in events} == {f"keys.key:{key.pk}"}


def test_key_whose_successor_is_in_use_is_not_told_of(client_: ClientConfiguration) -> None:
    now = timezone.now()
    make_key(client_, expires_at=now + timedelta(days=5))
    newer = make_key(client_, expires_at=now + timedelta(days=300))
    stopped = make_client(client_.organization, system=make_system(), status="stopped")  # type: ignore[arg-type]
    make_key(stopped, expires_at=now + timedelta(days=5))

    assert services.announce_expiring(at=now) == 1
    type(newer).objects.filter(pk=newer.pk).update(last_used_at=now)
    assert services.announce_expiring(at=now + timedelta(days=4.5)) == 0


def test_expiring_key_reaches_the_address_with_kid_and_day(
    acme: Organization, client_: ClientConfiguration
) -> None:
    make_endpoint(acme)
    now = timezone.now()
    key = make_key(client_, expires_at=now + timedelta(days=5))
    services.announce_expiring(at=now)
    services.fan_out(at=now)

    data = json.loads(Delivery.objects.get().body)["data"]
    assert data["key"]["kid"] == key.kid
    assert data["days_left"] == 7
    assert data["client"]["id"] == str(client_.pk)


def make_draft(client: ClientConfiguration, customer: Organization) -> ClientDraft:
    revision = client.revision
    assert revision
    return ClientDraft.objects.create(
        environment="test",
        revision=revision,
        automation_key=make_automation_key(revision.system),
        organization_number=customer.number,
        content={},
        public_jwk={"kty": "EC"},
        thumbprint="t" * 43,
        created_at=NOON,
        expires_at=NOON + timedelta(days=1),
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_catalogue_shows_what_is_sent(
    kind: Any, acme: Organization, anna: User, customer: Organization, client_: ClientConfiguration
) -> None:
    make_endpoint(acme)
    rows = {
        "key.": make_key(client_),
        "right.": make_right(customer, to_organization=acme),
        "client.declined": make_draft(client_, customer),
    }
    row = next((rows[name] for name in rows if kind.name.startswith(name)), client_)
    details = {"scope": "nhn:msh/api"} if kind.name.startswith("scope.") else {}
    tell(kind.event, row, **details | ({"days_left": 7} if kind.name == "key.expiring" else {}))
    services.fan_out(at=timezone.now())

    sent = json.loads(Delivery.objects.get().body)
    shown = example(kind)
    assert sent.keys() == shown.keys()
    assert sent["data"].keys() == shown["data"].keys()
