"""Deleting what is older than thirty days, in small steps that nobody has to wait for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.timezone import localdate

from onboarding.traffic.models import Announced, DayCount, Trace

AT_ONCE = 2000  # rows of a statement
MOST = 100_000  # rows of one sweep; the next one goes on


def forget(*, at: datetime, at_once: int = AT_ONCE, most: int = MOST) -> int:
    """Delete traces and counts from before the time that is kept; return how many rows.

    Each statement deletes `at_once` rows at the most, and commits.
    """
    kept_from = at - timedelta(days=settings.TRAFFIC_DAYS)
    old = (
        Trace.objects.filter(at__lt=kept_from),
        DayCount.objects.filter(day__lt=localdate(kept_from)),
        Announced.objects.filter(until__lt=at),
    )
    return sum(_delete(rows, at_once, most) for rows in old)


def _delete(rows: models.QuerySet[models.Model], at_once: int, most: int) -> int:
    count = 0
    while count < most:
        keys = list(rows.order_by().values_list("pk", flat=True)[:at_once])
        if not keys:
            break
        # Not through the collector: nothing depends on these rows.
        count += rows.filter(pk__in=keys)._raw_delete(rows.db)
    return count
