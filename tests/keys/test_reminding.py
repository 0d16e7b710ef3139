"""K40: a key's end is shown, told of in good time, and takes nothing with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.keys.models import Key
from onboarding.keys.services import remind
from onboarding.keys.tasks import remind as task
from onboarding.notices.models import Notice
from onboarding.notices.services import deliver
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_client, make_key, make_user
from tests.keys.conftest import pair
from tests.machines import numbered

DAY = timedelta(days=1)


def told(user: User) -> list[str]:
    """The subjects of what a person was told, in bokmål, the oldest first."""
    rows = Notice.objects.filter(user=user, kind="key.expiring").order_by("created_at", "pk")
    return [row.said_in("nb")[0] for row in rows]


def days_of_telling(key: Key, user: User) -> list[int]:
    """How many days were left each time, when it is looked for twice a day."""
    found, at = [], key.created_at
    while at < key.expires_at + 2 * DAY:
        count = len(told(user))
        remind(at=at)
        if len(told(user)) > count:
            found.append(-((at - key.expires_at) // DAY))
        at += timedelta(hours=11)
    return found


LIVES: list[tuple[str, int, list[int]]] = [
    ("K40", 365, [60, 30, 7, 1]),
    ("K40", 91, [60, 30, 7, 1]),
    ("K40", 60, [30, 7, 1]),
    ("K40", 14, [7, 1]),
    ("K40", 1, []),
]


@pytest.mark.parametrize(("life", "expected"), numbered(LIVES))
def test_k40_a_key_is_told_of_four_times(
    client_: ClientConfiguration, alice: User, life: int, expected: list[int]
) -> None:
    """Not of a day that was over when the key was registered."""
    key = make_key(client_, created_at=NOON, expires_at=NOON + life * DAY)

    assert days_of_telling(key, alice) == expected


def test_k40_who_is_told(
    client_: ClientConfiguration, alice: User, anna: User, bob: User, charlie: User
) -> None:
    make_key(client_, created_at=NOON, expires_at=NOON + 100 * DAY)
    in_production = make_user(
        "petra", organization=client_.organization, environment="production", role=Role.ADMIN
    )

    assert remind(at=NOON + 41 * DAY) == 1

    assert len(told(alice)) == len(told(anna)) == 1
    assert told(bob) == told(charlie) == told(in_production) == []


def next_in_use(key: Key) -> None:
    make_key(key.client, created_at=NOON, expires_at=NOON + 300 * DAY, last_used_at=NOON)


def next_unused(key: Key) -> None:
    make_key(key.client, created_at=NOON, expires_at=NOON + 300 * DAY)


def revoked(key: Key) -> None:
    Key.objects.update(revoked_at=NOON, revoked_by=key.client.created_by)


def stopped(key: Key) -> None:
    ClientConfiguration.objects.update(status=Status.STOPPED)


QUIET: list[tuple[str, Callable[[Key], None], int]] = [
    ("K40", next_in_use, 0),
    ("K40", next_unused, 1),
    ("K40", revoked, 0),
    ("K40", stopped, 0),
]


@pytest.mark.parametrize(("change", "count"), numbered(QUIET))
def test_k40_nobody_is_told_of_what_does_no_harm(
    client_: ClientConfiguration, alice: User, change: Callable[[Key], None], count: int
) -> None:
    key = make_key(client_, created_at=NOON, expires_at=NOON + 100 * DAY)
    change(key)

    remind(at=NOON + 95 * DAY)

    assert len(told(alice)) == count


def test_k40_the_letter_names_client_key_and_day(client_: ClientConfiguration, alice: User) -> None:
    key = make_key(client_, kid="vinter-2026", created_at=NOON, expires_at=NOON + 100 * DAY)
    at = NOON + 71 * DAY
    remind(at=at)

    [notice] = Notice.objects.filter(user=alice)
    assert deliver(notice_id=notice.pk, at=at)

    [letter] = mail.outbox
    assert letter.subject.startswith(f"En nøkkel til {client_.name} går ut ")
    assert f"{client_.name}: vinter-2026 går ut" in letter.body
    assert "Registrer en ny nøkkel og ta den i bruk før den gamle går ut." in letter.body
    assert f"/clients/{client_.pk}/#keys" in letter.body
    assert notice.said_in("en")[0].startswith(f"A key of {client_.name} expires ")
    key.refresh_from_db()
    assert key.told_days == 30


def test_k40_many_keys_are_one_letter(client_: ClientConfiguration, alice: User) -> None:
    for n in range(25):
        make_key(client_, created_at=NOON, expires_at=NOON + 100 * DAY + n * timedelta(minutes=1))

    assert remind(at=NOON + 94 * DAY) == 25
    assert remind(at=NOON + 94 * DAY) == 0

    assert told(alice) == ["25 nøkler går snart ut"]
    text = Notice.objects.get(user=alice).said_in("nb")[1]
    assert "Og 5 til." in text


def test_k40_each_organisation_hears_of_its_own(
    client_: ClientConfiguration, alice: User, charlie: User
) -> None:
    other = make_client(charlie.memberships.get().organization, by=charlie)
    for client in (client_, other):
        make_key(client, created_at=NOON, expires_at=NOON + 100 * DAY)

    assert remind(at=NOON + 95 * DAY) == 2

    assert len(told(alice)) == len(told(charlie)) == 1
    assert client_.name in told(alice)[0]


def test_k40_the_end_is_shown_and_the_last_key_is_not_deleted(
    client: Client, alice: User, client_: ClientConfiguration
) -> None:
    """A member `exp` of the JWK says nothing: the end is the one that was chosen in the form."""
    client.force_login(alice)
    args = [client_.environment, client_.organization.number, client_.pk]
    fields = {"way": "upload", "kind": "ES256", "lifetime": "91"}
    client.post(reverse("keys:add", args=args), fields | {"public_key": pair(exp=1)[0]})
    key, now = Key.objects.get(), timezone.now()
    page = client.get(reverse("client", args=args)).content.decode()
    assert timedelta(days=90) < key.expires_at - now <= timedelta(days=91)
    assert "exp" not in key.public_jwk

    Key.objects.update(created_at=now - 92 * DAY, expires_at=now - DAY)
    task()

    assert Key.objects.count() == 1
    after = client.get(reverse("client", args=args)).content.decode()
    assert key.kid in page
    assert key.kid in after
    assert "Utløpt" in after
    assert "Utløpt" not in page
