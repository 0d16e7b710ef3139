"""A list of customers from a file: uploaded, read as a plan, made into drafts, followed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.clients.states import DraftState
from onboarding.core.forms import attempt, sent, status
from onboarding.core.refusals import Refused
from onboarding.core.spreadsheets import as_csv
from onboarding.selfservice import asking, forms
from onboarding.selfservice.models import CustomerList
from onboarding.selfservice.queries.fleet import names_of
from onboarding.selfservice.services import lists as services
from onboarding.selfservice.services.fleet import Line, State
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems import rules
from onboarding.systems.models import AutomationKey, ClientSystem
from onboarding.systems.views.lists import about_system, systems_of

LOOKS: dict[State, tuple[str, str | Promise]] = {
    State.NEW: ("you", gettext_lazy("Ingen kladd ennå")),
    State.WAITING: ("wait", DraftState.WAITING.label),
    State.CONFIRMED: ("ok", DraftState.CONFIRMED.label),
    State.DECLINED: ("fail", DraftState.DECLINED.label),
    State.FAULTY: ("warn", gettext_lazy("Feil")),
}


class Row(NamedTuple):
    """One customer: what the portal calls it, how it is, and how that is shown."""

    line: Line
    name: str
    look: str
    word: str | Promise


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask for a file. Nothing is made of it before its plan has been read."""
    system = get_object_or_404(systems_of(request), pk=pk)
    rules.check_write(request.actor, system.organization_id, system.environment)
    keys = AutomationKey.objects.visible_to(request.actor).filter(system=system, ended_at=None)
    form = forms.UploadList(keys.order_by("-created_at"), sent(request), request.FILES or None)
    kept = attempt(form, lambda **data: _keep(request, data))
    if kept:
        return redirect("customer_list", request.environment, request.organization.number, pk, kept)
    context = {"system": system, "form": form, "has_keys": keys.exists()}
    return render(request, "selfservice/new_list.html", context, status=status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: TenantRequest, pk: UUID, customers: UUID) -> HttpResponse:
    """Show how it is with each customer of a list, and make the drafts that are missing."""
    system, kept = _found(request, pk, customers)
    if request.method == "POST":
        return _apply(request, system, kept)
    return _page(request, system, kept)


@require_safe
def links(request: TenantRequest, pk: UUID, customers: UUID) -> HttpResponse:
    """The confirmation links of a list, as CSV that a spreadsheet opens safely."""
    _system, kept = _found(request, pk, customers)
    head = ["organizationNumber", "name", "state", "clientId", "link"]
    body = [
        [row.line.number, row.name, row.line.state, row.line.client_id or "", _link(row.line)]
        for row in _rows(kept, timezone.now())
    ]
    response = HttpResponse(as_csv([head, *body]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="list-{kept.pk}.csv"'
    return response


def _found(request: TenantRequest, pk: UUID, customers: UUID) -> tuple[ClientSystem, CustomerList]:
    system = get_object_or_404(systems_of(request).select_related("current"), pk=pk)
    mine = CustomerList.objects.visible_to(request.actor).filter(key__system=system)
    return system, get_object_or_404(mine.select_related("key", "created_by"), pk=customers)


def _keep(request: TenantRequest, data: dict[str, Any]) -> UUID:
    name, rows = data["file"]
    kept = services.keep(
        asking.for_customers(rows),
        name=name,
        key_id=data["key"].pk,
        again=data["again"],
        by=request.actor,
        at=timezone.now(),
    )
    return kept.pk


def _apply(request: TenantRequest, system: ClientSystem, kept: CustomerList) -> HttpResponse:
    try:
        made = services.apply(list_id=kept.pk, by=request.actor, at=timezone.now())
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _page(request, system, kept, refusal)
    count = sum(line.state is State.NEW for line in made)
    said = ngettext("%(count)d kladd er laget.", "%(count)d kladder er laget.", count)
    messages.success(request, said % {"count": count})
    where = request.environment, request.organization.number, system.pk, kept.pk
    return redirect("customer_list", *where)


def _page(
    request: TenantRequest,
    system: ClientSystem,
    kept: CustomerList,
    refusal: Refused | None = None,
) -> HttpResponse:
    rows = _rows(kept, timezone.now())
    counts = Counter(row.line.state.value for row in rows)
    context = about_system(request, system) | {
        "tab": "drafts",
        "list": kept,
        "rows": rows,
        "counts": {state.value: counts[state.value] for state in State},
        "total": len(rows),
        "refusal": refusal,
    }
    code = refusal.status if refusal else 200
    return render(request, "selfservice/list.html", context, status=code)


def _rows(kept: CustomerList, at: datetime) -> list[Row]:
    lines = services.plan(kept, at=at)
    names = names_of({line.number for line in lines})
    return [Row(line, names.get(line.number, ""), *LOOKS[line.state]) for line in lines]


def _link(line: Line) -> str:
    if line.draft is None:
        return ""
    where = line.draft.environment, line.draft.pk
    return settings.BASE_URL + reverse("selfservice:confirm", args=where)
