"""What the panel says of keys and of a key that is being made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.core.jobs import JobStatus
from onboarding.keys import queries, services
from onboarding.keys.models import KeyMaking
from onboarding.keys.states import MakingState
from onboarding.suppliers.actors import Actor
from tests.constants import HTMX, NOON
from tests.factories import make_key
from tests.keys.conftest import recipient

pytestmark = pytest.mark.usefixtures("no_witness")


@pytest.fixture
def making(client_: ClientConfiguration, actor: Actor) -> KeyMaking:
    return services.request_making(
        client_id=client_.pk,
        kind="ES256",
        recipient=recipient()[0],
        lifetime_days=365,
        by=actor,
        at=NOON,
    )


def steps(client: ClientConfiguration, by: Actor) -> list[str]:
    shown = queries.panel(client, NOON, by).making
    assert shown
    return [step.state for step in shown.steps]


def test_steps_are_as_far_as_the_row_says(
    client_: ClientConfiguration, actor: Actor, making: KeyMaking
) -> None:
    seen = [steps(client_, actor)]
    KeyMaking.objects.claim(making.pk, NOON)
    seen.append(steps(client_, actor))
    KeyMaking.objects.update(key=make_key(client_))
    seen.append(steps(client_, actor))

    assert seen == [
        ["none", "none", "none", "none"],
        ["run", "none", "none", "none"],
        ["ok", "ok", "run", "none"],
    ]


def test_a_second_attempt_is_told(
    client_: ClientConfiguration, actor: Actor, making: KeyMaking
) -> None:
    KeyMaking.objects.claim(making.pk, NOON - timedelta(minutes=1))
    KeyMaking.objects.claim(making.pk, NOON)

    shown = queries.panel(client_, NOON, actor).making

    assert shown
    assert shown.is_delayed
    assert shown.steps[0].note == "Forsøk 2 av 3"


def test_old_news_goes_away(client_: ClientConfiguration, actor: Actor, making: KeyMaking) -> None:
    services.make(making_id=making.pk, at=NOON)
    services.deliver(making_id=making.pk, by=actor, at=NOON)

    today = queries.panel(client_, NOON + timedelta(hours=23), actor).making
    tomorrow = queries.panel(client_, NOON + timedelta(hours=24), actor).making

    assert today
    assert today.state == MakingState.DELIVERED
    assert tomorrow is None


def test_a_newer_key_takes_the_place_of_a_failure(
    client_: ClientConfiguration, actor: Actor, making: KeyMaking
) -> None:
    KeyMaking.objects.update(status=JobStatus.FAILED)
    before = queries.panel(client_, NOON, actor).making
    make_key(client_, created_at=NOON + timedelta(seconds=1))

    after = queries.panel(client_, NOON + timedelta(minutes=1), actor).making

    assert before
    assert before.can_try_again
    assert after is None


def test_usable_keys_come_first_and_old_or_weak_ones_deserve_a_look(
    client_: ClientConfiguration, actor: Actor
) -> None:
    make_key(
        client_,
        kid="gone",
        created_at=NOON + timedelta(1),
        revoked_at=NOON,
        revoked_by_id=actor.user_id,
    )
    make_key(client_, kid="weak", kty="RSA", bits=2048)
    make_key(client_, kid="soon", expires_at=NOON + timedelta(days=30))
    make_key(client_, kid="used", last_used_at=NOON, proved_at=NOON)

    rows = queries.panel(client_, NOON, actor).rows

    looks = {row.key.kid: row.look for row in rows}
    assert looks == {"weak": "warn", "soon": "warn", "used": "ok", "gone": "none"}
    assert rows[-1].key.kid == "gone"
    assert [row.can_revoke for row in rows] == [True, True, True, False]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": JobStatus.QUEUED}, "Portalen lager en nøkkel"),
        ({"status": JobStatus.FAILED}, "Nøkkelen ble ikke laget"),
        ({"status": JobStatus.PASSED}, "Nøkkelen ble ikke hentet i tide"),
        ({"status": JobStatus.PASSED, "delivered_at": timezone.now()}, "kan ikke hentes igjen"),
    ],
)
def test_each_end_is_told_in_words(
    client: Client,
    alice: User,
    client_: ClientConfiguration,
    making: KeyMaking,
    change: dict[str, Any],
    sentence: str,
) -> None:
    KeyMaking.objects.update(**change)
    client.force_login(alice)
    tenant = client_.environment, client_.organization.number

    panel = client.get(reverse("keys:panel", args=[*tenant, client_.pk]), headers=HTMX)

    assert sentence in panel.content.decode()


def test_a_failed_making_is_tried_again_by_a_button(
    client: Client, alice: User, client_: ClientConfiguration, making: KeyMaking
) -> None:
    KeyMaking.objects.update(status=JobStatus.FAILED)
    client.force_login(alice)
    tenant = client_.environment, client_.organization.number, client_.pk
    panel = client.get(reverse("keys:panel", args=tenant), headers=HTMX).content.decode()
    again = reverse("keys:again", args=[*tenant, making.pk])

    response = client.post(again)

    assert f'action="{again}"' in panel
    assert response.status_code == 302
    assert KeyMaking.objects.filter(status=JobStatus.QUEUED).count() == 1


def test_a_key_found_to_be_weak_is_said_to_be_until_it_is_revoked(
    client: Client, alice: User, client_: ClientConfiguration, actor: Actor
) -> None:
    now = timezone.now()
    key = make_key(client_, weak_at=now, created_at=now, expires_at=now + timedelta(days=365))
    client.force_login(alice)
    args = [client_.environment, client_.organization.number, client_.pk]
    address = reverse("client", args=args)

    before = client.get(address).content.decode()
    services.revoke(key_id=key.pk, by=actor, at=now)
    after = client.get(address).content.decode()

    for sentence in ("Svak nøkkel", "Nøkkelen har en kjent svakhet (shared primes)."):
        assert sentence in before
        assert sentence not in after
