"""How an organisation is reached, and how it keeps up with changes."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core import mail
from onboarding.core.forms import attempt, sent, status
from onboarding.core.refusals import Refused
from onboarding.suppliers import tokens
from onboarding.suppliers.forms.contacts import AddContactPoint
from onboarding.suppliers.models import ChangeNotice, ContactPoint
from onboarding.suppliers.queries import contacts as queries
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.rules import contacts as rules
from onboarding.suppliers.rules.approval import belongs
from onboarding.suppliers.services import contacts as services
from onboarding.suppliers.states import Reach
from onboarding.suppliers.views.gates import reachable_before_production


@reachable_before_production
@require_safe
def contacts(request: TenantRequest) -> HttpResponse:
    """Show the contact points, who follows the changes, and which wait for a yes."""
    return _page(request)


@reachable_before_production
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: TenantRequest) -> HttpResponse:
    """Add an address, and send the letter to it."""
    rules.check_write(request.actor, request.organization.pk)
    form = AddContactPoint(sent(request), initial={"purpose": Reach.OPERATIONS})
    act = partial(
        services.add, organization_id=request.organization.pk, by=request.actor, at=timezone.now()
    )
    asked = attempt(form, act)
    if asked is None:
        return render(request, "suppliers/contacts/add.html", {"form": form}, status=status(form))
    return _send(request, asked)


@reachable_before_production
@require_POST
def again(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Send a new link to an address."""
    point = _point(request, pk)
    return _send(
        request, services.ask_again(point_id=point.pk, by=request.actor, at=timezone.now())
    )


@reachable_before_production
@require_POST
def remove(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take an address away."""
    services.remove(point_id=_point(request, pk).pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Kontaktpunktet er fjernet."))
    return _back(request)


@reachable_before_production
@require_POST
def follow(request: TenantRequest) -> HttpResponse:
    """Begin or end to follow the change notices for the organisation."""
    act = services.follow if request.POST.get("follow") == "1" else services.unfollow
    act(organization_id=request.organization.pk, by=request.actor, at=timezone.now())
    return _back(request)


@reachable_before_production
@require_POST
def acknowledge(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take note of a change for the organisation."""
    change = get_object_or_404(ChangeNotice.objects.visible_to(request.actor).published(), pk=pk)
    services.acknowledge(
        change_id=change.pk,
        organization_id=request.organization.pk,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Det er kvittert for endringen."))
    return _back(request)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whoever reads at an address for a yes: opening the link alone changes nothing."""
    try:
        if request.method == "POST":
            point = services.verify(digest=tokens.digest(token), at=timezone.now())
        else:
            point = rules.check_link(queries.by_digest(tokens.digest(token)), timezone.now())
    except Refused as refusal:
        context = {"reason": str(refusal)}
        return render(request, "suppliers/contacts/stale.html", context, status=refusal.status)
    shown = {"point": point, "is_done": request.method == "POST"}
    return render(request, "suppliers/contacts/verify.html", shown)


def _point(request: TenantRequest, pk: UUID) -> ContactPoint:
    rows = ContactPoint.objects.visible_to(request.actor)
    return get_object_or_404(rows, pk=pk, organization=request.organization)


def _send(request: TenantRequest, asked: services.Asked) -> HttpResponse:
    """Send the letter. The link is shown in the demo only, whose addresses have no mailbox."""
    link = settings.BASE_URL + reverse("suppliers:verify_contact", args=[asked.token])
    context = {"organization": request.organization.name, "link": link, "point": asked.point}
    is_sent = mail.send(
        to=asked.point.email,
        subject=_("Bekreft kontaktpunktet for %s") % request.organization.name,
        text=render_to_string("suppliers/contacts/letter.txt", context),
    )
    return _page(request, asked=asked.point, is_sent=is_sent, link=link if settings.DEMO else "")


def _page(request: TenantRequest, **extra: object) -> HttpResponse:
    organization_id = request.organization.pk
    points = ContactPoint.objects.visible_to(request.actor).filter(organization=organization_id)
    followers = list(queries.followers(organization_id))
    context = {
        "points": points.order_by("purpose", "email"),
        "followers": followers,
        "follows": any(row.user_id == request.actor.user_id for row in followers),
        "changes": queries.changes(organization_id),
        "may_write": rules.may_write(request.actor, organization_id),
        "belongs": belongs(request.actor, organization_id),
        **extra,
    }
    return render(request, "suppliers/contacts/list.html", context)


def _back(request: TenantRequest) -> HttpResponse:
    return redirect("contacts:list", request.environment, request.organization.number)
