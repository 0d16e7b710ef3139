"""Few at a time: places are taken by one statement, given back, and end by themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from onboarding.core import turns
from onboarding.core.jobs import APART, LEASE
from onboarding.core.models import Turn
from tests.constants import NOON

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_places_are_as_many_as_there_are() -> None:
    first = turns.take("a", at=NOON, places=2)
    second = turns.take("a", at=NOON, places=2)

    assert first
    assert second
    assert turns.take("a", at=NOON, places=2) is None
    assert turns.take("b", at=NOON, places=2)  # another thing has places of its own
    turns.give_back(first)
    assert turns.take("a", at=NOON, places=2)
    assert turns.take("a", at=NOON, places=2) is None


def test_whoever_wants_all_gets_all_or_none() -> None:
    one = turns.take("a", at=NOON, places=2)
    assert one
    assert turns.take("a", at=NOON, places=2, wanted=2) is None
    assert Turn.objects.count() == 1  # what it had got meanwhile is free again

    turns.give_back(one)
    assert turns.take("a", at=NOON, places=2, wanted=2)
    assert turns.take("a", at=NOON, places=2) is None


def test_a_place_ends_by_itself_when_its_holders_lease_does() -> None:
    assert turns.take("a", at=NOON)
    assert turns.take("a", at=NOON + LEASE) is None

    assert turns.take("a", at=NOON + LEASE + SECOND)


def test_a_place_of_a_clock_that_was_put_back_ends_too() -> None:
    assert turns.take("a", at=NOON)
    assert turns.take("a", at=NOON - APART) is None

    assert turns.take("a", at=NOON - APART - SECOND)


def test_whoever_lost_a_place_gives_nobody_elses_back() -> None:
    lost = turns.take("a", at=NOON)
    assert turns.take("a", at=NOON + LEASE + SECOND)
    assert lost

    turns.give_back(lost)

    assert turns.take("a", at=NOON + LEASE + SECOND) is None


def test_waiting_says_whether_the_place_came_and_gives_it_back() -> None:
    with turns.waiting("a", places=1, seconds=0) as came:
        assert came
        with turns.waiting("a", places=1, seconds=0.15) as second:
            assert not second
    assert not Turn.objects.exists()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("https://API.example.no./x?y=z", "host:api.example.no"),
        ("https://api.example.no:443/", "host:api.example.no"),
        ("http://localhost:9000/", "host:localhost"),
        ("https://portal.example.no/test/cp-api/x", ""),
        ("https://portal.example.no.evil.example/", "host:portal.example.no.evil.example"),
    ],
)
def test_a_host_has_one_name(settings: Settings, url: str, what: str) -> None:
    settings.BASE_URL = "https://portal.example.no"

    assert turns.host(url) == what


def test_old_places_are_forgotten() -> None:
    now = timezone.now()
    turns.take("a", at=now - timedelta(hours=2))
    turns.take("b", at=now)

    turns.forget(now)

    assert list(Turn.objects.values_list("what", flat=True)) == ["b"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_as_many_get_a_place_as_there_are() -> None:
    now, together = timezone.now(), Barrier(8)

    def come(_: int) -> bool:
        try:
            together.wait()
            return turns.take("a", at=now, places=2) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(8))) == 2
