"""What the workers do for the portal as a whole: a sign of life, and tidying up.

The sign goes the way of all tasks. That a process exists is not enough to know: a worker that has
lost its broker looks alive.
"""

import logging
import time
from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from onboarding.audit.services import head
from onboarding.clients.services import drafts
from onboarding.core import turns
from onboarding.selfservice.services import lists, repeating

logger = logging.getLogger(__name__)

HEARTBEAT = "worker-heartbeat"
KEPT = 24 * 60 * 60  # seconds: a worker that is away for a day is away


@shared_task(name="portal.heartbeat", ignore_result=True)
def heartbeat() -> None:
    cache.set(HEARTBEAT, time.time(), KEPT)


@worker_ready.connect
def beat_at_once(**_: Any) -> None:
    """Whoever waits for a new worker need not wait for the schedule too."""
    heartbeat.delay()


@shared_task(name="portal.sweep", ignore_result=True)
def sweep() -> None:
    """Every ten minutes: forget what is over, and note how far the event log goes."""
    now = timezone.now()
    forget_sessions(now)
    repeating.forget(now)
    drafts.forget(at=now, days=settings.DRAFTS_DAYS)
    lists.forget(at=now, days=settings.DRAFTS_DAYS)
    turns.forget(now)
    # In the log of the processes, where nobody reaches it who can change the database.
    logger.info("head of the event log: %s", head())


def forget_sessions(at: datetime, *, at_once: int = 1000) -> int:
    """Delete the sessions that ended before `at`, `at_once` in a statement; return how many."""
    count = 0
    while old := list(
        Session.objects.filter(expire_date__lt=at).values_list("pk", flat=True)[:at_once]
    ):
        count += Session.objects.filter(pk__in=old).delete()[0]
    return count
