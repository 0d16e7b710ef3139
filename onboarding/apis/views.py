"""Pages where API owners describe their APIs. The page of one API is put together in `portal`."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.apis import forms, rules, services
from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.core import paging
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right

M = TypeVar("M", bound=Model)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def apis(request: TenantRequest) -> HttpResponse:
    """List the organization's APIs, newest first."""
    mine = Api.objects.visible_to(request.actor).of(request.environment, request.organization.pk)
    page = paging.page(mine.prefetch_related("scopes"), request.GET.get("after", ""))
    context = {
        "page": page,
        "pages": paging.links(page),
        "may_write": rules.may_write(request.actor, request.organization.pk, request.environment),
        "read_only": why_read_only(
            request.actor, request.organization.pk, request.environment, Right.APIS
        ),
    }
    return render(request, "apis/list.html", context)


@form_page
def new(request: TenantRequest) -> HttpResponse:
    rules.check_write(request.actor, request.organization.pk, request.environment)
    form = forms.NewApi(sent(request))
    api = attempt(
        form,
        lambda **data: services.create_api(
            organization_id=request.organization.pk,
            environment=request.environment,
            by=request.actor,
            at=timezone.now(),
            **data,
        ),
    )
    if api:
        text = _("%(name)s er lagret. Legg til det første scopet.") % {"name": api}
        messages.success(request, text)
        return _to_api(request, api)
    lead = _("Etterpå legger du til det første scopet. Da kan leverandører velge API-et.")
    return _form_page(request, form, _("Nytt API"), lead=lead)


@form_page
def change(request: TenantRequest, pk: UUID) -> HttpResponse:
    api = _api(request, pk)
    form = forms.ChangeApi.filled(api, sent(request))
    changed = attempt(
        form,
        lambda **data: services.change_api(api_id=pk, by=request.actor, at=timezone.now(), **data),
    )
    if changed:
        messages.success(request, _("Endringene i %(name)s er lagret.") % {"name": changed})
        return _to_api(request, api)
    return _form_page(request, form, _("Endre API"), api)


@form_page
def add_scope(request: TenantRequest, pk: UUID) -> HttpResponse:
    api = _api(request, pk)
    form = forms.NewScope.for_api(api, sent(request))
    scope = attempt(
        form,
        lambda **data: services.add_scope(api_id=pk, by=request.actor, at=timezone.now(), **data),
    )
    if scope:
        messages.success(request, _("Scopet %(name)s er lagt til.") % {"name": scope})
        return _to_api(request, api)
    lead = _("Ett scope er én rettighet. Leverandører kan velge det så snart det er lagret.")
    return _form_page(request, form, _("Nytt scope"), api, lead=lead)


@form_page
def change_scope(request: TenantRequest, pk: UUID) -> HttpResponse:
    scope = _scope(request, pk)
    form = forms.ChangeScope.filled(scope, sent(request))
    changed = attempt(
        form,
        lambda **data: services.change_scope(
            scope_id=pk, by=request.actor, at=timezone.now(), **data
        ),
    )
    if changed:
        messages.success(request, _("Scopet %(name)s er endret.") % {"name": changed})
        return _to_api(request, scope.api)
    heading = _("Endre %(name)s") % {"name": scope}
    return _form_page(request, form, heading, scope.api)


@require_POST
def remove_scope(request: TenantRequest, pk: UUID) -> HttpResponse:
    scope = _scope(request, pk)
    services.remove_scope(scope_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Scopet %(name)s er fjernet.") % {"name": scope})
    return _to_api(request, scope.api)


@form_page
def add_claim(request: TenantRequest, pk: UUID) -> HttpResponse:
    api = _api(request, pk)
    form = forms.NewClaim(sent(request))
    claim = attempt(
        form,
        lambda **data: services.add_claim(api_id=pk, by=request.actor, at=timezone.now(), **data),
    )
    if claim:
        messages.success(request, _("Claimet %(name)s er lagt til.") % {"name": claim})
        return _to_api(request, api)
    lead = _("Den som lager en klientkonfigurasjon, fyller ut verdien. Den følger med i tokenet.")
    return _form_page(request, form, _("Nytt API-spesifikt claim"), api, lead=lead)


@form_page
def change_claim(request: TenantRequest, pk: UUID) -> HttpResponse:
    claim = _claim(request, pk)
    form = forms.ChangeClaim.filled(claim, sent(request))
    changed = attempt(
        form,
        lambda **data: services.change_claim(
            claim_id=pk, by=request.actor, at=timezone.now(), **data
        ),
    )
    if changed:
        messages.success(request, _("Claimet %(name)s er endret.") % {"name": changed})
        return _to_api(request, claim.api)
    return _form_page(request, form, _("Endre %(name)s") % {"name": claim}, claim.api)


@require_POST
def remove_claim(request: TenantRequest, pk: UUID) -> HttpResponse:
    claim = _claim(request, pk)
    services.remove_claim(claim_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Claimet %(name)s er fjernet.") % {"name": claim})
    return _to_api(request, claim.api)


def _api(request: TenantRequest, pk: UUID) -> Api:
    """The organization's API, 404 for outsiders and 403 for who may not change it."""
    mine = Api.objects.visible_to(request.actor).of(request.environment, request.organization.pk)
    return _writable(request, get_object_or_404(mine, pk=pk))


def _scope(request: TenantRequest, pk: UUID) -> Scope:
    mine = Scope.objects.visible_to(request.actor).of(request.environment, request.organization.pk)
    return _writable(request, get_object_or_404(mine.select_related("api"), pk=pk))


def _claim(request: TenantRequest, pk: UUID) -> ApiClaim:
    claims = ApiClaim.objects.visible_to(request.actor)
    mine = claims.of(request.environment, request.organization.pk).select_related("api")
    return _writable(request, get_object_or_404(mine, pk=pk))


def _writable(request: TenantRequest, row: M) -> M:
    rules.check_write(request.actor, request.organization.pk, request.environment)
    return row


def _to_api(request: TenantRequest, api: Api) -> HttpResponse:
    return redirect("api", request.environment, request.organization.number, api.pk)


def _form_page(
    request: TenantRequest, form: Form, heading: str, api: Api | None = None, *, lead: str = ""
) -> HttpResponse:
    context = {"form": form, "heading": heading, "api": api, "lead": lead}
    return render(request, "apis/form.html", context, status=status(form))
