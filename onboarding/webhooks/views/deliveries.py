"""What was sent to an address: one delivery, sending it again, sending a test."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from onboarding.suppliers.requests import TenantRequest
from onboarding.webhooks import queries, rules, services
from onboarding.webhooks.models import Delivery
from onboarding.webhooks.views.endpoints import back, find


@require_POST
def test(request: TenantRequest, pk: UUID) -> HttpResponse:
    find(request, pk)
    made = services.send_test(endpoint_id=pk, by=request.actor, at=timezone.now())
    return _to(request, made)


@require_safe
def delivery(request: TenantRequest, pk: UUID, delivery: UUID) -> HttpResponse:
    """Show a delivery with every try; it looks again by itself while something is on its way."""
    found = _find(request, pk, delivery)
    context = {
        "delivery": found,
        "row": queries.delivery_row(found),
        "tries": queries.tries(found),
        "body": json.dumps(json.loads(found.body), indent=2, ensure_ascii=False),
        "actions": rules.available(found.endpoint, request.actor),
    }
    template = "webhooks/delivery.html" + ("#state" if request.htmx else "")
    return render(request, template, context)


@require_POST
def replay(request: TenantRequest, pk: UUID, delivery: UUID) -> HttpResponse:
    found = _find(request, pk, delivery)
    services.replay(delivery_id=found.pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Meldingen sendes på nytt, med samme id."))
    return _to(request, found)


@require_POST
def replay_failed(request: TenantRequest, pk: UUID) -> HttpResponse:
    find(request, pk)
    count = services.replay_failed(endpoint_id=pk, by=request.actor, at=timezone.now())
    text = ngettext(
        "%(count)d melding sendes på nytt.", "%(count)d meldinger sendes på nytt.", count
    )
    messages.success(request, text % {"count": count})
    return back(request, pk)


def _find(request: TenantRequest, pk: UUID, delivery: UUID) -> Delivery:
    rows = Delivery.objects.visible_to(request.actor).select_related("endpoint")
    here = rows.of(request.environment, request.organization.pk)
    return get_object_or_404(here.filter(endpoint=pk), pk=delivery)


def _to(request: TenantRequest, shown: Delivery) -> HttpResponse:
    where = request.environment, request.organization.number
    return redirect("webhooks:delivery", *where, shown.endpoint_id, shown.pk)
