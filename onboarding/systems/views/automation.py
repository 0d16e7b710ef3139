"""The tab «Automatisering»: the keys that let the supplier's software create drafts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems import forms, queries, rules, services
from onboarding.systems.models import AutomationKey, ClientSystem
from onboarding.systems.views.lists import about_system, systems_of


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: TenantRequest, pk: UUID) -> HttpResponse:
    """List the automation keys, and make one on POST. Its secret is on this one answer only."""
    system = get_object_or_404(systems_of(request), pk=pk)
    if request.method == "POST":
        rules.check_write(request.actor, system.organization_id, system.environment)
    form = forms.NameAutomationKey(sent(request))
    made = attempt(
        form,
        lambda name: services.make_key(
            system_id=pk, name=name, by=request.actor, at=timezone.now()
        ),
    )
    known = AutomationKey.objects.visible_to(request.actor).filter(system=system)
    context = about_system(request, system) | {
        "tab": "automation",
        "keys": queries.newest_keys(known),
        "made": made,
        "form": forms.NameAutomationKey() if made else form,
    }
    return render(request, "systems/automation.html", context, status=status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: TenantRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Say what ending a key means, then do it."""
    system: ClientSystem = get_object_or_404(systems_of(request), pk=pk)
    known = AutomationKey.objects.visible_to(request.actor).filter(system=system)
    found = get_object_or_404(known, pk=key)
    rules.check_write(request.actor, system.organization_id, system.environment)
    if request.method != "POST":
        return render(request, "systems/end_key.html", {"system": system, "key": found})
    services.end_key(key_id=key, by=request.actor, at=timezone.now())
    messages.success(request, _("%(name)s er avsluttet.") % {"name": found.name})
    return redirect("systems:automation", request.environment, request.organization.number, pk)
