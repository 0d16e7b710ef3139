"""Many slow token tests wait for a worker: a key does not wait behind them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from onboarding.core.jobs import JobStatus
from onboarding.keys import services as keys
from onboarding.smoketests import services
from onboarding.smoketests.models import Run
from onboarding.suppliers.actors import SYSTEM, Actor
from tests.factories import make_client, make_key
from tests.keys.conftest import recipient
from tests.live import Worker
from tests.machines import Machine
from tests.portals import wait_for
from tests.raw_server import Peer, raw_server

CROWD = 9
FAR = timezone.now().replace(year=2099)


@pytest.mark.django_db(transaction=True)
def test_s24_slow_tests_of_many_have_two_workers_and_a_key_does_not_wait_behind_them(
    machine: Machine,
    actor: Actor,
    start_worker: Callable[..., Worker],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = machine.client
    with raw_server(Peer.stall) as slow:
        monkeypatch.setenv("BASE_URL", slow.origin)
        monkeypatch.setenv("TEST_ISSUER", f"{slow.origin}/sts")
        start_worker()
        for _ in range(CROWD):
            client = make_client()  # of an organisation of its own
            services.start(
                client_id=client.pk,
                key_id=make_key(client, expires_at=FAR).pk,
                api_id=None,
                assertions=["a", "b"],
                by=SYSTEM,
                at=timezone.now(),
            )
        wait_for(lambda: len(slow.requests) == 2)
        making = keys.request_making(
            client_id=mine.pk,
            kind="ES256",
            recipient=recipient()[0],
            lifetime_days=30,
            by=actor,
            at=timezone.now(),
        )

        def is_begun() -> bool:
            making.refresh_from_db()
            return making.status != JobStatus.QUEUED

        wait_for(is_begun)
        waiting = Run.objects.filter(status=JobStatus.QUEUED).count()
        under_way = Run.objects.filter(status=JobStatus.RUNNING).count()

    assert waiting >= CROWD // 2
    assert under_way <= 2
