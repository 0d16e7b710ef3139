"""What goes wrong in the workers beside dying: a fault of ours, and two who do the same."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.core.jobs import LEASE, MAX_ATTEMPTS, JobStatus
from onboarding.keys import services
from onboarding.keys.models import Key, KeyMaking
from onboarding.keys.services.making import GIVEN_UP, KEPT
from onboarding.suppliers.actors import Actor
from tests.constants import NOON
from tests.factories import make_client
from tests.keys.conftest import recipient
from tests.leaks import remember_secret

AT_ONCE = 4
SECOND = timedelta(seconds=1)
seen: list[str] = []


def broken_witness(**given: Any) -> None:
    """A token test with a fault that nobody foresaw, in the midst of a private key."""
    seen.append(given["private_jwk"]["d"])
    remember_secret(seen[-1])
    raise RuntimeError("a fault of ours")


def ask(client: ClientConfiguration, by: Actor, at: datetime = NOON) -> KeyMaking:
    return services.request_making(
        client_id=client.pk,
        kind="ES256",
        recipient=recipient()[0],
        lifetime_days=30,
        by=by,
        at=at,
    )


@pytest.mark.django_db
def test_a_fault_of_ours_is_tried_again_then_shown_and_never_tells_the_key(
    client_: ClientConfiguration, actor: Actor, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.KEY_WITNESS = "tests.keys.test_trouble.broken_witness"
    making, at = ask(client_, actor), NOON
    seen.clear()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with pytest.raises(RuntimeError) as fault:
            services.make(making_id=making.pk, at=at)
        logging.getLogger("celery").exception("task failed", exc_info=fault.value)
        making.refresh_from_db()
        assert (making.status, making.attempts, making.sealed) == ("running", attempt, "")
        at += LEASE + 5 * SECOND  # the lease was lengthened when the public half was registered

    services.sweep(at=at)

    making.refresh_from_db()
    assert (making.status, making.failure) == (JobStatus.FAILED, GIVEN_UP)
    assert not Key.objects.usable(at).exists()
    assert len(set(seen)) == MAX_ATTEMPTS
    assert not [secret for secret in seen if secret in caplog.text]
    assert ask(client_, actor, at).status == JobStatus.QUEUED


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_witness")
def test_two_schedulers_give_up_and_forget_once(client_: ClientConfiguration, actor: Actor) -> None:
    lost = ask(client_, actor)
    other = make_client(client_.organization, system=client_.revision.system)  # type: ignore[union-attr]
    unfetched = ask(other, actor)
    services.make(making_id=unfetched.pk, at=NOON)
    over = timedelta(seconds=1) - LEASE
    KeyMaking.objects.filter(pk=lost.pk).update(
        status=JobStatus.RUNNING, lease_until=NOON + over, attempts=MAX_ATTEMPTS
    )
    together = Barrier(AT_ONCE)

    def sweep(_: int) -> None:
        together.wait()
        try:
            services.sweep(at=NOON + KEPT + SECOND)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(sweep, range(AT_ONCE)))

    told = Counter(Event.objects.values_list("kind", flat=True))
    assert (told["key.making_failed"], told["key.making_expired"]) == (1, 1)
    unfetched.refresh_from_db()
    assert unfetched.sealed == ""
