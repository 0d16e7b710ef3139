"""Reading traffic: by day for a picture, by kind for a table, row by row for whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Sum
from django.utils.timezone import localdate

from onboarding.traffic.models import DayCount, Trace, TraceQuerySet
from onboarding.traffic.states import Endpoint, Origin, Outcome

WEEK: Final = timedelta(days=7)
MOST_CODES: Final = 6


class Day(NamedTuple):
    """What a client did on a day: tokens and calls that it got, what was refused, and the rest."""

    day: date
    ok: int
    refused: int
    nonce: int
    unavailable: int
    dropped: int


@dataclass(frozen=True)
class Filter:
    """Which rows to show; "" for all."""

    outcome: str = ""
    endpoint: str = ""
    code: str = ""
    origin: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filter:
        """Read it from an address; what cannot be read narrows nothing."""

        def known(name: str, values: list[str]) -> str:
            value = query.get(name, "")
            return value if value in values else ""

        return cls(
            known("outcome", Outcome.values),
            known("endpoint", Endpoint.values),
            query.get("code", "")[:40].replace("\0", ""),
            known("origin", Origin.values),
        )

    def given(self) -> dict[str, str]:
        """Return what it narrows by, as in an address."""
        return {name: value for name, value in vars(self).items() if value}

    def apply(self, rows: TraceQuerySet) -> TraceQuerySet:
        names = {"code": "check_code"}
        return rows.filter(**{names.get(name, name): v for name, v in self.given().items()})


def days(client_id: UUID, at: datetime, *, count: int, origin: str = Origin.CLIENT) -> list[Day]:
    """Return the last `count` days up to `at`, oldest first, those without requests too."""
    today = localdate(at)
    first = today - timedelta(days=count - 1)
    rows = (
        DayCount.objects.filter(client=client_id, origin=origin, day__gte=first, day__lte=today)
        .values("day", "outcome")
        .annotate(n=Sum("count"), gone=Sum("dropped"))
        .order_by()
    )
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        kinds = found.setdefault(row["day"], {"dropped": 0})
        kinds[row["outcome"]] = row["n"]
        kinds["dropped"] += row["gone"]
    order = (*(Outcome.OK, Outcome.REFUSED, Outcome.NONCE, Outcome.UNAVAILABLE), "dropped")
    every = (first + timedelta(days=n) for n in range(count))
    return [Day(day, *(found.get(day, {}).get(kind, 0) for kind in order)) for day in every]


def reasons(client_id: UUID, at: datetime) -> list[tuple[str, int, datetime]]:
    """Return what refused a client's own requests this week: codes, how often, when last."""
    rows = (
        Trace.objects.filter(
            client=client_id, at__gte=at - WEEK, outcome=Outcome.REFUSED, origin=Origin.CLIENT
        )
        .values("check_code")
        .annotate(n=Count("pk"), last=Max("at"))
        .order_by("-n", "check_code")
    )
    return [(row["check_code"], row["n"], row["last"]) for row in rows[:MOST_CODES]]


def last_needed(client_id: UUID) -> dict[str, datetime]:
    """Return when each leniency was last needed by a client, by its name, as far as is kept."""
    rows = Trace.objects.filter(client=client_id).exclude(leniencies="")
    found: dict[str, datetime] = {}
    for names, last in rows.values_list("leniencies").annotate(Max("at")).order_by():
        for name in names.split():
            found[name] = max(last, found.get(name, last))
    return found


def alike(trace: Trace) -> int:
    """Return how many requests of the client ended for the same reason in the hour before."""
    hour = trace.at - timedelta(hours=1)
    near = Trace.objects.filter(client=trace.client_id, at__gte=hour, at__lt=trace.at)
    return near.filter(check_code=trace.check_code, outcome=trace.outcome).count()


def kept_for() -> int:
    """Return for how many days traces are kept."""
    return settings.TRAFFIC_DAYS
