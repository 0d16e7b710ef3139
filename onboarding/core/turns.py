"""Few at a time, over all processes: whoever wants a place takes it for a while, or comes back.

A place is a row. One statement takes it, so of two that arrive together one gets it; and it ends
by itself, so that a holder which dies keeps nobody out for longer than its work may last.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone

from onboarding.core.addresses import LONGEST_HOST
from onboarding.core.jobs import APART, LEASE
from onboarding.core.models import Turn
from onboarding.core.statements import fetch, uuid_param

# How many requests of ours a host gets at the same time because suppliers typed its name.
OF_A_HOST: Final = 2
_PAUSE: Final = 0.1  # seconds between two tries of whoever waits
# A place that is held for longer than anybody may hold one was taken before a clock was put back.
_TAKE: Final = """
INSERT INTO core_turn (what, place, holder, until) VALUES (%s, %s, %s, %s)
ON CONFLICT (what, place) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE core_turn.until < %s OR core_turn.until > %s
RETURNING place
"""


def host(url: str) -> str:
    """Return what turns at the host of an address are called, "" for this portal itself.

    The portal is called where its own settings say, and how often, its workers limit.
    """
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" == settings.BASE_URL:
        return ""
    return f"host:{(parts.hostname or '').rstrip('.')[:LONGEST_HOST]}"


def take(what: str, *, at: datetime, places: int = 1, wanted: int = 1) -> UUID | None:
    """Take `wanted` of the `places` there are; return the holder, or None if they are not free.

    They are given back by `give_back`, or end by themselves after `LEASE`.
    """
    holder = uuid4()
    adapt = connection.ops.adapt_datetimefield_value
    times = [adapt(at + LEASE), adapt(at), adapt(at + LEASE + APART)]
    taken = 0
    for place in range(places):
        taken += len(fetch(_TAKE, [what, place, uuid_param(holder), *times]))
        if taken == wanted:
            return holder
    give_back(holder)
    return None


def give_back(holder: UUID) -> None:
    """Let others have what this holder has. Safe to repeat."""
    Turn.objects.filter(holder=holder).delete()


@contextmanager
def waiting(what: str, *, places: int, seconds: float) -> Iterator[bool]:
    """Have a place while the block runs, waiting for it as long as that; say whether it came."""
    until = time.monotonic() + seconds
    holder = take(what, at=timezone.now(), places=places)
    while holder is None and time.monotonic() < until:
        time.sleep(_PAUSE)
        holder = take(what, at=timezone.now(), places=places)
    try:
        yield holder is not None
    finally:
        if holder is not None:
            give_back(holder)


def forget(at: datetime) -> None:
    """Delete the places whose time has long been over."""
    Turn.objects.filter(until__lt=at - timedelta(hours=1)).delete()
