"""The tab «Pakker»: choices of scopes with a link for customers."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems import forms, queries, rules, services
from onboarding.systems.models import Package
from onboarding.systems.views.lists import about_system, systems_of


@require_http_methods(["GET", "HEAD", "POST"])
def packages(request: TenantRequest, pk: UUID) -> HttpResponse:
    """List the packages with their links, and make one on POST."""
    system = get_object_or_404(systems_of(request).select_related("current"), pk=pk)
    if request.method == "POST":
        rules.check_write(request.actor, system.organization_id, system.environment)
    form = forms.NewPackage(sent(request), offered=queries.offered_scopes(system))
    act = partial(services.make_package, system_id=pk, by=request.actor, at=timezone.now())
    made = attempt(form, act)
    if made:
        messages.success(request, _("%(name)s er laget. Send lenken til kunden.") % {"name": made})
        return _back(request, pk)
    known = Package.objects.visible_to(request.actor).filter(system=system)
    context = about_system(request, system) | {
        "tab": "packages",
        "packages": [
            (package, settings.BASE_URL + reverse("package", args=[system.environment, package.pk]))
            for package in queries.newest_packages(known)
        ],
        "form": form,
    }
    return render(request, "systems/packages.html", context, status=status(form))


@require_POST
def end(request: TenantRequest, pk: UUID, package: UUID) -> HttpResponse:
    """End a package; its link leads nowhere from now on."""
    system = get_object_or_404(systems_of(request), pk=pk)
    known = Package.objects.visible_to(request.actor).filter(system=system)
    found = get_object_or_404(known, pk=package)
    services.end_package(package_id=found.pk, by=request.actor, at=timezone.now())
    messages.success(
        request, _("%(name)s er avsluttet. Lenken virker ikke lenger.") % {"name": found}
    )
    return _back(request, pk)


def _back(request: TenantRequest, pk: UUID) -> HttpResponse:
    return redirect("systems:packages", request.environment, request.organization.number, pk)
