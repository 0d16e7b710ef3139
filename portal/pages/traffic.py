"""The traffic of one client: how many, what was refused and why, and each request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import UNFINISHED
from onboarding.core import charts, formats, paging
from onboarding.diagnosis import catalogue
from onboarding.suppliers.requests import TenantRequest
from onboarding.traffic import queries
from onboarding.traffic.models import Trace
from onboarding.traffic.queries import Day, Filter
from onboarding.traffic.states import Endpoint, Origin, Outcome

STATES = {
    Outcome.OK: "ok",
    Outcome.NONCE: "none",
    Outcome.REFUSED: "fail",
    Outcome.UNAVAILABLE: "warn",
}
FORTNIGHT = 14


class Line(NamedTuple):
    """One request as a row: its mark, and what was wrong in words ("" where nothing was)."""

    trace: Trace
    state: str
    why: str


class Reason(NamedTuple):
    """Why requests were refused this week, with the address that shows only those."""

    title: str
    code: str
    times: int
    last: datetime
    url: str


class Choice(NamedTuple):
    """A way to narrow the list down, as a link."""

    label: str
    url: str
    is_chosen: bool


class Picture(NamedTuple):
    """A month for wide places, two weeks for narrow ones, and the numbers behind both."""

    wide: charts.Diagram
    narrow: charts.Diagram
    days: list[Day]
    ok: int
    refused: int
    dropped: int
    title: str


@never_cache
@require_safe
def traffic(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what a client has asked for; the list looks again by itself while it is at its top."""
    client = _client(request, pk)
    narrowed, now = Filter.read(request.GET), timezone.now()
    seen = narrowed.apply(Trace.objects.visible_to(request.actor).filter(client=client))
    shown = paging.page(seen, request.GET.get("after", ""), moment="at")
    context = {
        "client": client,
        "lines": [line(trace) for trace in shown.rows],
        "here": f"?{urlencode(narrowed.given())}",
        "is_first": shown.is_first,
        "is_narrowed": bool(narrowed.given()),
        "at": now,
        "kept_for": queries.kept_for(),
        **paging.links(shown, **narrowed.given()),
    }
    if request.htmx:
        return render(request, "traffic/list.html#lines", context)
    context |= {
        "picture": picture(client.pk, now),
        "reasons": _reasons(client.pk, now),
        "choices": _choices(narrowed),
    }
    return render(request, "traffic/list.html", context)


def picture(client_id: UUID, at: datetime) -> Picture:
    """Return the client's own requests of the last thirty days, as a diagram. One query."""
    days = queries.days(client_id, at, count=queries.kept_for())
    columns = [charts.Column(formats.short_day(day.day), day.ok, day.refused) for day in days]
    ok, refused = sum(day.ok for day in days), sum(day.refused for day in days)
    title = _("%(good)s godtatt og %(bad)s avvist fra %(first)s til i dag.") % {
        "good": formats.number(ok),
        "bad": formats.number(refused),
        "first": formats.short_day(days[0].day),
    }
    return Picture(
        charts.diagram(columns, width=920),
        charts.diagram(columns[-FORTNIGHT:], width=300),
        days,
        ok,
        refused,
        sum(day.dropped for day in days),
        title,
    )


def line(trace: Trace) -> Line:
    """Return a request with the words for what was wrong with it."""
    entry = catalogue.find(trace.check_code) if trace.check_code else None
    if trace.outcome == Outcome.REFUSED and entry:
        return Line(trace, "fail", str(entry.title))
    why = ""
    if trace.leniencies:
        why = ngettext("Brukte et testunntak", "Brukte testunntak", len(trace.leniencies.split()))
    state = "warn" if trace.leniencies else STATES[Outcome(trace.outcome)]
    return Line(trace, state, why)


def _client(request: TenantRequest, pk: UUID) -> ClientConfiguration:
    clients = ClientConfiguration.objects.visible_to(request.actor)
    here = clients.at(request.environment, request.organization.pk)
    finished = here.exclude(status__in=UNFINISHED)
    return get_object_or_404(finished.select_related("organization"), pk=pk)


def _reasons(client_id: UUID, at: datetime) -> list[Reason]:
    found = []
    for code, count, last in queries.reasons(client_id, at):
        entry = catalogue.find(code)
        query = urlencode({"outcome": Outcome.REFUSED.value, "code": code})
        found.append(Reason(str(entry.title) if entry else code, code, count, last, f"?{query}"))
    return found


def _choices(narrowed: Filter) -> list[tuple[str, list[Choice]]]:
    return [
        (_("Utfall"), _links(narrowed, "outcome", Outcome.choices)),
        (_("Hvor"), _links(narrowed, "endpoint", Endpoint.choices)),
        (_("Hvem"), _links(narrowed, "origin", Origin.choices)),
    ]


def _links(narrowed: Filter, name: str, choices: Sequence[tuple[str, object]]) -> list[Choice]:
    chosen = narrowed.given()
    rest = {key: value for key, value in chosen.items() if key not in (name, "code")}
    every = [("", _("Alle")), *choices]
    return [
        Choice(
            str(label),
            f"?{urlencode(rest | ({name: value} if value else {}))}",
            chosen.get(name, "") == value,
        )
        for value, label in every
    ]
