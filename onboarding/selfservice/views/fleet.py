"""The drafts of a client system, with every customer's state, and the links as CSV."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from onboarding.clients.models import ClientDraft
from onboarding.core import paging
from onboarding.core.spreadsheets import as_csv
from onboarding.selfservice.models import CustomerList
from onboarding.selfservice.queries import fleet
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems.views.lists import about_system, systems_of

MOST = 5000


@require_safe
def drafts(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show how many customers have answered, and each of them, newest first."""
    system = get_object_or_404(systems_of(request).select_related("current"), pk=pk)
    mine = ClientDraft.objects.visible_to(request.actor).filter(revision__system=system)
    page = paging.page(mine, request.GET.get("after", ""))
    now = timezone.now()
    context = about_system(request, system) | {
        "tab": "drafts",
        "progress": fleet.progress(mine, now),
        "rows": fleet.rows(page.rows, now),
        "lists": fleet.newest_lists(CustomerList.objects.visible_to(request.actor), system),
        **paging.links(page),
    }
    return render(request, "selfservice/drafts.html", context)


@require_safe
def links(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The drafts with their confirmation links, as CSV that a spreadsheet opens safely."""
    system = get_object_or_404(systems_of(request), pk=pk)
    mine = ClientDraft.objects.visible_to(request.actor).filter(revision__system=system)
    rows = fleet.rows(list(mine.order_by("-created_at", "-pk")[:MOST]), timezone.now())
    head = ["organizationNumber", "name", "state", "clientId", "createdAt", "expiresAt", "link"]
    body = [
        [
            row.draft.organization_number,
            row.name,
            row.state.value,
            row.draft.pk,
            row.draft.created_at.isoformat(),
            row.draft.expires_at.isoformat(),
            settings.BASE_URL
            + reverse("selfservice:confirm", args=[row.draft.environment, row.draft.pk]),
        ]
        for row in rows
    ]
    response = HttpResponse(as_csv([head, *body]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="drafts-{system.pk}.csv"'
    return response
