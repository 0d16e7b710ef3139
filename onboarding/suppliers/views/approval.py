"""A supplier's approval: the page of the organisation, and the desk of the operators."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.forms.approval import TakeStep
from onboarding.suppliers.models import ContactPoint, Organization
from onboarding.suppliers.queries import administrators_anywhere
from onboarding.suppliers.queries import approval as queries
from onboarding.suppliers.queries.standing import standing
from onboarding.suppliers.queries.terms import acceptances
from onboarding.suppliers.requests import PortalRequest, TenantRequest
from onboarding.suppliers.rules import approval as rules
from onboarding.suppliers.services.approval import take_step
from onboarding.suppliers.states import STEPS, STOPPED, Act, Party, SupplierState
from onboarding.suppliers.views.desk import check_operator
from onboarding.suppliers.views.gates import reachable_before_production

SHOWN = 50


@reachable_before_production
@require_safe
def own(request: TenantRequest) -> HttpResponse:
    """Show an organisation how it stands with the platform, why, and what it can do."""
    supplier = queries.supplier_of(request.organization.pk)
    context = {
        **_facts(request, request.organization, Party.ORGANIZATION),
        "administrators": get_text_list(
            administrators_anywhere(request.organization.pk), _("eller")
        ),
        "is_stopped": supplier.state in STOPPED,
    }
    return render(request, "suppliers/approval/own.html", context)


@reachable_before_production
@require_http_methods(["GET", "HEAD", "POST"])
def own_step(request: TenantRequest, act: str) -> HttpResponse:
    """Apply for approval, or withdraw: the acts of the organisation itself."""
    verb = _act(act, Party.ORGANIZATION)
    done = _step(request, request.organization, verb, "suppliers/approval/own_step.html")
    if done is not None:
        return done
    messages.success(
        request,
        _("Søknaden er sendt. Forvalterne på plattformen er varslet.")
        if verb == Act.APPLY
        else _("Søknaden er trukket tilbake."),
    )
    return redirect("approval:own", request.environment, request.organization.number)


@require_safe
def suppliers(request: PortalRequest) -> HttpResponse:
    """List suppliers for the operators, narrowed by state and by a part of name or number."""
    check_operator(request)
    text = " ".join(request.GET.get("q", "").split())[:100]
    state = request.GET.get("state", "")
    if state not in SupplierState.values:
        state = ""
    rows = list(queries.listed(request.actor, state=state, text=text)[: SHOWN + 1])
    context = {
        "rows": rows[:SHOWN],
        "has_more": len(rows) > SHOWN,
        "shown": SHOWN,
        "state": state,
        "states": SupplierState.choices,
        "text": text,
    }
    return render(request, "suppliers/approval/list.html", context)


@require_safe
def supplier(request: PortalRequest, number: str) -> HttpResponse:
    """Show an operator one supplier: how it stands, what a stop would hit, and the history."""
    check_operator(request)
    organization = _organization(request, number)
    context = {
        **_facts(request, organization, Party.OPERATOR),
        "hit": queries.hit_by_stopping(organization.pk),
        "standing": standing(organization.pk, timezone.now()),
        "accepted": acceptances(organization.pk)[:5],
        "points": ContactPoint.objects.visible_to(request.actor)
        .filter(organization=organization, verified_at__isnull=False)
        .order_by("purpose", "email"),
        "belongs": rules.belongs(request.actor, organization.pk),
    }
    return render(request, "suppliers/approval/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: PortalRequest, number: str, act: str) -> HttpResponse:
    """Ask an operator for the reason, and carry the decision out."""
    check_operator(request)
    organization = _organization(request, number)
    done = _step(request, organization, _act(act, Party.OPERATOR), "suppliers/approval/decide.html")
    if done is not None:
        return done
    messages.success(request, _("Avgjørelsen er lagret, og de det gjelder, er varslet."))
    return redirect("suppliers:supplier", number)


def _step(
    request: PortalRequest, organization: Organization, act: Act, template: str
) -> HttpResponse | None:
    """Return the page that asks, or None when the step has been taken."""
    standing = queries.supplier_of(organization.pk)
    form = TakeStep(sent(request), act=act, initial={"seen": standing.steps})
    if request.method != "POST":
        rules.check(act, request.actor, organization.pk, standing.state)
    take = partial(
        take_step, organization_id=organization.pk, act=act, by=request.actor, at=timezone.now()
    )
    if attempt(form, take) is not None:
        return None
    context = {**_facts(request, organization, STEPS[act].party), "form": form, "act": act}
    if act in (Act.SUSPEND, Act.END):
        context["hit"] = queries.hit_by_stopping(organization.pk)
    return render(request, template, context, status=status(form))


def _facts(request: PortalRequest, organization: Organization, party: Party) -> dict[str, object]:
    """What the pages of an approval show, with the acts of the party whose page it is."""
    found = queries.supplier_of(organization.pk)
    steps = list(queries.history(found))
    acts = rules.available(request.actor, organization.pk, found.state)
    return {
        "subject": organization,
        "supplier": found,
        "history": steps,
        "last": steps[0] if steps else None,
        "acts": [act for act in acts if STEPS[act].party == party],
        "look": LOOKS[SupplierState(found.state)],
    }


# How each state shows on a page (docs/design.md).
LOOKS = {
    SupplierState.NONE: "none",
    SupplierState.APPLIED: "wait",
    SupplierState.DECLINED: "fail",
    SupplierState.APPROVED: "ok",
    SupplierState.SUSPENDED: "fail",
    SupplierState.ENDED: "none",
}


def _act(text: str, party: Party) -> Act:
    if text not in Act.values or STEPS[Act(text)].party != party:
        raise Http404
    return Act(text)


def _organization(request: PortalRequest, number: str) -> Organization:
    return get_object_or_404(Organization.objects.visible_to(request.actor), number=number)
