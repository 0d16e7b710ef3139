"""The webhooks of an organisation: its addresses, and what they are told."""

from __future__ import annotations

import json
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core import paging
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.webhooks import queries, rules, services, signing
from onboarding.webhooks.forms import EndpointForm
from onboarding.webhooks.kinds import KINDS, example
from onboarding.webhooks.models import Delivery, Endpoint
from onboarding.webhooks.states import Action


def find(request: TenantRequest, pk: UUID) -> Endpoint:
    """Return the address, or 404 for one of others."""
    rows = Endpoint.objects.visible_to(request.actor).select_related("organization")
    return get_object_or_404(rows.of(request.environment, request.organization.pk), pk=pk)


@require_safe
def listing(request: TenantRequest) -> HttpResponse:
    where = request.environment, request.organization.pk
    rows = Endpoint.objects.visible_to(request.actor).of(*where)
    context = {
        "rows": queries.endpoints(rows),
        "may_write": rules.may_write(request.actor, where[1], where[0]),
        "read_only": why_read_only(request.actor, where[1], where[0]),
    }
    return render(request, "webhooks/list.html", context)


@require_safe
def catalogue(request: TenantRequest) -> HttpResponse:
    """Show what there is to be told, and how a message is checked."""
    shown = [(kind, json.dumps(example(kind), indent=2)) for kind in KINDS.values()]
    context = {
        "kinds": shown,
        "fields": signing.FIELDS,
        "prefix": signing.PREFIX,
        "program": signing.PROGRAM,
    }
    return render(request, "webhooks/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """Ask for an address; the answer holds its secret, which is shown this once."""
    rules.check_write(request.actor, request.organization.pk, request.environment)
    form = EndpointForm(sent(request), initial={"kinds": list(KINDS)})
    act = partial(
        services.add,
        organization_id=request.organization.pk,
        environment=request.environment,
        by=request.actor,
        at=timezone.now(),
    )
    added = attempt(form, act)
    if added is None:
        return render(request, "webhooks/edit.html", {"form": form}, status=status(form))
    return show(request, added.endpoint, secret=added.secret)


@require_safe
def endpoint(request: TenantRequest, pk: UUID) -> HttpResponse:
    return show(request, find(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: TenantRequest, pk: UUID) -> HttpResponse:
    found = find(request, pk)
    rules.check(Action.CHANGE, found, request.actor)
    initial = {"name": found.name, "url": found.url, "kinds": found.kinds}
    form = EndpointForm(sent(request), initial=initial)
    act = partial(services.change, endpoint_id=pk, by=request.actor, at=timezone.now())
    if attempt(form, act) is None:
        context = {"form": form, "endpoint": found}
        return render(request, "webhooks/edit.html", context, status=status(form))
    messages.success(request, _("Endringen gjelder fra nå av."))
    return back(request, pk)


@require_POST
def rotate(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Make a new secret and show it, this once."""
    find(request, pk)
    added = services.rotate(endpoint_id=pk, by=request.actor, at=timezone.now())
    return show(request, added.endpoint, secret=added.secret)


@require_POST
def stop(request: TenantRequest, pk: UUID) -> HttpResponse:
    find(request, pk)
    services.stop(endpoint_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Adressen er slått av. Det som skjer nå, venter til den er på."))
    return back(request, pk)


@require_POST
def start(request: TenantRequest, pk: UUID) -> HttpResponse:
    find(request, pk)
    services.start(endpoint_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Adressen er på. Det som har ventet, sendes nå."))
    return back(request, pk)


@require_POST
def remove(request: TenantRequest, pk: UUID) -> HttpResponse:
    found = find(request, pk)
    services.remove(endpoint_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("%(name)s er fjernet.") % {"name": found.name})
    return redirect("webhooks:list", request.environment, request.organization.number)


def show(request: TenantRequest, shown: Endpoint, *, secret: str = "") -> HttpResponse:
    """Return the page of an address. `secret` is one that was just made."""
    sent_there = Delivery.objects.visible_to(request.actor).filter(endpoint=shown)
    page = paging.page(sent_there, request.GET.get("after", ""))
    now = timezone.now()
    overlaps = shown.previous_until is not None and shown.previous_until > now
    context = {
        "endpoint": shown,
        "row": queries.endpoint_row(shown),
        "kinds": [KINDS[name] for name in shown.kinds if name in KINDS],
        "deliveries": [queries.delivery_row(delivery) for delivery in page.rows],
        "actions": rules.available(shown, request.actor),
        "failed": queries.failed(shown),
        "secret": secret,
        "overlaps": overlaps,
        **paging.links(page),
    }
    return render(request, "webhooks/endpoint.html", context)


def back(request: TenantRequest, pk: UUID) -> HttpResponse:
    return redirect("webhooks:endpoint", request.environment, request.organization.number, pk)
