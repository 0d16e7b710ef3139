"""The sign of life of the workers: a task that goes the way of all tasks, and says when it ran.

That a process exists is not enough to know: a worker that has lost its broker looks alive.
"""

import time
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.core.cache import cache

HEARTBEAT = "worker-heartbeat"
KEPT = 24 * 60 * 60  # seconds: a worker that is away for a day is away


@shared_task(name="portal.heartbeat", ignore_result=True)
def heartbeat() -> None:
    cache.set(HEARTBEAT, time.time(), KEPT)


@worker_ready.connect
def beat_at_once(**_: Any) -> None:
    """Whoever waits for a new worker need not wait for the schedule too."""
    heartbeat.delay()
