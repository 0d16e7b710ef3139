"""The page of one client system: the chain from customer to key, its customers, its set-up."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import lists
from onboarding.core import charts, paging
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from onboarding.systems import content, queries, rules
from onboarding.systems.models import ClientSystem, Revision
from portal.pages import customer_chain


@require_safe
def system(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show one client system with its customers, and the chain of the customer in `customer`."""
    systems = ClientSystem.objects.visible_to(request.actor).select_related("current")
    mine = systems.of(request.environment, request.organization.pk)
    shown = get_object_or_404(mine, pk=pk)
    clients = ClientConfiguration.objects.visible_to(request.actor).filter(revision__system=shown)
    page = lists.finished(clients, "", request.GET.get("after", ""))
    chosen = _chosen(page.rows, request.GET.get("customer", ""))
    parts = customer_chain.parts(chosen, timezone.now()) if chosen else []
    published = queries.current(shown)
    may_write = rules.may_write(request.actor, shown.organization_id, shown.environment)
    context = {
        "system": shown,
        "tab": "overview",
        "revision": published,
        "draft": queries.draft(shown),
        "may_write": may_write,
        "read_only": why_read_only(
            request.actor, shown.organization_id, shown.environment, Right.SYSTEMS
        ),
        "customers": lists.rows(page.rows),
        "pages": paging.links(page),
        "chosen": chosen,
        "parts": parts,
        "verdict": customer_chain.verdict(parts),
        "chain": charts.chain([part.link for part in parts]) if parts else None,
        "facts": _said(published) if published else [],
        "after": request.GET.get("after", ""),
    }
    return render(request, "systems/detail.html", context)


def _said(revision: Revision) -> list[content.Fact]:
    """Return what a version says, without what it leaves empty."""
    return [fact for fact in content.facts(queries.content(revision)) if fact.values]


def _chosen(clients: list[ClientConfiguration], wanted: str) -> ClientConfiguration | None:
    """Return the client to draw: the one asked for if it is on the page, else the newest."""
    named = [client for client in clients if str(client.pk) == wanted]
    return next(iter([*named, *clients]), None)
