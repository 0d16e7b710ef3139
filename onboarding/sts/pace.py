"""How fast one client may go on, so that none takes the server from the others."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

MOST_CLIENTS: Final = 10_000
BURST: Final = 2.0  # seconds' worth that may come at once


class Pace:
    """A bucket for each client, in the memory of one process.

    Whoever runs several processes lets a client go that many times as fast; what must hold over
    all of them (used assertions, used proofs) is in the database instead.
    """

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, *, per_second: float, now: float) -> float:
        """Count a request; return 0.0, or for how many seconds the client should wait."""
        level, since = self._buckets.pop(client, (per_second * BURST, now))
        level = min(per_second * BURST, level + max(0.0, now - since) * per_second)
        allowed = level >= 1.0
        self._buckets[client] = (level - 1.0 if allowed else level, now)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1.0 - level) / per_second
