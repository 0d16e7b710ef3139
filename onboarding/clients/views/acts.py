"""Acts on a client: stop it, take it back, give a draft up; and its configuration file."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.clients import configuration_file
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import blank_file, lists
from onboarding.clients.rules import configurations as rules
from onboarding.clients.services import configurations as services
from onboarding.clients.states import Access, Action, Status
from onboarding.suppliers.requests import TenantRequest

Verb = Callable[..., ClientConfiguration]


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Say what stopping means, then do it."""
    client = _get(request, pk)
    if request.method != "POST":
        rules.check(Action.STOP, client, request.actor)
        context = {"client": client, "may": lists.in_words(client, Access.OK)}
        return render(request, "clients/stop.html", context)
    return _done(request, services.stop, pk, _("Klienten er stanset og får ikke nye tokener."))


@require_POST
def resume(request: TenantRequest, pk: UUID) -> HttpResponse:
    _get(request, pk)
    return _done(request, services.resume, pk, _("Klienten kan hente token igjen."))


@require_POST
def discard(request: TenantRequest, pk: UUID) -> HttpResponse:
    clients = ClientConfiguration.objects.visible_to(request.actor)
    get_object_or_404(clients.at(request.environment, request.organization.pk), pk=pk)
    services.discard(client_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Kladden er forkastet."))
    return redirect("clients:list", request.environment, request.organization.number)


@require_safe
def file(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The configuration file without a private key: whoever holds that puts it in himself."""
    client = _get(request, pk)
    if client.status == Status.DRAFT:
        raise Http404
    blank = blank_file(client)
    response = HttpResponse(
        configuration_file.text(blank["content"]), content_type="application/json"
    )
    response["Content-Disposition"] = str(content_disposition_header(True, blank["name"]))
    return response


def _get(request: TenantRequest, pk: UUID) -> ClientConfiguration:
    """The client, or 404 for anything this actor may not know exists."""
    clients = ClientConfiguration.objects.visible_to(request.actor)
    own = clients.of(request.environment, request.organization.pk)
    return get_object_or_404(
        own.select_related("organization", "revision__system__organization"), pk=pk
    )


def _done(request: TenantRequest, verb: Verb, pk: UUID, said: str) -> HttpResponse:
    verb(client_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, said)
    return redirect("client", request.environment, request.organization.number, pk)
