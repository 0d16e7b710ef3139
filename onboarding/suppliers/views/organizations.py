"""Finding the organisation to act for, or registering one."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core.environments import Environment
from onboarding.core.forms import attempt, status
from onboarding.notices.queries import unread
from onboarding.suppliers import queries, services
from onboarding.suppliers.forms import RegisterOrganization
from onboarding.suppliers.requests import PortalRequest
from onboarding.suppliers.views.invitations import SESSION_KEY

SHOWN = 50
NOTICES = 5  # that nobody has opened; all are on the page of notices
SEARCH_FROM = 8


@require_safe
def start(request: PortalRequest) -> HttpResponse:
    """The front door: to the one organisation, to the choice, or to the way to get one."""
    actor = request.actor
    mine = {organization for organization, _environment in actor.represented}
    if actor.sees_all or len(mine) > 1:
        return redirect("suppliers:choose")
    if mine:
        (only,) = queries.represented(actor, "", limit=1)
        return redirect("home", only.environment, only.organization.number)
    if SESSION_KEY in request.session:
        return redirect("suppliers:invitation")
    return redirect("suppliers:register")


@require_safe
def choose(request: PortalRequest) -> HttpResponse:
    """List the organisations to act for, with the role held in each environment."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    rows = queries.represented(request.actor, text, limit=SHOWN + 1)
    context = {
        "rows": rows[:SHOWN],
        "has_more": len(rows) > SHOWN,
        "shown": SHOWN,
        "text": text,
        "notices": unread(request.actor)[:NOTICES],
        "searchable": bool(text) or len(rows) >= SEARCH_FROM,
    }
    return render(request, "suppliers/choose.html", context)


@require_safe
def find_any(request: PortalRequest) -> HttpResponse:
    """Find a synthetic organisation to represent in test, as a customer."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    found = queries.open_organizations(text, limit=SHOWN)
    context = {
        "text": text,
        "rows": [(row, (row.pk, Environment.TEST) in request.actor.represented) for row in found],
    }
    return render(request, "suppliers/any.html", context)


@require_POST
def represent(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin to represent a synthetic organisation that is open for it."""
    if not queries.is_synthetic(pk):
        raise Http404
    chosen = services.represent(organization_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Du kan handle for %(name)s i test.") % {"name": chosen.name})
    return redirect("home", Environment.TEST, chosen.number)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: PortalRequest) -> HttpResponse:
    """Register a synthetic organisation, and begin to administer it in test."""
    form = RegisterOrganization(request.POST if request.method == "POST" else None)
    act = partial(services.register_organization, by=request.actor, at=timezone.now())
    organization = attempt(form, act)
    if organization is None:
        return render(request, "suppliers/register.html", {"form": form}, status=status(form))
    messages.success(
        request,
        _("%(name)s er registrert i test, og du er administrator.") % {"name": organization.name},
    )
    return redirect("home", Environment.TEST, organization.number)
