import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from portal.tasks import HEARTBEAT


@pytest.mark.django_db
def test_a_portal_that_is_well_says_how_long_ago_a_worker_worked(client: Client) -> None:
    cache.set(HEARTBEAT, time.time() - 7)

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert 7 <= answer.json()["worker"] < 60
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_portal_without_redis_is_not_well(
    client: Client, settings: pytest.FixtureRequest
) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]  # pytest-django's wrapper
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    answer = client.get("/healthz")

    assert answer.status_code == 503
    told = answer.json()
    assert abs(told.pop("clock")) < 1
    assert told == {"ok": False, "database": True, "redis": False, "worker": None}


def test_only_reading_is_possible(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


SET_BACK = """
CREATE SCHEMA skewed;
CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + make_interval(secs => {})';
SET search_path = skewed, pg_catalog, public
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "status"),
    [(0, 200), (0.5, 200), (-0.5, 200), (1.5, 503), (-1.5, 503), (300, 503), (-300, 503)],
)
def test_a82_clocks_that_differ_by_more_than_a_second_are_not_well(
    client: Client, seconds: float, status: int
) -> None:
    """The database's clock is wrong here, by a function of its own in front of PostgreSQL's."""
    cache.set(HEARTBEAT, time.time())
    with connection.cursor() as cursor:
        cursor.execute(SET_BACK.format(seconds))
        try:
            answer = client.get("/healthz")
        finally:
            cursor.execute("RESET search_path")

    assert answer.status_code == status
    told = answer.json()
    assert told["ok"] is (status == 200)
    assert told["database"] is told["redis"] is True
    assert abs(told["clock"] + seconds) < 0.3
