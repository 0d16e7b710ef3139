"""The bucket of each client: what may come at once, and when the next may."""

import pytest

from onboarding.sts.pace import MOST_CLIENTS, Pace


def test_two_seconds_worth_at_once_then_one_by_one() -> None:
    pace = Pace()

    assert [pace.wait("a", per_second=5, now=0.0) for _ in range(10)] == [0.0] * 10
    assert pace.wait("a", per_second=5, now=0.0) == pytest.approx(0.2)
    assert pace.wait("a", per_second=5, now=0.21) == 0.0
    assert pace.wait("a", per_second=5, now=0.22) > 0.0


def test_clients_do_not_share() -> None:
    pace = Pace()
    for _ in range(20):
        pace.wait("a", per_second=5, now=0.0)

    assert pace.wait("b", per_second=5, now=0.0) == 0.0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    pace = Pace()
    for _ in range(10):
        pace.wait("a", per_second=5, now=100.0)

    assert pace.wait("a", per_second=5, now=0.0) > 0.0


def test_memory_is_bounded() -> None:
    pace = Pace()
    for number in range(MOST_CLIENTS + 5):
        pace.wait(str(number), per_second=1, now=0.0)

    assert len(pace._buckets) == MOST_CLIENTS
