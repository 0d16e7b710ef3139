"""«Ta i bruk HelseID»: the list, and what it takes to begin."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import lists
from onboarding.clients.services import configurations as services
from onboarding.core import paging
from onboarding.suppliers import rules
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right

LONGEST_SEARCH = 100


@require_safe
def listing(request: TenantRequest) -> HttpResponse:
    here = request.environment, request.organization.pk
    text = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    clients = ClientConfiguration.objects.visible_to(request.actor)
    page = lists.finished(clients.of(*here), text, request.GET.get("after", ""))
    context = {
        "text": text,
        "rows": lists.rows(page.rows),
        **paging.links(page, q=text),
        "drafts": lists.drafts(clients.drafts_begun(*here)),
        "can_write": rules.may(Right.USE, request.actor, here[1], here[0]),
        "read_only": why_read_only(request.actor, here[1], here[0], Right.USE),
    }
    template = "clients/list.html" + ("#clients" if request.htmx else "")
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """Say what it takes, before the first question; begin on POST."""
    here = request.environment, request.organization.pk
    if request.method == "POST":
        client = services.begin(
            environment=here[0], organization_id=here[1], by=request.actor, at=timezone.now()
        )
        return redirect(
            "clients:organization", request.environment, request.organization.number, client.pk
        )
    context = {
        "can_write": rules.may(Right.USE, request.actor, here[1], here[0]),
        "read_only": why_read_only(request.actor, here[1], here[0], Right.USE),
        "offered": lists.is_anything_offered(here[0]),
    }
    return render(request, "clients/new.html", context)
