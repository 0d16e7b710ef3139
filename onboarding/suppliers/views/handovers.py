"""Handing work over: making the link, and being the one it was given to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core.refusals import Refused
from onboarding.suppliers import tokens
from onboarding.suppliers.models import HandOver
from onboarding.suppliers.queries import administrators_anywhere
from onboarding.suppliers.queries.handovers import by_digest
from onboarding.suppliers.requests import PortalRequest, TenantRequest
from onboarding.suppliers.rules import handovers as rules
from onboarding.suppliers.services import handovers as services
from onboarding.suppliers.states import Errand
from onboarding.suppliers.views.gates import reachable_before_production

SESSION_KEY = "handover"
# What this app's own pages hand over; apps above make links to theirs by the service.
PAGES = {Errand.TERMS: "terms:own", Errand.APPROVAL: "approval:own"}


@reachable_before_production
@require_POST
def new(request: TenantRequest, errand: str) -> HttpResponse:
    """Make a link and show it: no redirect, because it is kept nowhere to come back to."""
    if errand not in Errand.values or Errand(errand) not in PAGES:
        raise Http404
    where = [request.environment, request.organization.number]
    page = reverse(PAGES[Errand(errand)], args=where)
    handed = services.create(
        errand=Errand(errand),
        path=page,
        organization_id=request.organization.pk,
        environment=request.environment,
        by=request.actor,
        at=timezone.now(),
    )
    link = settings.BASE_URL + reverse("suppliers:handover_follow", args=[handed.token])
    context = {"handover": handed.handover, "link": link, "back": page}
    return render(request, "suppliers/handover_made.html", context)


@login_not_required
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, and go on to the page that asks for a login.

    Uses nothing up: mail scanners follow links too. The session keeps the digest only.
    """
    request.session[SESSION_KEY] = tokens.digest(token)
    return redirect("suppliers:handover")


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: PortalRequest) -> HttpResponse:
    """Say what was handed over, or what is missing; use it up on POST."""
    found = by_digest(request.session.get(SESSION_KEY, ""))
    if found is None:
        return _over(request, _("Lenken hører ikke til noe. Sjekk adressen."), 404)
    try:
        if request.method == "POST":
            return _use(request, found)
        rules.check_standing(found, timezone.now())
        people = get_text_list(administrators_anywhere(found.organization_id), _("eller"))
        rules.check_follow(found, request.actor, people)
    except Refused as refusal:
        return _over(request, str(refusal), refusal.status)
    return render(request, "suppliers/handover.html", {"handover": found})


def _use(request: PortalRequest, found: HandOver) -> HttpResponse:
    used = services.use(handover_id=found.pk, by=request.actor, at=timezone.now())
    del request.session[SESSION_KEY]
    return redirect(used.path)


def _over(request: PortalRequest, reason: str, status: int) -> HttpResponse:
    context = {"reason": reason, "status": status}
    return render(request, "suppliers/handover_over.html", context, status=status)
