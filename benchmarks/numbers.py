"""Small things that all measurements share."""

import time
from collections.abc import Callable


def per_second(act: Callable[[], object], times: int) -> float:
    """Return how often `act` can be done in a second, after a few unmeasured times."""
    for _ in range(max(1, times // 20)):
        act()
    began = time.perf_counter()
    for _ in range(times):
        act()
    return times / (time.perf_counter() - began)


def ratio(one: float, other: float) -> str:
    """Return one figure as a multiple of another, for the report."""
    return f"{one / other:.2f}"
