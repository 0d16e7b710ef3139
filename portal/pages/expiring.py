"""Keys that end within 60 days: when, what stops then, and whether the next one is in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from textwrap import shorten
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core import formats
from onboarding.keys.models import Key
from onboarding.suppliers.requests import TenantRequest
from portal.pages.journey import concerns

PERIOD = timedelta(days=60)
URGENT = timedelta(days=7)
MOST = 20
# The line of the picture, and the room for a name above it.
LEFT, RIGHT = 20, 900
LABEL, LONGEST = 240, 30


class Expiry(NamedTuple):
    """A key that ends: of which client, when, and how its replacement stands."""

    key: Key
    client: ClientConfiguration
    customer: str
    at: datetime
    state: str
    successor_state: str
    successor: str

    @property
    def is_replaced(self) -> bool:
        return self.successor_state == "ok"


class Mark(NamedTuple):
    """Something on the time line: its place from the left, its state, its text and how that lies.

    `text` is "" where it would run into the one before it.
    """

    x: int
    state: str
    text: str
    anchor: str


class Timeline(NamedTuple):
    """The next 60 days as a picture: months below the line, keys above it."""

    ticks: list[Mark]
    dots: list[Mark]


def expiring(request: TenantRequest, at: datetime) -> list[Expiry]:
    """Return the keys in use that end within 60 days, the first to end first. One query.

    A supplier sees those of the customers of its client systems, too: they call him first.
    """
    later = Key.objects.filter(
        client=OuterRef("client"), expires_at__gt=OuterRef("expires_at"), revoked_at=None
    )
    keys = (
        Key.objects.visible_to(request.actor)
        .usable(at)
        .filter(
            concerns(request.organization, "client__")
            | Q(client__revision__system__organization=request.organization),
            expires_at__lt=at + PERIOD,
            client__environment=request.environment,
            client__status=Status.ACTIVE,
        )
        .annotate(has_next=Exists(later), uses_next=Exists(later.exclude(last_used_at=None)))
        .select_related("client__organization")
        .order_by("expires_at", "pk")[:MOST]
    )
    return [_expiry(key, at) for key in keys]


def _expiry(key: Key, at: datetime) -> Expiry:
    if getattr(key, "uses_next", False):
        next_state, word = "ok", _("Sett i bruk")
    elif getattr(key, "has_next", False):
        next_state, word = "warn", _("Lagt inn, ikke sett i bruk")
    else:
        next_state, word = "none", _("Mangler")
    is_urgent = key.expires_at < at + URGENT
    state = "ok" if next_state == "ok" else "fail" if is_urgent else "warn"
    customer = key.client.organization.name
    return Expiry(key, key.client, customer, key.expires_at, state, next_state, word)


def timeline(expiries: Sequence[Expiry], at: datetime) -> Timeline:
    """Return where months and keys stand on a line of 60 days. No queries."""
    months = [(_place(month, at), "none", formats.short_day(month)) for month in _months(at)]
    ticks = [(LEFT, "none", _("I dag")), *months]
    dots = [(_place(expiry.at, at), expiry.state, expiry.customer) for expiry in expiries]
    return Timeline(_marks(ticks, room=90), _marks(dots, room=LABEL))


def _marks(places: Sequence[tuple[int, str, str]], *, room: int) -> list[Mark]:
    """Return marks for (x, state, text) from left to right, with text where there is room."""
    found: list[Mark] = []
    free_from = 0
    for x, state, text in places:
        shown = shorten(text, LONGEST, placeholder="…") if x >= free_from else ""
        if shown:
            free_from = x + room
        found.append(Mark(x, state, shown, _anchor(x)))
    return found


def _anchor(x: int) -> str:
    if x < LEFT + LABEL // 2:
        return "start"
    return "end" if x > RIGHT - LABEL // 2 else "middle"


def _place(moment: datetime, at: datetime) -> int:
    share = (moment - at) / PERIOD
    return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT))


def _months(at: datetime) -> list[datetime]:
    """The beginnings of months within the period, in local time."""
    found: list[datetime] = []
    day = timezone.localtime(at).date()
    while True:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        moment = timezone.make_aware(datetime.combine(day, time()))
        if moment > at + PERIOD:
            return found
        found.append(moment)
