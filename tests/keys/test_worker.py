"""A real worker dies in the middle of a key: nothing is lost, and nothing of it is of use."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from onboarding.core.jobs import JobStatus
from onboarding.jose.keys import thumbprint
from onboarding.keys import services
from onboarding.keys.models import Key, KeyMaking
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.factories import make_client, make_organization, make_system, make_user
from tests.keys.conftest import recipient
from tests.leaks import remember_secret
from tests.live import Worker
from tests.portals import wait_for

WITHIN = 60.0  # seconds, from the kill


def asked(kind: str) -> tuple[KeyMaking, Actor, JWK]:
    acme = make_organization()
    alice = make_user("alice", organization=acme)
    client = make_client(acme, system=make_system(acme, by=alice), by=alice)
    public, browser = recipient()
    by = actor_for(alice)
    making = services.request_making(
        client_id=client.pk,
        kind=kind,
        recipient=public,
        lifetime_days=365,
        by=by,
        at=timezone.now(),
    )
    return making, by, browser


def status(making: KeyMaking) -> str:
    making.refresh_from_db()
    return making.status


def delivered(making: KeyMaking, by: Actor, browser: JWK) -> dict[str, Any]:
    sealed = JWE()
    sealed.deserialize(services.deliver(making_id=making.pk, by=by, at=timezone.now()), browser)
    private: dict[str, Any] = json.loads(sealed.payload)
    remember_secret(private["d"])
    return private


def test_a_worker_makes_a_key_that_only_the_browser_can_open(worker: Worker) -> None:
    making, by, browser = asked("ES384")

    wait_for(lambda: status(making) == JobStatus.PASSED, patience=WITHIN)

    private = delivered(making, by, browser)
    assert Key.objects.get().thumbprint == thumbprint(private)
    assert private["d"] not in worker.log


def test_kill_9_in_the_middle_of_a_key_loses_nothing(
    start_worker: Callable[..., Worker],
) -> None:
    first = start_worker()
    making, by, browser = asked("PS256/4096")
    while status(making) == JobStatus.QUEUED:
        time.sleep(0.001)  # a key is made in some tenths of a second
    first.kill()
    killed = time.monotonic()
    half_made = list(Key.objects.values_list("thumbprint", flat=True))
    assert status(making) == JobStatus.RUNNING

    start_worker(beat=True)
    wait_for(lambda: status(making) == JobStatus.PASSED, patience=WITHIN)

    assert time.monotonic() - killed < WITHIN
    private = delivered(making, by, browser)
    key = Key.objects.get()
    assert making.attempts == 2
    assert key.thumbprint == thumbprint(private)
    assert key.thumbprint not in half_made
