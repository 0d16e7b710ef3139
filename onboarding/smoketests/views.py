"""The panel on a client's page that tests it, and the tests of before."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.core.jobs import JobStatus
from onboarding.core.paging import links, page
from onboarding.core.refusals import Refused
from onboarding.smoketests import queries, rules, services
from onboarding.smoketests.forms import StartTest
from onboarding.smoketests.models import Run
from onboarding.suppliers.requests import TenantRequest


@require_safe
def panel(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _panel(request, _client(request, pk))


@require_POST
def start(request: TenantRequest, pk: UUID) -> HttpResponse:
    client = _client(request, pk)
    now = timezone.now()
    rules.check(client, request.actor)
    form = StartTest(request.POST, client_id=client.pk, at=now)
    if not form.is_valid():
        return _panel(request, client, error=_first_error(form), status=422)
    try:
        services.start(
            client_id=client.pk,
            key_id=form.cleaned_data["key"],
            api_id=form.cleaned_data["api"],
            assertions=[form.cleaned_data["first"], form.cleaned_data["second"]],
            by=request.actor,
            at=now,
        )
    except Refused as refusal:
        return _panel(request, client, error=str(refusal), status=refusal.status)
    if request.htmx:
        return _panel(request, client)
    here = reverse("client", args=[request.environment, request.organization.number, client.pk])
    return redirect(f"{here}#token-test")


@require_safe
def runs(request: TenantRequest, pk: UUID) -> HttpResponse:
    client = _client(request, pk)
    found = Run.objects.visible_to(request.actor).filter(client=client)
    shown = page(found.select_related("key", "api"), request.GET.get("after", ""))
    states = [(run, queries.RUN_STATES[JobStatus(run.status)]) for run in shown.rows]
    context = {"client": client, "runs": states} | links(shown)
    return render(request, "smoketests/runs.html", context)


@require_safe
def run(request: TenantRequest, pk: UUID, run_id: UUID) -> HttpResponse:
    client = _client(request, pk)
    found = get_object_or_404(
        Run.objects.visible_to(request.actor)
        .select_related("key", "api")
        .prefetch_related("steps"),
        pk=run_id,
        client=client,
    )
    view = queries.run_view(found, configuration_hash(client), timezone.now())
    return render(request, "smoketests/run.html", {"client": client, "view": view})


def _client(request: TenantRequest, pk: UUID) -> ClientConfiguration:
    found = ClientConfiguration.objects.visible_to(request.actor)
    return get_object_or_404(found.at(request.environment, request.organization.pk), pk=pk)


def _panel(
    request: TenantRequest, client: ClientConfiguration, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = panel_context(request, client) | {"error": error}
    template = "smoketests/_panel.html" if request.htmx else "smoketests/panel.html"
    return render(request, template, context, status=status)


def panel_context(request: TenantRequest, client: ClientConfiguration) -> dict[str, object]:
    """Return what smoketests/_panel.html needs, for whoever puts it on a page."""
    return {
        "client": client,
        "test": queries.panel(client, timezone.now()),
        "may_test": rules.is_offered(client, request.actor),
        "issuer": settings.ISSUERS[client.environment],
    }


def _first_error(form: StartTest) -> str:
    return str(next(iter(form.errors.values()))[0])
