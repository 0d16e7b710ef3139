"""Whether the portal can serve, for probes, and whether work is being done, for people."""

import time
from typing import Final

import redis
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onboarding.core.machines import machine
from portal.tasks import HEARTBEAT

LARGEST_OFFSET: Final = 1.0  # seconds


@machine
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if database and Redis answer and the clocks agree, else 503, and what is wrong.

    `clock` is how many seconds the clock of this process is ahead of the database's, None if that
    does not answer. They must agree to the second, because nothing makes the ten seconds wider by
    which a client's clock may be off. `worker` is the age in seconds of the newest task that a
    worker has finished, None if there is none. It does not decide the status: the pages work
    without, and a new web process is no cure.
    """
    clock, (broker, worker) = _clock(), _heartbeat()
    database = clock is not None
    is_well = clock is not None and abs(clock) <= LARGEST_OFFSET and broker
    content = {
        "ok": is_well,
        "database": database,
        "clock": clock,
        "redis": broker,
        "worker": worker,
    }
    return JsonResponse(content, status=200 if is_well else 503)


def _clock() -> float | None:
    """How far this clock is ahead of the database's, beyond the time that asking took."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")  # connecting is no part of what is measured
            if connection.vendor != "postgresql":
                return 0.0  # SQLite has no clock of its own: it reads this one
            asked = time.time()
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            told = float(cursor.fetchone()[0])
            answered = time.time()
    except (OperationalError, InterfaceError):
        return None
    return round(max(asked - told, 0.0) + min(answered - told, 0.0), 2)


def _heartbeat() -> tuple[bool, float | None]:
    try:
        at: float | None = cache.get(HEARTBEAT)
    except redis.RedisError:
        return False, None
    return True, None if at is None else round(max(0.0, time.time() - at), 1)
