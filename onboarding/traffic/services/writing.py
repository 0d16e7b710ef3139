"""Writing requests down in batches: whose they are, how many there is room for, the rows."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils.timezone import localdate

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import UNFINISHED
from onboarding.core.statements import uuid_param
from onboarding.jose.proof import proof_jkt
from onboarding.traffic import facts
from onboarding.traffic.models import Announced, DayCount
from onboarding.traffic.refs import ref
from onboarding.traffic.seen import Seen
from onboarding.traffic.states import Origin

_COUNTED: Final = ("client_id", "day", "endpoint", "origin", "outcome", "error", "signed")
_KEY: Final = ", ".join(_COUNTED)
_COUNT: Final = f"""
INSERT INTO traffic_daycount ({_KEY}, count, dropped)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ({_KEY}) DO UPDATE SET count = traffic_daycount.count + excluded.count,
    dropped = traffic_daycount.dropped + excluded.dropped
"""  # noqa: S608 - names of ours only


class Known(NamedTuple):
    """A request with the client that it concerns."""

    seen: Seen
    client_id: UUID


class Room:
    """How much each client may still leave today.

    A client's own requests and those that anybody may have sent in its name have rooms of their
    own, so that no stranger uses up what the client's people look at. When a room is full, one
    request of each kind and minute is kept all the same: enough to see what is going on.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], int] = {}
        self._everybody: tuple[date, int] = (date.min, 0)
        self._looked_at = 0.0

    def take(self, batch: Sequence[Known]) -> tuple[list[Known], list[Known]]:
        """Return what to keep of a batch, and what to count only."""
        left = self._left(batch)
        keep: list[Known] = []
        drop: list[Known] = []
        for known in batch:
            room = (known.client_id, facts.is_signed(known.seen), localdate(known.seen.at))
            if left[room] > 0:
                left[room] -= 1
                keep.append(known)
            else:
                (keep if self._is_sample(known) else drop).append(known)
        return keep, drop

    def _left(self, batch: Sequence[Known]) -> dict[tuple[UUID, bool, date], int]:
        clients = {known.client_id for known in batch}
        days = {localdate(known.seen.at) for known in batch}
        left = {
            (client, signed, day): self._limit(day, signed)
            for client in clients
            for signed in (True, False)
            for day in days
        }
        rows = DayCount.objects.filter(client__in=clients, day__in=days)
        stored = rows.values("client", "signed", "day").annotate(n=Sum(F("count") - F("dropped")))
        for row in stored.order_by():
            left[row["client"], row["signed"], row["day"]] -= row["n"]
        return left

    def _limit(self, day: date, signed: bool) -> int:
        if self._total(day) >= settings.TRAFFIC_ROWS_PER_DAY:
            return 0
        mine, anybodys = settings.TRAFFIC_ROWS_PER_CLIENT, settings.TRAFFIC_UNSIGNED_PER_CLIENT
        return mine if signed else anybodys

    def _total(self, day: date) -> int:
        """How many rows all clients have left on a day, looked up once a minute."""
        now = time.monotonic()
        if self._everybody[0] != day or now - self._looked_at > 60:
            total = DayCount.objects.filter(day=day).aggregate(n=Sum(F("count") - F("dropped")))
            self._everybody, self._looked_at = (day, total["n"] or 0), now
        return self._everybody[1]

    def _is_sample(self, known: Known) -> bool:
        seen = known.seen
        kind = (known.client_id, facts.outcome(seen), facts.check_code(seen), seen.is_api)
        minute = int(seen.at.timestamp()) // 60
        if self._kept.get(kind) == minute:
            return False
        if len(self._kept) > 10_000:
            self._kept.clear()
        self._kept[kind] = minute
        return True


_room = Room()


def write(batch: Sequence[Seen], dropped: Sequence[Seen] = ()) -> None:
    """Write requests down, and count all of them; `dropped` are counted only.

    Those that speak of no client here have nobody who might read of them, and leave nothing.
    Raises `django.db.Error`; then nothing has been written.
    """
    with transaction.atomic():
        known = _known([*batch, *dropped])
        ours = set(map(id, batch))
        keep, drop = _room.take([each for each in known if id(each.seen) in ours])
        drop += [each for each in known if id(each.seen) not in ours]
        portals = _announced(known)
        _insert([_row(each, _origin(each.seen, portals)) for each in keep])
        _count(keep, drop, portals)


def _known(batch: Iterable[Seen]) -> list[Known]:
    found = [(seen, facts.client_uuid(seen.claimed)) for seen in batch]
    ids = {uuid for _, uuid in found if uuid}
    if not ids:
        return []
    finished = ClientConfiguration.objects.exclude(status__in=UNFINISHED)
    rows = dict(finished.filter(pk__in=ids).values_list("pk", "environment"))
    return [Known(s, uuid) for s, uuid in found if uuid and rows.get(uuid) == s.environment]


def _announced(batch: Sequence[Known]) -> set[str]:
    refs = {value for known in batch for value in _own_refs(known.seen)}
    return (
        set(Announced.objects.filter(pk__in=refs).values_list("pk", flat=True)) if refs else set()
    )


def _own_refs(seen: Seen) -> list[str]:
    """What may have been announced: the key of its proof, its assertion, the token that it used."""
    carried = [reading.claims.get("jti") for reading in (seen.assertion, seen.token) if reading]
    values = [proof_jkt(seen.proof) if seen.proof else "", *carried]
    return [ref(value) for value in values if isinstance(value, str) and value]


def _origin(seen: Seen, portals: set[str]) -> Origin:
    own = any(value in portals for value in _own_refs(seen))
    return Origin.PORTAL if own else Origin.CLIENT


def _row(known: Known, origin: Origin) -> dict[str, Any]:
    row = facts.fields(known.seen)
    return {"id": _uuid7(known.seen.at.timestamp()), "client_id": known.client_id} | (
        row | {"origin": origin}
    )


def _uuid7(at: float) -> UUID:
    """A UUID of version 7 (RFC 9562 §5.7), so that rows of one time lie together."""
    number = int(at * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)


def _insert(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    names = ", ".join(rows[0])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Ten times as fast as the ORM, which asks each of forty fields how it is written.
            with cursor.copy(f"COPY traffic_trace ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([_plain(value) for value in row.values()])
            return
        places = ", ".join(["%s"] * len(rows[0]))
        sql = f"INSERT INTO traffic_trace ({names}) VALUES ({places})"  # noqa: S608 - our names
        cursor.executemany(sql, [[_adapted(v) for v in row.values()] for row in rows])


def _plain(value: Any) -> Any:
    """A word of states.py as the text that it is, which psycopg does not see by itself."""
    return str(value) if isinstance(value, str) else value


def _adapted(value: Any) -> Any:
    if isinstance(value, UUID):
        return uuid_param(value)
    if hasattr(value, "tzinfo"):
        return connection.ops.adapt_datetimefield_value(value)
    return _plain(value)


def _count(keep: Sequence[Known], drop: Sequence[Known], portals: set[str]) -> None:
    kept = Counter(_counted(known, portals) for known in keep)
    dropped = Counter(_counted(known, portals) for known in drop)
    # In one order for all processes, so that two of them cannot wait for each other.
    keys = sorted({*kept, *dropped}, key=str)
    rows = [[*map(_adapted_day, key), kept[key] + dropped[key], dropped[key]] for key in keys]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_COUNT, rows)


def _counted(known: Known, portals: set[str]) -> tuple[Any, ...]:
    seen = known.seen
    return (
        known.client_id,
        localdate(seen.at),
        "api" if seen.is_api else "token",
        str(_origin(seen, portals)),
        str(facts.outcome(seen)),
        seen.error[:40],
        facts.is_signed(seen),
    )


def _adapted_day(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if type(value) is date else _adapted(value)
