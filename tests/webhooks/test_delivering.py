"""Deliveries: signed as Standard Webhooks says, tried for a day, given up, sent again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.jobs import LEASE, MAX_ATTEMPTS
from onboarding.notices.models import Notice
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.webhooks import services
from onboarding.webhooks.models import Delivery, Endpoint, Try
from onboarding.webhooks.services import delivering
from onboarding.webhooks.states import PAUSES, STOPPED_AFTER
from tests.constants import NOON
from tests.factories import WEBHOOK_SECRET, make_delivery, make_endpoint
from tests.webhooks.conftest import Receiver, answering

pytestmark = pytest.mark.django_db


def deliver(delivery: Delivery, at: datetime | None = None) -> Delivery:
    services.deliver(delivery_id=delivery.pk, at=at or timezone.now())
    delivery.refresh_from_db()
    return delivery


def test_message_is_signed_as_the_published_library_checks_it(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    delivery = deliver(make_delivery(endpoint, body='{"type": "x", "navn": "Blåbær æøå"}'))

    assert receiver.verified() == [{"type": "x", "navn": "Blåbær æøå"}]
    [(headers, _body)] = receiver.received
    assert headers["webhook-id"] == delivery.message_id
    assert headers["content-type"] == "application/json"
    assert (delivery.status, delivery.last_status, delivery.tries) == ("passed", 204, 1)
    assert delivery.last_milliseconds is not None


@pytest.mark.parametrize("spoilt", ["body", "id", "time", "secret"])
def test_spoilt_message_is_refused_by_the_library(
    endpoint: Endpoint, receiver: Receiver, spoilt: str
) -> None:
    deliver(make_delivery(endpoint))
    [(headers, body)] = receiver.received
    secret = "whsec_" + "b" * 43 + "=" if spoilt == "secret" else WEBHOOK_SECRET
    headers |= {"webhook-id": "msg_other"} if spoilt == "id" else {}
    headers |= {"webhook-timestamp": str(int(NOON.timestamp()))} if spoilt == "time" else {}

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" " if spoilt == "body" else body, headers)


def test_both_secrets_sign_for_a_day(endpoint: Endpoint, receiver: Receiver, alice: User) -> None:
    now = timezone.now()
    added = services.rotate(endpoint_id=endpoint.pk, by=actor_for(alice), at=now)
    assert added.secret.startswith("whsec_")

    deliver(make_delivery(endpoint))
    receiver.verified(WEBHOOK_SECRET)
    receiver.verified(added.secret)

    Endpoint.objects.update(previous_until=now - timedelta(seconds=1))
    deliver(make_delivery(endpoint))
    receiver.verified(added.secret)
    with pytest.raises(WebhookVerificationError):
        receiver.verified(WEBHOOK_SECRET)


def test_secret_is_nowhere_in_the_tables(acme: Organization, alice: User) -> None:
    endpoint = make_endpoint(acme)
    added = services.rotate(endpoint_id=endpoint.pk, by=actor_for(alice), at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM webhooks_endpoint e")
        rows = str(cursor.fetchall())

    assert added.secret.removeprefix("whsec_") not in rows
    assert added.secret not in str(list(Event.objects.values_list("details")))


@pytest.mark.parametrize("status", [199, 300, 302, 400, 401, 404, 429, 500, 503])
def test_anything_but_2xx_is_tried_again(
    endpoint: Endpoint, receiver: Receiver, status: int
) -> None:
    receiver.answer = answering(status)
    now = timezone.now()

    delivery = deliver(make_delivery(endpoint), now)

    assert (delivery.status, delivery.tries) == ("queued", 1)
    assert now < delivery.due_at <= now + timedelta(seconds=20)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    assert not endpoint.stopped_at


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_taken_and_heals(endpoint: Endpoint, receiver: Receiver, status: int) -> None:
    Endpoint.objects.update(failing_since=NOON)
    receiver.answer = answering(status)

    assert deliver(make_delivery(endpoint)).status == "passed"
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_s15_redirect_is_not_followed(endpoint: Endpoint, receiver: Receiver) -> None:
    line = b"HTTP/1.1 302 X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    receiver.answer = lambda peer: peer.send(line)

    assert deliver(make_delivery(endpoint)).last_status == 302
    assert len(receiver.received) == 1


def test_pauses_grow_to_about_a_day(endpoint: Endpoint, receiver: Receiver) -> None:
    receiver.answer = answering(500)
    at = began = timezone.now()
    delivery = make_delivery(endpoint)
    pauses = []
    while delivery.status == "queued":
        at = max(at, delivery.due_at)
        deliver(delivery, at)
        pauses.append(delivery.due_at - at)

    assert (delivery.status, delivery.tries) == ("failed", len(PAUSES) + 1)
    for pause, planned in zip(pauses, PAUSES, strict=False):
        assert planned * 0.79 < pause < planned * 1.21 + timedelta(seconds=2)
    assert timedelta(hours=20) < at - began < timedelta(hours=36)
    assert delivery.log.count() == len(PAUSES) + 1
    assert len({headers["webhook-id"] for headers, _body in receiver.received}) == 1


def test_not_before_its_time(endpoint: Endpoint, receiver: Receiver) -> None:
    now = timezone.now()
    delivery = make_delivery(endpoint, due_at=now + timedelta(minutes=5))

    assert deliver(delivery, now).tries == 0
    services.sweep(at=now)
    assert receiver.received == []


def test_410_stops_the_address_at_once(endpoint: Endpoint, receiver: Receiver, anna: User) -> None:
    receiver.answer = answering(410)

    assert deliver(make_delivery(endpoint)).status == "failed"
    endpoint.refresh_from_db()
    assert endpoint.stopped_why == "gone"
    assert Notice.objects.get().user == anna
    assert deliver(make_delivery(endpoint)).tries == 0


def test_address_that_fails_for_days_is_stopped_with_a_notice(
    endpoint: Endpoint, receiver: Receiver, anna: User, bob: User
) -> None:
    receiver.answer = answering(500)
    now = timezone.now()
    Endpoint.objects.update(failing_since=now - STOPPED_AFTER + timedelta(minutes=1))
    deliver(make_delivery(endpoint), now)
    endpoint.refresh_from_db()
    assert endpoint.stopped_at is None

    deliver(make_delivery(endpoint), now + timedelta(minutes=1))

    endpoint.refresh_from_db()
    assert endpoint.stopped_why == "failing"
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (anna, "webhook.stopped")
    assert notice.url.endswith(f"/webhooks/{endpoint.pk}/")
    assert Event.objects.get(kind="webhook.stopped").actor == "system"


def test_what_waits_goes_out_when_the_address_is_started(
    endpoint: Endpoint, receiver: Receiver, alice: User
) -> None:
    by, now = actor_for(alice), timezone.now()
    services.stop(endpoint_id=endpoint.pk, by=by, at=now)
    delivery = make_delivery(endpoint)
    assert deliver(delivery).tries == 0

    services.start(endpoint_id=endpoint.pk, by=by, at=now)

    assert deliver(delivery).status == "passed"


def test_replay_has_the_same_id(endpoint: Endpoint, receiver: Receiver, alice: User) -> None:
    delivery = deliver(make_delivery(endpoint))
    services.replay(delivery_id=delivery.pk, by=actor_for(alice), at=timezone.now())
    deliver(delivery)

    assert delivery.status == "passed"
    ids = [headers["webhook-id"] for headers, _body in receiver.received]
    assert ids == [delivery.message_id] * 2
    assert delivery.log.count() == 2


def test_all_that_failed_goes_again(endpoint: Endpoint, receiver: Receiver, alice: User) -> None:
    failed = [make_delivery(endpoint, status="failed", tries=8) for _ in range(3)]
    passed = make_delivery(endpoint, status="passed")

    count = services.replay_failed(endpoint_id=endpoint.pk, by=actor_for(alice), at=timezone.now())

    assert count == 3
    assert all(deliver(delivery).status == "passed" for delivery in failed)
    passed.refresh_from_db()
    assert passed.tries == 0


def test_test_message_goes_whatever_the_address_wants(
    endpoint: Endpoint, receiver: Receiver, alice: User
) -> None:
    Endpoint.objects.update(kinds=[])
    sent = services.send_test(endpoint_id=endpoint.pk, by=actor_for(alice), at=timezone.now())

    assert deliver(sent).status == "passed"
    assert receiver.verified()[0]["type"] == "webhook.test"


def test_claim_that_died_counts_as_a_try(endpoint: Endpoint, receiver: Receiver) -> None:
    at = timezone.now()
    delivery = make_delivery(endpoint)
    for _ in range(MAX_ATTEMPTS):
        assert Delivery.objects.ripe(at).claim(delivery.pk, at)
        at += LEASE + timedelta(seconds=1)

    services.sweep(at=at)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries, delivery.failure) == (
        "queued",
        1,
        "webhook.interrupted",
    )
    assert deliver(delivery, delivery.due_at).status == "passed"


def test_worker_that_was_thought_dead_changes_nothing(endpoint: Endpoint) -> None:
    at = timezone.now()
    delivery = make_delivery(endpoint)
    claim = Delivery.objects.ripe(at).claim(delivery.pk, at)
    assert claim
    later = at + LEASE + timedelta(seconds=1)
    newer = Delivery.objects.ripe(later).claim(delivery.pk, later)

    done = Try(began_at=at, milliseconds=1, status=204)

    assert newer
    assert delivering._note(delivery.pk, claim, done, at) is False
    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries) == ("running", 0)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_once(acme: Organization, receiver: Receiver) -> None:
    delivery = make_delivery(make_endpoint(acme, url=receiver.url))
    together = Barrier(2)

    def work() -> None:
        together.wait()
        services.deliver(delivery_id=delivery.pk, at=timezone.now())
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(receiver.received) == 1


def test_s22_body_of_the_answer_is_kept_nowhere(endpoint: Endpoint, receiver: Receiver) -> None:
    """What an inner server says is not read out to whoever typed its address."""
    receiver.answer = answering(500, b"internal: secret-of-the-inside")

    delivery = deliver(make_delivery(endpoint))

    kept = [Delivery.objects.filter(pk=delivery.pk).values().get(), *delivery.log.values()]
    assert "secret-of-the-inside" not in json.dumps(kept, default=str)


def test_old_deliveries_are_forgotten(endpoint: Endpoint) -> None:
    now = timezone.now()
    for age, status in ((31, "passed"), (31, "queued"), (31, "running"), (29, "failed")):
        make_delivery(endpoint, created_at=now - timedelta(days=age), status=status)

    services.forget(at=now)

    assert sorted(Delivery.objects.values_list("status", flat=True)) == ["failed", "running"]
