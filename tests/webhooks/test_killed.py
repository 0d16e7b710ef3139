"""A worker that is killed in the middle of a delivery: nothing is lost, nothing gets another id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from onboarding.core.jobs import JobStatus
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.webhooks import services
from onboarding.webhooks.models import Delivery
from tests.factories import make_delivery, make_endpoint, make_user
from tests.live import Worker
from tests.portals import wait_for
from tests.raw_server import Peer
from tests.webhooks.conftest import Receiver, answering

SETTINGS = "tests.webhooks.worker_settings"


def ids(receiver: Receiver) -> list[str]:
    return [headers["webhook-id"] for headers, _body in receiver.received]


@pytest.mark.django_db(transaction=True)
def test_kill_9_in_the_middle_of_deliveries_loses_none_and_keeps_their_ids(
    acme: Organization,
    receiver: Receiver,
    start_worker: Callable[..., Worker],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RECEIVER_ORIGIN", receiver.server.origin)
    anna = make_user("anna", organization=acme)
    endpoint = make_endpoint(acme, url=receiver.url, by=anna)
    sent = [make_delivery(endpoint) for _ in range(6)]
    receiver.answer = Peer.stall
    first = start_worker(beat=True, settings=SETTINGS)
    wait_for(lambda: receiver.server.requests)

    first.kill()
    begun = set(ids(receiver))
    running = Delivery.objects.filter(status=JobStatus.RUNNING)
    assert {each.message_id for each in running} >= begun
    assert all(each.tries == 0 for each in running)
    # The dead worker's time is over; else the test would wait for that.
    running.update(lease_until=timezone.now() - timedelta(seconds=1))
    receiver.answer = answering(204)
    start_worker(beat=True, settings=SETTINGS)
    wait_for(lambda: not Delivery.objects.exclude(status=JobStatus.PASSED).exists(), patience=60)

    receiver.verified()
    assert set(ids(receiver)) == {each.message_id for each in sent}
    assert all(ids(receiver).count(each) == 2 for each in begun)
    assert len(ids(receiver)) == len(sent) + len(begun)
    bodies = {(headers["webhook-id"], body) for headers, body in receiver.received}
    assert len(bodies) == len(sent)  # sent again, a message is what it was
    assert Delivery.objects.count() == len(sent)

    by = actor_for(anna)
    services.replay(delivery_id=sent[0].pk, by=by, at=timezone.now())
    wait_for(lambda: len(ids(receiver)) == len(sent) + len(begun) + 1)
    assert ids(receiver)[-1] == sent[0].message_id
