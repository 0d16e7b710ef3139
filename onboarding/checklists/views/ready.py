"""Klar for produksjon? What is fulfilled and what is not, before anybody fills anything in."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onboarding.apis.models import Api
from onboarding.checklists.queries import preflight
from onboarding.clients.services import consents
from onboarding.core.environments import Environment
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.services import handovers
from onboarding.systems import queries as systems
from onboarding.systems.models import ClientSystem, Revision


@require_safe
def system(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what the current version of a client system needs for production."""
    shown, newest = _version(request, pk)
    context: dict[str, object] = {
        "system": shown,
        "revision": newest,
        "draft": systems.draft(shown),
        "tab": "production",
        "hand": "evidence:hand_system",
        "judged": shown,
    }
    return _page(request, "checklists/ready_system.html", newest, context)


@require_safe
def api(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what an API needs for production."""
    shown = _api(request, pk)
    context: dict[str, object] = {"api": shown, "hand": "evidence:hand_api", "judged": shown}
    return _page(request, "checklists/ready_api.html", shown, context)


@require_POST
def ask_consent(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask those who own the scopes whether they say yes to production."""
    _shown, newest = _version(request, pk)
    asked = consents.ask(revision_id=newest.pk, by=request.actor, at=timezone.now())
    owners = dict.fromkeys(row.scope.api.organization.name for row in asked)
    words = {"owners": get_text_list(list(owners), _("og"))}
    messages.success(request, _("%(owners)s er spurt, og får varsel om det.") % words)
    return redirect("evidence:ready_system", request.environment, request.organization.number, pk)


@require_POST
def hand_system(request: TenantRequest, pk: UUID, key: str) -> HttpResponse:
    return _hand(request, _version(request, pk)[1], key, "evidence:ready_system", pk)


@require_POST
def hand_api(request: TenantRequest, pk: UUID, key: str) -> HttpResponse:
    return _hand(request, _api(request, pk), key, "evidence:ready_api", pk)


def _hand(
    request: TenantRequest, judged: preflight.Judged, key: str, back: str, pk: UUID
) -> HttpResponse:
    """Make a link that hands a row over and show it: it is kept nowhere to come back to."""
    here = (request.environment, request.organization.number)
    task = preflight.task(judged, key, request.actor, timezone.now())
    if task is None:
        raise Http404
    number = task.number or request.organization.number
    handed = handovers.create(
        errand=task.errand,
        path=reverse(task.view, args=[task.environment, number, *task.args]),
        organization_id=task.organization_id,
        environment=task.environment,
        by=request.actor,
        at=timezone.now(),
    )
    context = {
        "handover": handed.handover,
        "link": settings.BASE_URL + reverse("suppliers:handover_follow", args=[handed.token]),
        "back": reverse(back, args=[*here, pk]),
    }
    return render(request, "suppliers/handover_made.html", context)


def _version(request: TenantRequest, pk: UUID) -> tuple[ClientSystem, Revision]:
    mine = ClientSystem.objects.visible_to(request.actor)
    shown = get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)
    published = Revision.objects.visible_to(request.actor).filter(published_at__isnull=False)
    newest = published.filter(system=shown).select_related("system").order_by("-number").first()
    if newest is None or shown.environment != Environment.TEST:
        raise Http404
    return shown, newest


def _api(request: TenantRequest, pk: UUID) -> Api:
    mine = Api.objects.visible_to(request.actor)
    shown = get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)
    if shown.environment != Environment.TEST:
        raise Http404
    return shown


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
    shown = context | {
        "rows": lines,
        "met": sum(row.is_met for row in rows),
        "total": len(rows),
    }
    return render(request, template, shown)
