"""The people of an organisation: who may do what, and who is invited."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core import formats, mail
from onboarding.core.forms import attempt, status
from onboarding.suppliers import queries, rules, services
from onboarding.suppliers.forms import ChangeRole, Invite
from onboarding.suppliers.models import Invitation, Membership
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.rules import Action
from onboarding.suppliers.states import Role

SHOWN = 200


@require_safe
def people(request: TenantRequest) -> HttpResponse:
    """List the members with their roles, and the invitations that nobody has answered."""
    rules.check_see_people(request.actor, request.organization.pk, request.environment)
    return _people_page(request)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: TenantRequest) -> HttpResponse:
    """Ask for an address and a role; the answer holds the link, which is shown this once."""
    where = request.organization.pk, request.environment
    rules.check_people(Action.INVITE, request.actor, *where)
    form = Invite(
        request.POST if request.method == "POST" else None,
        initial={"role": Role.READER},
        roles=rules.grantable(request.actor, *where),
    )
    act = partial(
        services.invite,
        organization_id=request.organization.pk,
        environment=request.environment,
        by=request.actor,
        at=timezone.now(),
    )
    invited = attempt(form, act)
    if invited is None:
        return render(request, "suppliers/invite.html", {"form": form}, status=status(form))
    return _sent(request, invited)


@require_POST
def resend(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Make a new link for an invitation; the old one stops working."""
    earlier = _invitation(request, pk)
    invited = services.resend(invitation_id=earlier.pk, by=request.actor, at=timezone.now())
    return _sent(request, invited)


@require_POST
def withdraw(request: TenantRequest, pk: UUID) -> HttpResponse:
    """End an invitation before it is used."""
    earlier = _invitation(request, pk)
    services.withdraw(invitation_id=earlier.pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Invitasjonen til %s er trukket tilbake.") % earlier.email)
    return _back(request)


@require_safe
def member(request: TenantRequest, pk: int) -> HttpResponse:
    """Show one member, with what may be changed."""
    return _member_page(request, _membership(request, pk))


@require_POST
def role(request: TenantRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    found = _membership(request, pk)
    where = request.organization.pk, request.environment
    rules.check_people(Action.CHANGE_ROLE, request.actor, *where)
    form = ChangeRole(request.POST, roles=rules.grantable(request.actor, *where))
    act = partial(services.change_role, membership_id=pk, by=request.actor, at=timezone.now())
    changed = attempt(form, act)
    if changed is None:
        return _member_page(request, found, form=form)
    words = {"person": found.user.name, "role": formats.inside(str(Role(changed.role).label))}
    messages.success(request, _("%(person)s har nå rollen «%(role)s».") % words)
    return _back(request)


@require_POST
def signatory(request: TenantRequest, pk: int) -> HttpResponse:
    """Say that a member may bind the organisation, or no longer."""
    found = _membership(request, pk)
    may_bind = request.POST.get("may_bind") == "1"
    services.set_signatory(membership_id=pk, may_bind=may_bind, by=request.actor, at=timezone.now())
    words = (
        _("%(person)s kan nå binde virksomheten.")
        if may_bind
        else _("%(person)s kan ikke lenger binde virksomheten.")
    )
    messages.success(request, words % {"person": found.user.name})
    return redirect("people:member", request.environment, request.organization.number, pk)


@require_POST
def remove(request: TenantRequest, pk: int) -> HttpResponse:
    """Take a member's role away, or leave."""
    found = _membership(request, pk)
    services.remove(membership_id=pk, by=request.actor, at=timezone.now())
    if found.user_id == request.actor.user_id:
        messages.success(request, _("Du er ikke lenger med i %s.") % request.organization.name)
        return redirect("suppliers:start")
    messages.success(request, _("%s er fjernet.") % found.user.name)
    return _back(request)


def _membership(request: TenantRequest, pk: int) -> Membership:
    rows = Membership.objects.visible_to(request.actor).select_related("user", "signatory")
    return get_object_or_404(rows.of(request.environment, request.organization.pk), pk=pk)


def _invitation(request: TenantRequest, pk: UUID) -> Invitation:
    rows = Invitation.objects.visible_to(request.actor)
    return get_object_or_404(rows.of(request.environment, request.organization.pk), pk=pk)


def _sent(request: TenantRequest, invited: services.Invited) -> HttpResponse:
    """Send the letter and show the link. No redirect: the link is kept nowhere to come back to."""
    invitation = invited.invitation
    path = reverse("suppliers:follow", args=[invited.token])
    link = settings.BASE_URL + path
    context = {
        "inviter": request.actor.name,
        "organization": request.organization.name,
        "invitation": invitation,
        "link": link,
    }
    is_sent = mail.send(
        to=invitation.email,
        subject=_("Invitasjon til %s i Selvbetjening") % request.organization.name,
        text=render_to_string("suppliers/invitation_letter.txt", context),
    )
    return _people_page(request, invitation=invitation, link=link, is_sent=is_sent)


def _people_page(request: TenantRequest, **extra: object) -> HttpResponse:
    where = request.environment, request.organization.pk
    members = (
        Membership.objects.visible_to(request.actor).of(*where).select_related("user", "signatory")
    )
    invited = Invitation.objects.visible_to(request.actor).of(*where).select_related("created_by")
    context = {
        "members": members.select_related("user", "signatory").order_by("user__name", "pk")[:SHOWN],
        "invitations": invited.filter(accepted_at=None, withdrawn_at=None).order_by(
            "-created_at", "pk"
        )[:SHOWN],
        "now": timezone.now(),
        **_may(request),
        **extra,
    }
    return render(request, "suppliers/people.html", context)


def _member_page(
    request: TenantRequest, found: Membership, *, form: ChangeRole | None = None
) -> HttpResponse:
    roles = rules.grantable(request.actor, request.organization.pk, request.environment)
    form = form or ChangeRole(initial={"role": found.role}, roles=roles)
    context = {
        "member": found,
        "is_self": found.user_id == request.actor.user_id,
        "is_last": found.role == Role.ADMIN and not queries.other_admins(found),
        "form": form,
        **_may(request),
    }
    return render(request, "suppliers/member.html", context, status=status(form))


def _may(request: TenantRequest) -> dict[str, object]:
    where = request.organization.pk, request.environment
    actions = rules.available(request.actor, *where)
    return {
        "may_invite": Action.INVITE in actions,
        "may_change": Action.CHANGE_ROLE in actions,
        "may_leave": Action.LEAVE in actions,
        "administrators": ""
        if Action.INVITE in actions
        else get_text_list(queries.administrators(*where), _("eller")),
    }


def _back(request: TenantRequest) -> HttpResponse:
    return redirect("people:list", request.environment, request.organization.number)
