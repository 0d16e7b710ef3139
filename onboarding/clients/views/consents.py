"""Where an API owner answers client systems that want his scopes in production."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from onboarding.clients.forms import access as forms
from onboarding.clients.models import Consent
from onboarding.clients.queries import consents as queries
from onboarding.clients.rules import consents as rules
from onboarding.clients.rules.access import check_may_decide
from onboarding.clients.services import consents as services
from onboarding.core import formats
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show which system asks for what, and take the answer."""
    asked = _asked(request, pk)
    owner, environment = request.organization.pk, request.environment
    if request.method == "POST":
        check_may_decide(request.actor, owner, environment)
    offered = rules.available(asked, request.actor)
    form = forms.Answer.to_system(asked, offered, sent(request))
    answered = attempt(
        form,
        lambda **data: services.decide(consent_id=pk, by=request.actor, at=timezone.now(), **data),
    )
    if answered:
        said = _("%(scope)s for %(client)s: %(state)s.")
        messages.success(request, said % _words(answered))
        return redirect("clients:requests", environment, request.organization.number)
    context = {
        "asked": _asked(request, pk),
        "form": form,
        "read_only": why_read_only(request.actor, owner, environment, Right.APIS),
    }
    return render(request, "clients/consent.html", context, status=status(form))


def _asked(request: TenantRequest, pk: UUID) -> Consent:
    mine = Consent.objects.visible_to(request.actor)
    here = mine.of(request.environment, request.organization.pk)
    return get_object_or_404(queries.in_full(here), pk=pk)


def _words(answered: Consent) -> dict[str, str]:
    return {
        "scope": answered.scope.name,
        "client": answered.system.name,
        "state": formats.inside(answered.get_access_display()),
    }
