"""The first four steps of «Ny klientkonfigurasjon»: each asks one thing, saves, and goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.clients import wizard
from onboarding.clients.forms.wizard import (
    ChooseOrganization,
    ChooseScopes,
    ChooseSystem,
    FillClaims,
)
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import offers
from onboarding.clients.rules import configurations as rules
from onboarding.clients.services import configurations as services
from onboarding.clients.states import Status
from onboarding.core.forms import attempt, status
from onboarding.suppliers.requests import TenantRequest

form_page = require_http_methods(["GET", "HEAD", "POST"])
Verb = Callable[..., ClientConfiguration]
LONGEST_SEARCH = 100


@require_safe
def setup(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Go on where one left, at the address of the organisation that the client will belong to."""
    clients = ClientConfiguration.objects.visible_to(request.actor).select_related("organization")
    reachable = clients.at(request.environment, request.organization.pk)
    return _go_on(get_object_or_404(reachable, pk=pk))


@form_page
def organization(request: TenantRequest, pk: UUID) -> HttpResponse:
    client = _draft(request, pk)
    if not _is_here(client, "organization"):
        return _go_on(client)
    choices = offers.organizations(request.actor, request.environment)
    initial = {"organization_id": client.organization_id}
    form = ChooseOrganization(choices, _posted(request), initial=initial)
    if form.is_bound and (
        saved := attempt(form, _doing(services.choose_organization, request, pk))
    ):
        if saved.organization != request.organization:
            messages.info(request, _("Du representerer nå %s.") % saved.organization.name)
        return _go_on(saved)
    return _page(request, client, "organization", form)


@form_page
def system(request: TenantRequest, pk: UUID) -> HttpResponse:
    client = _draft(request, pk)
    if not _is_here(client, "system"):
        return _go_on(client)
    form = ChooseSystem(_posted(request))
    if form.is_bound and (saved := attempt(form, _doing(services.choose_system, request, pk))):
        return _go_on(saved)
    text = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = offers.systems(request.environment, text, client.organization_id)
    context = {"text": text, "systems": found, "full": len(found) == offers.SHOWN}
    if request.htmx and not form.is_bound:
        return render(request, "clients/setup_system.html#results", context | {"client": client})
    return _page(request, client, "system", form, **context)


@form_page
def scopes(request: TenantRequest, pk: UUID) -> HttpResponse:
    client = _draft(request, pk)
    if not _is_here(client, "scopes"):
        return _go_on(client)
    apis = offers.apis(client)
    form = ChooseScopes(apis, _posted(request), initial={"scope_ids": _ticked(client, apis)})
    if form.is_bound and (saved := attempt(form, _doing(services.choose_scopes, request, pk))):
        if client.step == "system" and saved.step == "claims":
            messages.info(request, _("API-ene trenger ingen opplysninger. Vi hoppet over steget."))
        return _go_on(saved)
    return _page(request, client, "scopes", form, apis=apis, newer=offers.newer_revision(client))


@form_page
def claims(request: TenantRequest, pk: UUID) -> HttpResponse:
    client = _draft(request, pk)
    if not _is_here(client, "claims"):
        return _go_on(client)
    filled = {services.field(row.claim_id): row.value for row in client.claims.all()}
    form = FillClaims(offers.claims_needed(client), _posted(request), initial=filled)
    fill = _doing(services.fill_claims, request, pk)
    if form.is_bound and (saved := attempt(form, lambda **_: fill(values=form.values()))):
        return _go_on(saved)
    return _page(request, client, "claims", form)


def _draft(request: TenantRequest, pk: UUID) -> ClientConfiguration:
    """The draft, or 404 for whoever may not know it exists; NotPermitted for readers."""
    clients = ClientConfiguration.objects.visible_to(request.actor)
    own = clients.of(request.environment, request.organization.pk)
    related = own.select_related("organization", "revision__system__current")
    client = get_object_or_404(related, pk=pk)
    rules.check_begin(request.actor, client.organization_id, client.environment)
    return client


def _is_here(client: ClientConfiguration, step: str) -> bool:
    return client.status == Status.DRAFT and wizard.is_open(client.step, step)


def _go_on(client: ClientConfiguration) -> HttpResponse:
    """Go to the first step without an answer; to the client's page when all is done."""
    address = client.environment, client.organization.number, client.pk
    if client.status != Status.DRAFT:
        return redirect("client", *address)
    return redirect(wizard.next_step(client.step).view, *address)


def _posted(request: TenantRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _doing(verb: Verb, request: TenantRequest, pk: UUID) -> Verb:
    return partial(verb, client_id=pk, by=request.actor, at=timezone.now())


def _page(
    request: TenantRequest,
    client: ClientConfiguration,
    step: str,
    form: forms.Form,
    **context: object,
) -> HttpResponse:
    context |= {
        "client": client,
        "form": form,
        "step": wizard.STEPS[wizard.number(step) - 1],
        "number": wizard.number(step),
        "total": len(wizard.STEPS),
        "steps": wizard.progress(client, step),
        "back": wizard.previous(step),
    }
    return render(request, f"clients/setup_{step}.html", context, status=status(form))


def _ticked(client: ClientConfiguration, apis: list[offers.OfferedApi]) -> list[UUID]:
    """Return what was chosen before; the preselected scopes where nothing has been."""
    chosen = list(client.scopes.values_list("scope", flat=True))
    if chosen or wizard.number(client.step) >= wizard.number("scopes"):
        return chosen
    return [row.row.scope_id for api in apis for row in api.scopes if row.preselected]
