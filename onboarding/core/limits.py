"""How fast one caller may go on, counted in the shared cache for all processes together.

A cache that is away lets everybody through, with an alarm in the log: limits keep one caller from
taking the server from the others, they are no guard. What must hold is in the database.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Final

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

WINDOW: Final = 60  # seconds
# After a failure the cache is left alone for so long, so that not every request waits for it.
REST: Final = 5.0

logger = logging.getLogger(__name__)
_asleep: dict[str, float] = {"until": 0.0}


def wait(caller: str, *, per_minute: int, now: float, cost: int = 1) -> int:
    """Count a request of `caller`; return 0, or for how many seconds it should wait.

    `now` is in seconds since the epoch. Requests are counted from each full minute on. One that
    counts as several (`cost`) and is refused leaves what there is to smaller ones.
    """
    window = int(now // WINDOW)
    if now < _asleep["until"] <= now + REST:
        return 0
    key = f"pace:{caller}:{window}"
    try:
        # One round trip. It is there for longer than its minute, whatever clock the cache has.
        pipeline = _connection(settings.REDIS_URL).pipeline(transaction=False)
        pipeline.incrby(key, cost)
        pipeline.expire(key, 2 * WINDOW)
        count = int(pipeline.execute()[0])
        if count > per_minute and cost > 1:
            _connection(settings.REDIS_URL).decrby(key, cost)
    except RedisError:
        logger.exception("Requests are not counted: the cache is away")
        _asleep["until"] = now + REST
        return 0
    return 0 if count <= per_minute else int((window + 1) * WINDOW - now) + 1


@cache
def _connection(url: str) -> Redis:
    """The connections of this process. Django's cache would ask three times for one answer."""
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
