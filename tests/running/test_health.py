import time

import pytest
from django.core.cache import cache
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
    assert answer.json() == {"ok": False, "database": True, "redis": False, "worker": None}


def test_only_reading_is_possible(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
