"""The page of one API: what it is, its scopes and claims, and who uses it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from onboarding.apis import rules
from onboarding.apis.models import Api
from onboarding.clients.models import ClientScope
from onboarding.clients.states import UNFINISHED
from onboarding.core import paging
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from onboarding.testtokens.queries import reports
from portal.pages import api_usage


@require_safe
def api(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show one API to its owner, with the clients that have its scopes, newest first."""
    mine = Api.objects.visible_to(request.actor).of(request.environment, request.organization.pk)
    shown = get_object_or_404(mine, pk=pk)
    uses = ClientScope.objects.visible_to(request.actor).filter(scope__api=shown)
    related = uses.exclude(client__status__in=UNFINISHED).select_related(
        "client__organization", "client__revision__system__organization", "scope"
    )
    page = paging.page(related, request.GET.get("after", ""))
    may_write = rules.may_write(request.actor, shown.organization_id, shown.environment)
    context = {
        "api": shown,
        "scopes": api_usage.scopes(shown),
        "claims": api_usage.claims(shown),
        "page": page,
        "pages": paging.links(page),
        "check": reports.summary(shown),
        "may_write": may_write,
        "read_only": why_read_only(
            request.actor, shown.organization_id, shown.environment, Right.APIS
        ),
    }
    return render(request, "apis/detail.html", context)
