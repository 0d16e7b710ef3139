"""When the scheduler hands each task to the workers."""

from __future__ import annotations

from typing import Any, Final

from celery.schedules import crontab

HOUR: Final = 3600.0


def _every(seconds: float, task: str) -> tuple[str, dict[str, Any]]:
    """A task that nobody has taken when its next turn comes has lost its point."""
    return task, {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def _nightly(hour: int, minute: int, task: str) -> tuple[str, dict[str, Any]]:
    """At a time of day in CELERY_TIMEZONE, and not when it is an hour late.

    Not between 02:00 and 03:00: there that hour is left out in spring and comes twice in autumn.
    """
    when = crontab(hour=hour, minute=minute)
    return task, {"task": task, "schedule": when, "options": {"expires": HOUR}}


SCHEDULE: Final = dict(
    [
        _every(5.0, "keys.sweep"),
        _every(5.0, "smoketests.sweep"),
        _every(5.0, "testtokens.sweep"),
        _every(5.0, "webhooks.sweep"),
        _every(15.0, "portal.heartbeat"),
        _every(30.0, "notices.sweep"),
        _every(60.0, "checklists.sweep"),
        _every(60.0, "sts.sweep"),
        _every(600.0, "portal.sweep"),
        _every(600.0, "testtokens.nightly"),
        _every(600.0, "traffic.sweep"),
        _every(900.0, "suppliers.sweep"),
        _every(HOUR, "keys.remind"),
        _every(HOUR, "webhooks.ahead"),
        _nightly(3, 17, "keys.compare_moduli"),
    ]
)
