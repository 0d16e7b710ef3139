"""Rights that an organisation has given to others, and those that others have given to it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core import paging
from onboarding.core.environments import Environment
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers import queries, registers, rules, services
from onboarding.suppliers.forms import GiveRight
from onboarding.suppliers.models import Delegation
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.rules import Action


@require_safe
def rights(request: TenantRequest) -> HttpResponse:
    """Show who may act for the organisation, and whom it may act for."""
    where = request.environment, request.organization.pk
    rules.check_see_people(request.actor, where[1], where[0])
    is_admin = Action.GIVE in rules.available(request.actor, where[1], where[0])
    kept_here = registers.is_kept_here(where[0])
    context = {
        "given": queries.given(request.actor, *where),
        "received": queries.received(request.actor, *where),
        "kept_here": kept_here,
        "may_give": is_admin and kept_here,
        "administrators": ""
        if is_admin
        else get_text_list(queries.administrators(where[1], where[0]), _("eller")),
        "can_be_chosen": request.organization.is_synthetic and where[0] == Environment.TEST,
        "is_admin": is_admin,
    }
    return render(request, "suppliers/rights.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: TenantRequest) -> HttpResponse:
    """Ask who shall get which rights, and give them."""
    environment, organization_id = request.environment, request.organization.pk
    kept_here = registers.is_kept_here(environment)
    rules.check_give(request.actor, organization_id, environment, kept_here=kept_here)
    form = GiveRight(sent(request))
    act = partial(
        services.give,
        organization_id=organization_id,
        environment=environment,
        by=request.actor,
        at=timezone.now(),
    )
    name = attempt(form, act)
    if name is None:
        return render(request, "suppliers/give_right.html", {"form": form}, status=status(form))
    messages.success(request, _("%(name)s har rettighetene fra nå av.") % {"name": name})
    return _back(request)


@require_POST
def end(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take a right back, or do without one."""
    found = get_object_or_404(Delegation.objects.visible_to(request.actor), pk=pk)
    here = (found.delegator_id, found.to_organization_id)
    if found.environment != request.environment or request.organization.pk not in here:
        raise Http404
    ended = services.take_back(delegation_id=pk, by=request.actor, at=timezone.now())
    words = {"right": ended.get_right_display()}
    messages.success(request, _("Rettigheten «%(right)s» er tatt tilbake.") % words)
    return _back(request)


@require_safe
def history(request: TenantRequest) -> HttpResponse:
    """Show every right that was given by or to the organisation, newest first."""
    where = request.environment, request.organization.pk
    rules.check_see_people(request.actor, where[1], where[0])
    rows = Delegation.objects.visible_to(request.actor)
    page = paging.page(queries.concerning(rows, *where), request.GET.get("after", ""))
    context = {"page": page, **paging.links(page)}
    return render(request, "suppliers/rights_history.html", context)


@require_POST
def openness(request: TenantRequest) -> HttpResponse:
    """Open the organisation for developers in test, or close it."""
    is_open = request.POST.get("open") == "1"
    services.set_open(
        organization_id=request.organization.pk,
        environment=request.environment,
        is_open=is_open,
        by=request.actor,
        at=timezone.now(),
    )
    said = (
        _("Andre utviklere kan velge virksomheten i test.")
        if is_open
        else _("Ingen andre kan velge virksomheten nå.")
    )
    messages.success(request, said)
    return _back(request)


def _back(request: TenantRequest) -> HttpResponse:
    return redirect("rights:list", request.environment, request.organization.number)
