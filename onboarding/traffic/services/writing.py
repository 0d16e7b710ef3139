"""Writing requests down in batches: whose they are, whether they are the portal's own, the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import UNFINISHED
from onboarding.core.statements import uuid_param
from onboarding.traffic.facts import COLUMNS
from onboarding.traffic.models import Announced
from onboarding.traffic.services.room import Room
from onboarding.traffic.states import Endpoint, Origin

_COUNTED: Final = ("client_id", "day", "endpoint", "origin", "outcome", "error", "signed")
_KEY: Final = ", ".join(_COUNTED)
_COUNT: Final = f"""
INSERT INTO traffic_daycount ({_KEY}, count, dropped)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ({_KEY}) DO UPDATE SET count = traffic_daycount.count + excluded.count,
    dropped = traffic_daycount.dropped + excluded.dropped
"""  # noqa: S608 - names of ours only
_NAMES: Final = ("client_id", "origin", *COLUMNS)


class Noted(NamedTuple):
    """A request as it waits to be written down; `row` None for one that is counted only.

    `client_id` is the client that it speaks of, whether there is one or not. `refs` are what may
    have been announced as the portal's own.
    """

    client_id: str
    environment: str
    at: datetime
    is_api: bool
    outcome: str
    error: str
    signed: bool
    refs: tuple[str, ...]
    row: tuple[Any, ...] | None


def write(batch: Sequence[Noted], room: Room) -> None:
    """Write requests down, and count all of them; then see how much room is left.

    Those that speak of no client here have nobody who might read of them, and leave nothing.
    Raises `django.db.Error`; then nothing has been written.
    """
    with transaction.atomic():
        known = _known(batch)
        if not known:
            return
        portals = _announced(known)
        origins = [_origin(noted, portals) for noted in known]
        _insert(
            [
                (noted.client_id, origin, *noted.row)
                for noted, origin in zip(known, origins, strict=True)
                if noted.row is not None
            ]
        )
        _count(known, origins)
        clients = {UUID(noted.client_id) for noted in known}
        room.measure(clients, localdate(known[-1].at))


def _known(batch: Sequence[Noted]) -> list[Noted]:
    finished = ClientConfiguration.objects.exclude(status__in=UNFINISHED)
    found = finished.filter(pk__in={noted.client_id for noted in batch})
    environments = {str(pk): name for pk, name in found.values_list("pk", "environment")}
    return [noted for noted in batch if environments.get(noted.client_id) == noted.environment]


def _announced(batch: Sequence[Noted]) -> set[str]:
    refs = {ref for noted in batch for ref in noted.refs}
    return set(Announced.objects.filter(pk__in=refs).values_list("pk", flat=True))


def _origin(noted: Noted, portals: set[str]) -> str:
    own = bool(portals) and not portals.isdisjoint(noted.refs)
    return Origin.PORTAL.value if own else Origin.CLIENT.value


def _insert(rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = ", ".join(_NAMES)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Ten times as fast as the ORM, which asks each of forty fields how it is written.
            with cursor.copy(f"COPY traffic_trace ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(_NAMES))
        sql = f"INSERT INTO traffic_trace ({names}) VALUES ({places})"  # noqa: S608 - our names
        ids = {_NAMES.index("client_id"), _NAMES.index("id")}
        cursor.executemany(
            sql, [[_adapted(v, n in ids) for n, v in enumerate(row)] for row in rows]
        )


def _count(batch: Sequence[Noted], origins: Sequence[str]) -> None:
    counts, dropped = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for noted, origin in zip(batch, origins, strict=True):
        endpoint = Endpoint.API.value if noted.is_api else Endpoint.TOKEN.value
        about = (endpoint, origin, noted.outcome, noted.error, noted.signed)
        key = (noted.client_id, localdate(noted.at), *about)
        counts[key] += 1
        dropped[key] += noted.row is None
    # In one order for all processes, so that two of them cannot wait for each other.
    rows = [
        [*(_adapted(value, n == 0) for n, value in enumerate(key)), counts[key], dropped[key]]
        for key in sorted(counts)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_COUNT, rows)


def _adapted(value: Any, is_id: bool) -> Any:
    """A value as the database at hand keeps it."""
    if is_id:
        return uuid_param(UUID(value))
    if isinstance(value, UUID):
        return uuid_param(value)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
