"""Being invited: the link, the page that says what one is invited to, and the yes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.core.refusals import Refused
from onboarding.suppliers import queries, rules, services, tokens
from onboarding.suppliers.models import Invitation
from onboarding.suppliers.requests import PortalRequest

SESSION_KEY = "invitation"


@login_not_required
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, and go on to the page that asks for a login.

    Uses nothing up: mail scanners follow links too. The session keeps the digest only.
    """
    request.session[SESSION_KEY] = tokens.digest(token)
    return redirect("suppliers:invitation")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: PortalRequest) -> HttpResponse:
    """Show the invitation that was followed, and accept it on POST."""
    found = queries.invitation_by_digest(request.session.get(SESSION_KEY, ""))
    if found is None:
        return _over(request, _("Lenken hører ikke til noen invitasjon. Sjekk adressen."), 404)
    try:
        if request.method == "POST":
            return _accept(request, found)
        rules.check_invitation(found, at=timezone.now(), inviter=found.created_by.name)
        rules.check_recipient(found, request.user.email)
    except Refused as refusal:
        return _over(request, str(refusal), refusal.status)
    return render(request, "suppliers/invitation.html", {"invitation": found})


def _accept(request: PortalRequest, found: Invitation) -> HttpResponse:
    services.accept(invitation_id=found.pk, by=request.actor, at=timezone.now())
    del request.session[SESSION_KEY]
    request.session.cycle_key()  # the session can do more now than the one that was there before
    messages.success(request, _("Du er med i %(name)s.") % {"name": found.organization.name})
    return redirect("home", found.environment, found.organization.number)


def _over(request: PortalRequest, reason: str, status: int) -> HttpResponse:
    context = {"reason": reason, "status": status}
    return render(request, "suppliers/invitation_over.html", context, status=status)
