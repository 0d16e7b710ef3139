"""What a package's link leads to: what it is, for whom, and on to the page that is the yes."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from onboarding.clients import wizard
from onboarding.clients.forms.packages import ForWhom
from onboarding.clients.queries import offers
from onboarding.core.forms import attempt, sent, status
from onboarding.keys import services
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems.models import Package

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def package(request: TenantRequest, environment: str, pk: UUID) -> HttpResponse:
    """Ask for which organisation, then go on to the wizard's last page."""
    if environment not in settings.OPEN_ENVIRONMENTS:
        raise Http404
    found = get_object_or_404(Package.objects.offered(environment), pk=pk)
    request.environment = environment
    mine = list(offers.organizations(request.actor, environment)[:SHOWN])
    form = ForWhom(sent(request), organizations=mine)
    act = partial(services.begin_from_package, package_id=pk, by=request.actor, at=timezone.now())
    client = attempt(form, act)
    if client:
        step = wizard.next_step(client.step)
        return redirect(step.view, environment, client.organization.number, client.pk)
    context = {
        "environment": environment,
        "package": found,
        "scopes": found.scopes.select_related("api__organization").order_by("api__name", "name"),
        "form": form,
        "organizations": mine,
    }
    return render(request, "keys/package.html", context, status=status(form))
