"""How workers hold on to the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from portal import tasks
from tests.live import Worker
from tests.portals import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def tidy_up(key: str) -> None:
    """Have a worker delete a session, and wait until it has."""
    Session.objects.create(session_key=key, expire_date=timezone.now() - timedelta(days=1))
    tasks.sweep.delay()
    wait_for(lambda: not Session.objects.exists())


def others() -> set[int]:
    """The processes of the database that serve others than this test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        return {row[0] for row in cursor.fetchall()}


def test_a_connection_is_kept_for_the_next_task_and_replaced_when_it_breaks(
    start_worker: Callable[..., Worker],
) -> None:
    before = others()
    start_worker()
    tidy_up("first")
    first = others() - before
    tidy_up("second")
    kept = first & others()
    assert kept

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [list(kept)])
    for number in range(4):
        tidy_up(f"after {number}")

    assert not kept & others()
