"""A worker that dies in the middle of a token test leaves nobody waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.smoketests import services
from onboarding.suppliers.actors import Actor
from tests.live import Worker
from tests.machines import Machine
from tests.portals import wait_for
from tests.raw_server import Peer, raw_server


@pytest.mark.django_db(transaction=True)
def test_test_of_a_killed_worker_fails_within_a_minute_and_can_be_run_again(
    machine: Machine,
    actor: Actor,
    alice: User,
    client: Client,
    start_worker: Callable[..., Worker],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with raw_server(Peer.stall) as slow:
        monkeypatch.setenv("BASE_URL", slow.origin)
        monkeypatch.setenv("TEST_ISSUER", f"{slow.origin}/sts")
        worker = start_worker()
        run = services.start(
            client_id=machine.client.pk,
            key_id=machine.registered.pk,
            api_id=None,
            assertions=[machine.assertion(), machine.assertion()],
            by=actor,
            at=timezone.now(),
        )
        wait_for(lambda: slow.requests)
        worker.kill()
        killed_at = time.monotonic()
        run.refresh_from_db()
        assert (run.status, run.assertions) == ("running", [])

        start_worker(beat=True)

        def is_over() -> bool:
            run.refresh_from_db()
            return not run.is_open

        wait_for(is_over, patience=60 - (time.monotonic() - killed_at))

    assert (run.status, run.failure) == ("failed", "test.interrupted")
    assert len(slow.requests) == 1
    first = run.steps.get(position=0)
    assert (first.status, first.code) == ("failed", "test.interrupted")
    client.force_login(alice)
    number = machine.client.organization.number
    panel = client.get(reverse("smoketests:panel", args=["test", number, machine.client.pk]))
    text = panel.content.decode()
    assert "Testen ble avbrutt hos oss" in text
    assert "Kjør tokentest på nytt" in text
