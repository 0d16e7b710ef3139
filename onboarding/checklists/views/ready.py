"""Klar for produksjon? What is fulfilled and what is not, before anybody fills anything in."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from onboarding.apis.models import Api
from onboarding.checklists.queries import preflight
from onboarding.core.environments import Environment
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems import queries as systems
from onboarding.systems.models import ClientSystem, Revision


@require_safe
def system(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what the current version of a client system needs for production."""
    mine = ClientSystem.objects.visible_to(request.actor)
    shown = get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)
    published = Revision.objects.visible_to(request.actor).filter(published_at__isnull=False)
    newest = published.filter(system=shown).select_related("system").order_by("-number").first()
    if newest is None or shown.environment != Environment.TEST:
        raise Http404
    context: dict[str, object] = {
        "system": shown,
        "revision": newest,
        "draft": systems.draft(shown),
        "tab": "production",
    }
    return _page(request, "checklists/ready_system.html", newest, context)


@require_safe
def api(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what an API needs for production."""
    mine = Api.objects.visible_to(request.actor)
    shown = get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)
    if shown.environment != Environment.TEST:
        raise Http404
    return _page(request, "checklists/ready_api.html", shown, {"api": shown})


def _page(
    request: TenantRequest, template: str, judged: preflight.Judged, context: dict[str, object]
) -> HttpResponse:
    rows = preflight.rows(judged, request.actor, timezone.now())
    # What is left to do comes first, as it does to whoever reads.
    ordered = sorted(rows, key=lambda row: row.is_met)
    where = (request.environment, request.organization.number)
    lines = [
        (row, reverse(row.view, args=[*where, *row.args]) if row.view else "") for row in ordered
    ]
    shown = context | {"rows": lines, "met": sum(row.is_met for row in rows), "total": len(rows)}
    return render(request, template, shown)
