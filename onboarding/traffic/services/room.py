"""How many rows each client may still leave today, as far as this process knows."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Sum

from onboarding.traffic.models import DayCount

MOST_KINDS: Final = 10_000
MINUTE: Final = 60


class Room:
    """A client's own requests and those that anybody may have sent in its name have rooms of their
    own, so that no stranger uses up what the client's people look at.

    When a room is full, one request of each kind and minute is kept all the same: enough to see
    what is going on. What other processes have put into a room is known after the next writing, so
    together they may overfill it by what comes in half a second.
    """

    def __init__(self) -> None:
        self._left: dict[tuple[str, bool], int] = {}
        self._day = date.min
        self._samples: dict[tuple[Any, ...], int] = {}
        self._everybody, self._looked_at = 0, -float(MINUTE)

    def take(self, client_id: str, signed: bool) -> bool:
        """Take the place of one row, and say whether there was one."""
        key = (client_id, signed)
        left = self._left.get(key)
        if left is None:
            left = _limit(signed)
            if len(self._left) >= MOST_KINDS:
                # Whoever makes ids up could fill more than a disk.
                self._left.clear()
        self._left[key] = left - 1
        return left > 0

    def is_sample(self, kind: tuple[Any, ...], at: datetime) -> bool:
        """Say whether this is the first of its kind in its minute."""
        minute = int(at.timestamp()) // MINUTE
        if self._samples.get(kind) == minute:
            return False
        if len(self._samples) > MOST_KINDS:
            self._samples.clear()
        self._samples[kind] = minute
        return True

    def measure(self, clients: Collection[UUID], day: date) -> None:
        """Look up how much room these clients have left on a day. Two queries at most."""
        is_full = self._total(day) >= settings.TRAFFIC_ROWS_PER_DAY
        left = {
            (str(client), signed): 0 if is_full else _limit(signed)
            for client in clients
            for signed in (True, False)
        }
        rows = DayCount.objects.filter(client__in=clients, day=day).values_list("client", "signed")
        for client, signed, stored in rows.annotate(n=Sum(F("count") - F("dropped"))).order_by():
            left[str(client), signed] -= stored
        if day != self._day:
            self._left, self._day = {}, day
        self._left |= left

    def _total(self, day: date) -> int:
        """How many rows all clients have left on a day, looked up once a minute."""
        now = time.monotonic()
        if now - self._looked_at >= MINUTE:
            total = DayCount.objects.filter(day=day).aggregate(n=Sum(F("count") - F("dropped")))
            self._everybody, self._looked_at = total["n"] or 0, now
        return self._everybody


def _limit(signed: bool) -> int:
    return settings.TRAFFIC_ROWS_PER_CLIENT if signed else settings.TRAFFIC_UNSIGNED_PER_CLIENT
