"""Whether the portal can serve, for probes, and whether work is being done, for people."""

import time

import redis
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onboarding.core.machines import machine
from portal.tasks import HEARTBEAT


@machine
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if the database and Redis answer, else 503, and which of them does not.

    `worker` is the age in seconds of the newest task that a worker has finished, None if there is
    none. It does not decide the status: the pages work without, and a new web process is no cure.
    """
    database, (broker, worker) = _database_answers(), _heartbeat()
    is_well = database and broker
    content = {"ok": is_well, "database": database, "redis": broker, "worker": worker}
    return JsonResponse(content, status=200 if is_well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return False
    return True


def _heartbeat() -> tuple[bool, float | None]:
    try:
        at: float | None = cache.get(HEARTBEAT)
    except redis.RedisError:
        return False, None
    return True, None if at is None else round(max(0.0, time.time() - at), 1)
