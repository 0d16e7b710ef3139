"""Jobs under a lease, whatever the clocks and the workers do; on the row that makes a key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from onboarding.core.jobs import APART, LEASE, MAX_ATTEMPTS, NUDGE_GRACE, JobStatus
from onboarding.keys.models import KeyMaking
from tests.constants import NOON
from tests.factories import make_client, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def job(db: None) -> KeyMaking:
    return KeyMaking.objects.create(
        client=make_client(), kind="ES256", recipient={}, requested_by=make_user(), queued_at=NOON
    )


def test_a_job_has_one_holder_until_the_lease_is_over(job: KeyMaking) -> None:
    jobs = KeyMaking.objects
    first = jobs.claim(job.pk, NOON)

    assert first
    assert jobs.claim(job.pk, NOON + LEASE) is None
    second = jobs.claim(job.pk, NOON + LEASE + SECOND)
    assert second
    assert not jobs.held(job.pk, first).exists()
    assert jobs.held(job.pk, second).exists()


def test_a_job_that_waits_is_due_once_a_hint_would_have_come(job: KeyMaking) -> None:
    assert not KeyMaking.objects.due(NOON + NUDGE_GRACE).exists()
    assert KeyMaking.objects.due(NOON + NUDGE_GRACE + SECOND).exists()


@pytest.mark.parametrize("back", [HOUR, LEASE + APART + SECOND])
def test_a_clock_that_was_put_back_holds_nobody_up(job: KeyMaking, back: timedelta) -> None:
    jobs = KeyMaking.objects
    assert jobs.due(NOON - back).exists()
    jobs.claim(job.pk, NOON)

    assert jobs.due(NOON - back).exists()
    assert jobs.claim(job.pk, NOON - back)


def test_clocks_that_differ_a_little_take_no_job_from_anybody(job: KeyMaking) -> None:
    jobs = KeyMaking.objects
    assert not jobs.due(NOON - APART).exists()
    jobs.claim(job.pk, NOON)

    assert not jobs.due(NOON - APART).exists()
    assert jobs.claim(job.pk, NOON - APART) is None


@pytest.mark.parametrize("later", [LEASE + SECOND, -HOUR])
def test_a_job_that_kills_its_workers_is_given_up(job: KeyMaking, later: timedelta) -> None:
    jobs, at = KeyMaking.objects, NOON
    for _ in range(MAX_ATTEMPTS):
        assert not jobs.exhausted(at).exists()
        assert jobs.claim(job.pk, at)
        at += later

    assert jobs.claim(job.pk, at) is None
    assert jobs.exhausted(at).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_gets_it(job: KeyMaking) -> None:
    together = Barrier(8)

    def claim(_: int) -> bool:
        together.wait()
        try:
            return KeyMaking.objects.claim(job.pk, NOON) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, range(8))) == [False] * 7 + [True]
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.RUNNING, 1)
