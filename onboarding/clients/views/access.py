"""Where an API owner sees who asks for his scopes, and answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.clients.forms import access as forms
from onboarding.clients.models import (
    ClientClaim,
    ClientClaimQuerySet,
    ClientScope,
    ClientScopeQuerySet,
    Consent,
)
from onboarding.clients.queries import access as queries
from onboarding.clients.queries import consents
from onboarding.clients.rules import access as rules
from onboarding.clients.services import access as services
from onboarding.clients.states import Decision
from onboarding.core import formats, paging
from onboarding.core.environments import Environment
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right


@require_safe
def requests(request: TenantRequest) -> HttpResponse:
    """List the requests that wait; with `?show=decided` those that have been answered."""
    shows_decided = request.GET.get("show") == "decided"
    mine = _mine(request)
    wanted = queries.decided(mine) if shows_decided else mine.waiting()
    page = paging.page(queries.in_full(wanted), request.GET.get("after", ""))
    owner, environment = request.organization.pk, request.environment
    context = {
        "page": page,
        "pages": paging.links(page, show="decided" if shows_decided else ""),
        "shows_decided": shows_decided,
        "consents": _consents(request, decided=shows_decided),
        "values": [] if shows_decided else queries.asked_values(_values(request)),
        "may_decide": rules.may_decide(request.actor, owner, environment),
        "read_only": why_read_only(request.actor, owner, environment, Right.APIS),
    }
    return render(request, "clients/requests.html", context)


@require_POST
def decide_claim(request: TenantRequest, pk: int) -> HttpResponse:
    """Answer a client that asks for another value of a claim."""
    asked = get_object_or_404(_values(request).select_related("claim"), pk=pk)
    rules.check_may_decide(request.actor, request.organization.pk, request.environment)
    decision = Decision.DECLINE if "decline" in request.POST else Decision.APPROVE
    seen = request.POST.get("seen", "")
    services.decide_claim(decision, claim_id=pk, seen=seen, by=request.actor, at=timezone.now())
    said = (
        _("%(label)s er endret, og står i det neste tokenet.")
        if decision is Decision.APPROVE
        else _("%(label)s blir som før.")
    )
    messages.success(request, said % {"label": asked.claim.label})
    return redirect("clients:requests", request.environment, request.organization.number)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show one request with all there is to know about it, and take the answer."""
    asked = _asked(request, pk)
    if request.method == "POST":
        rules.check_may_decide(request.actor, request.organization.pk, request.environment)
    form = forms.Answer.to(asked, rules.available(asked, request.actor), sent(request))
    answered = attempt(
        form,
        lambda **data: services.decide(access_id=pk, by=request.actor, at=timezone.now(), **data),
    )
    if answered:
        messages.success(request, _answered(answered))
        return redirect("clients:requests", request.environment, request.organization.number)
    context: dict[str, object] = {"asked": asked, "form": form}
    if status(form) == 409:
        context = _overtaken(request, pk, form)
    owner, environment = request.organization.pk, request.environment
    context["read_only"] = why_read_only(request.actor, owner, environment, Right.APIS)
    return render(request, "clients/requests_decide.html", context, status=status(form))


def _overtaken(request: TenantRequest, pk: UUID, form: forms.Answer) -> dict[str, object]:
    """Show how things are now, with what was typed: having seen it, one may answer anew."""
    asked = _asked(request, pk)
    offered = rules.available(asked, request.actor)
    again = forms.Answer.to(asked, offered, None, reason=form.cleaned_data["reason"])
    return {"asked": asked, "form": again, "overtaken": form.non_field_errors()}


def _asked(request: TenantRequest, pk: UUID) -> ClientScope:
    return get_object_or_404(queries.in_full(_mine(request)), pk=pk)


def _mine(request: TenantRequest) -> ClientScopeQuerySet:
    """Requests for scopes of the organization's own APIs."""
    asked = ClientScope.objects.visible_to(request.actor)
    return queries.of_finished(asked.of(request.environment, request.organization.pk))


def _consents(request: TenantRequest, *, decided: bool) -> list[Consent]:
    """What client systems on their way to production ask of the organisation, there."""
    if request.environment != Environment.PRODUCTION:
        return []
    asked = Consent.objects.visible_to(request.actor)
    here = asked.of(request.environment, request.organization.pk)
    return consents.listed(here, decided=decided)


def _answered(asked: ClientScope) -> str:
    return _("%(scope)s for %(client)s: %(state)s.") % {
        "scope": asked.scope.name,
        "client": asked.client.name,
        "state": formats.inside(asked.get_access_display()),
    }


def _values(request: TenantRequest) -> ClientClaimQuerySet:
    """Claims of the organisation's own APIs."""
    claims = ClientClaim.objects.visible_to(request.actor)
    return claims.of(request.environment, request.organization.pk)
