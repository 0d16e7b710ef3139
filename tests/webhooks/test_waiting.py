"""A receiver that asks for quiet (Retry-After, RFC 9110 §10.2.3) gets it, up to a bound."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.core.jobs import JobStatus
from onboarding.suppliers.queries import actor_for
from onboarding.webhooks import pace, services
from onboarding.webhooks.models import Delivery, Endpoint
from onboarding.webhooks.states import JITTER, LONGEST_WAIT, PAUSES
from tests.constants import NOON
from tests.factories import make_delivery
from tests.webhooks.conftest import Receiver, answering
from tests.webhooks.test_delivering import deliver

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def asks(receiver: Receiver, retry_after: str, status: int = 429) -> None:
    head = f"HTTP/1.1 {status} X\r\nRetry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n"
    receiver.answer = lambda peer: peer.send(head.encode())


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta(0)),
        ("120", timedelta(seconds=120)),
        ("36000", LONGEST_WAIT),
        ("36001", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        (format_datetime(NOON + HOUR, usegmt=True), HOUR),
        ("Sunday, 29-Nov-26 13:00:00 GMT", None),
        (format_datetime(NOON + timedelta(days=400), usegmt=True), LONGEST_WAIT),
        (format_datetime(NOON - HOUR, usegmt=True), timedelta(0)),
        ("Sat, 01 Jan 0001 00:00:00 -2359", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", LONGEST_WAIT),
        ("", timedelta(0)),
        ("-5", timedelta(0)),
        ("1.5", timedelta(0)),
        ("٣", timedelta(0)),
        ("soon", timedelta(0)),
        ("Thu, 99 Foo 2026 99:99:99 GMT", timedelta(0)),
    ],
)
def test_seconds_and_dates_are_read_and_nothing_else(value: str, wait: timedelta | None) -> None:
    found = pace.asked(value, NOON)

    assert pace.NO_WAIT <= found <= LONGEST_WAIT
    if wait is not None:
        assert found == wait


@pytest.mark.parametrize("status", [429, 503, 500, 302])
def test_a_wait_that_is_asked_for_is_kept(
    endpoint: Endpoint, receiver: Receiver, status: int
) -> None:
    asks(receiver, "3600", status)
    now = timezone.now()

    delivery = deliver(make_delivery(endpoint), now)

    assert (delivery.status, delivery.tries) == ("queued", 1)
    assert now + HOUR <= delivery.due_at <= now + HOUR + timedelta(seconds=5)


def test_a_short_wait_does_not_shorten_the_planned_pause(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    asks(receiver, "1")
    now = timezone.now()

    delivery = deliver(make_delivery(endpoint), now)

    assert delivery.due_at - now >= PAUSES[0] * (1 - JITTER)


def test_a_wait_without_end_is_bounded_and_tries_end_as_ever(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    asks(receiver, "999999999")
    at = timezone.now()
    delivery = make_delivery(endpoint)

    while delivery.status == JobStatus.QUEUED:
        at = max(at, delivery.due_at)
        deliver(delivery, at)
        assert delivery.due_at - at <= LONGEST_WAIT * (1 + JITTER) + timedelta(seconds=5)

    assert (delivery.status, delivery.tries) == ("failed", len(PAUSES) + 1)


def handed_out(at: datetime) -> int:
    return Delivery.objects.ripe(at).due(at).count()


def test_other_messages_for_the_address_wait_too(endpoint: Endpoint, receiver: Receiver) -> None:
    asks(receiver, "3600")
    now = timezone.now()
    before = now - timedelta(minutes=1)
    others = [make_delivery(endpoint, due_at=before, queued_at=before) for _ in range(3)]
    assert handed_out(now) == 3

    deliver(others[0], now)

    assert handed_out(now) == handed_out(now + HOUR - timedelta(seconds=1)) == 0
    assert handed_out(now + HOUR + timedelta(minutes=1)) == 3


def test_what_is_handed_out_meanwhile_rests(endpoint: Endpoint, receiver: Receiver) -> None:
    asks(receiver, "3600")
    now = timezone.now()
    deliver(make_delivery(endpoint), now)
    receiver.answer = answering(204)
    news = make_delivery(endpoint)

    early = deliver(news, now + HOUR / 2)
    assert (early.status, early.tries) == ("queued", 0)

    assert deliver(news, now + HOUR + timedelta(minutes=1)).status == "passed"


def test_a_new_address_inherits_no_wait(endpoint: Endpoint, alice: User) -> None:
    Endpoint.objects.update(waits_until=NOON + HOUR, failing_since=NOON)

    for url, waits in ((endpoint.url, True), (f"{endpoint.url}/new", False)):
        changed = services.change(
            endpoint_id=endpoint.pk,
            url=url,
            name="Krok",
            kinds=endpoint.kinds,
            by=actor_for(alice),
            at=NOON,
        )
        assert bool(changed.waits_until) == bool(changed.failing_since) == waits


def test_a_message_that_is_taken_ends_the_wait(
    endpoint: Endpoint, receiver: Receiver, alice: User
) -> None:
    asks(receiver, "3600")
    now = timezone.now()
    delivery = deliver(make_delivery(endpoint), now)
    endpoint.refresh_from_db()
    assert endpoint.waits_until is not None
    receiver.answer = answering(204)

    # Whoever sends it again by hand has talked to the receiver.
    services.replay(delivery_id=delivery.pk, by=actor_for(alice), at=now)
    assert deliver(delivery, now).status == "passed"

    endpoint.refresh_from_db()
    assert endpoint.waits_until is None
