"""Automation keys: made, shown once, seen in use, ended; by whom, and what is kept of them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems import automation_key, queries, services
from onboarding.systems.models import AutomationKey, ClientSystem
from onboarding.systems.rules import MOST_KEYS
from tests.constants import NOON
from tests.factories import make_system
from tests.leaks import remember_secret

SECRET = re.compile(r'<code id="secret">([A-Za-z0-9_-]{43})</code>')


@pytest.fixture
def system(acme: Organization, alice: User) -> ClientSystem:
    return make_system(acme, by=alice)


def page_url(system: ClientSystem) -> str:
    where = [system.environment, system.organization.number, system.pk]
    return reverse("systems:automation", args=where)


def end_url(key: AutomationKey) -> str:
    where = [key.system.environment, key.system.organization.number, key.system.pk, key.pk]
    return reverse("systems:end_key", args=where)


def make(system: ClientSystem, alice: User) -> services.automation.Made:
    made = services.make_key(system_id=system.pk, name="Installasjon", by=actor_for(alice), at=NOON)
    remember_secret(made.secret)
    return made


def test_a_key_is_shown_once_and_only_its_hash_is_kept(
    client: Client, alice: User, system: ClientSystem
) -> None:
    client.force_login(alice)

    answer = client.post(page_url(system), {"name": "Installasjon 4.2"})
    again = client.get(page_url(system))

    found = SECRET.search(answer.content.decode())
    assert found
    remember_secret(found[1])
    assert "no-store" in answer["Cache-Control"]
    assert "Installasjon 4.2" in again.content.decode()
    assert found[1] not in again.content.decode()
    key = AutomationKey.objects.get()
    assert key.digest == automation_key.digest(found[1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT k::text FROM systems_automationkey k")
        assert found[1] not in cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM audit_event e WHERE e::text LIKE %s", [f"%{found[1]}%"]
        )
        assert cursor.fetchone()[0] == 0


def test_two_keys_have_nothing_in_common() -> None:
    first, second = automation_key.new(), automation_key.new()

    assert first != second
    assert automation_key.digest(first) != automation_key.digest(second)
    assert len(first) == 43


def test_use_is_noted_once_a_minute(alice: User, system: ClientSystem) -> None:
    key = make(system, alice).key
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        services.note_use(key_id=key.pk, at=NOON + timedelta(seconds=seconds))
        key.refresh_from_db()
        assert key.last_used_at == NOON + timedelta(seconds=noted)


def test_an_ended_key_is_not_found_and_cannot_end_twice(alice: User, system: ClientSystem) -> None:
    made = make(system, alice)
    assert queries.automation_key(made.key.digest, "test") == made.key
    assert queries.automation_key(made.key.digest, "production") is None

    services.end_key(key_id=made.key.pk, by=actor_for(alice), at=NOON)

    assert queries.automation_key(made.key.digest, "test") is None
    with pytest.raises(NotPossibleNow):
        services.end_key(key_id=made.key.pk, by=actor_for(alice), at=NOON)
    kinds = Event.objects.order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["automation_key.made", "automation_key.ended"]


def test_a_key_is_ended_on_a_page_that_asks_first(
    client: Client, alice: User, system: ClientSystem
) -> None:
    key = make(system, alice).key
    client.force_login(alice)

    asked = client.get(end_url(key))
    key.refresh_from_db()
    before = key.ended_at
    done = client.post(end_url(key), follow=True)

    assert "Vil du avslutte Installasjon?" in asked.content.decode()
    assert before is None
    assert "Installasjon er avsluttet." in done.content.decode()
    assert "Avsluttet" in done.content.decode()


@pytest.mark.parametrize(
    ("who", "read", "written"),
    [("bob", 200, 403), ("charlie", 404, 404), ("rita", 200, 403), ("alice", 200, 200)],
)
def test_who_makes_keys(
    client: Client,
    request: pytest.FixtureRequest,
    system: ClientSystem,
    who: str,
    read: int,
    written: int,
) -> None:
    client.force_login(request.getfixturevalue(who))

    answers = (
        client.get(page_url(system)).status_code,
        client.post(page_url(system), {"name": "Ny"}).status_code,
    )

    assert answers == (read, written)
    assert AutomationKey.objects.exists() is (written == 200)


def test_outsiders_do_not_end_keys(charlie: User, alice: User, system: ClientSystem) -> None:
    key = make(system, alice).key

    with pytest.raises(NotPermitted):
        services.end_key(key_id=key.pk, by=actor_for(charlie), at=NOON)

    key.refresh_from_db()
    assert key.ended_at is None


def test_a_key_of_another_system_has_no_page_here(
    client: Client, alice: User, acme: Organization, system: ClientSystem
) -> None:
    key = make(make_system(acme, by=alice), alice).key
    client.force_login(alice)
    where = [system.environment, acme.number, system.pk, key.pk]

    assert client.post(reverse("systems:end_key", args=where)).status_code == 404


def test_a_system_has_only_so_many(client: Client, alice: User, system: ClientSystem) -> None:
    for _ in range(MOST_KEYS):
        make(system, alice)
    client.force_login(alice)

    answer = client.post(page_url(system), {"name": "En til"})

    assert answer.status_code == 409
    assert AutomationKey.objects.count() == MOST_KEYS


def test_a_system_that_is_not_published_has_none(
    client: Client, alice: User, acme: Organization
) -> None:
    system = make_system(acme, by=alice, published=False)
    client.force_login(alice)

    assert client.post(page_url(system), {"name": "For tidlig"}).status_code == 409
    assert "Lag en nøkkel" not in client.get(page_url(system)).content.decode()


@pytest.mark.parametrize(
    "change", [{"digest": "not hashed"}, {"ended_at": NOON}], ids=["digest", "half an end"]
)
def test_the_database_holds_it_too(
    alice: User, system: ClientSystem, change: dict[str, object]
) -> None:
    key = make(system, alice).key

    with pytest.raises(IntegrityError), transaction.atomic():
        AutomationKey.objects.filter(pk=key.pk).update(**change)
