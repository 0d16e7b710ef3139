"""The page of an API's check: start one, see it get on, read what it found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from onboarding.apis.models import Api
from onboarding.core import paging
from onboarding.core.refusals import NotPermitted, Refused
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from onboarding.testtokens import night, rules
from onboarding.testtokens.models import Check
from onboarding.testtokens.queries import reports
from onboarding.testtokens.services import checks
from onboarding.testtokens.views.tenant import address, test_only


@require_safe
@test_only
@vary_on_headers("HX-Request")
def page(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show the newest check of an API; htmx gets the panel alone."""
    api = _api(request, pk)
    return _page(request, api)


@require_POST
@test_only
def start(request: TenantRequest, pk: UUID) -> HttpResponse:
    api = _api(request, pk)
    try:
        checks.start(api_id=api.pk, by=request.actor, at=timezone.now())
    except NotPermitted:
        raise
    except Refused as refusal:
        return _page(request, api, error=str(refusal), status=refusal.status)
    if request.htmx:
        return _page(request, api)
    return redirect(address(request, "testtokens:check", api.pk))


@require_POST
@test_only
def nightly(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Have the API checked every night (`wanted` is 1), or no longer."""
    api = _api(request, pk)
    wanted = request.POST.get("wanted") == "1"
    checks.set_nightly(api_id=api.pk, wanted=wanted, by=request.actor, at=timezone.now())
    text = (
        _("API-et blir sjekket hver natt.") if wanted else _("API-et blir ikke sjekket om natten.")
    )
    messages.success(request, text)
    return redirect(address(request, "testtokens:check", api.pk))


@require_safe
@test_only
def past(request: TenantRequest, pk: UUID, check: UUID) -> HttpResponse:
    """Show one check of before, as it was."""
    api = _api(request, pk)
    mine = Check.objects.visible_to(request.actor).filter(api=api)
    found = get_object_or_404(mine.select_related("api", "requested_by"), pk=check)
    context = {"api": api, "report": reports.report(found, timezone.now())}
    return render(request, "testtokens/check_past.html", context)


@require_safe
@test_only
def history(request: TenantRequest, pk: UUID) -> HttpResponse:
    api = _api(request, pk)
    mine = Check.objects.visible_to(request.actor).filter(api=api)
    shown = paging.page(mine.select_related("requested_by"), request.GET.get("after", ""))
    rows = [(check, reports.run_state(check)) for check in shown.rows]
    context = {"api": api, "rows": rows} | paging.links(shown)
    return render(request, "testtokens/check_history.html", context)


def _api(request: TenantRequest, pk: UUID) -> Api:
    mine = Api.objects.visible_to(request.actor).of(request.environment, request.organization.pk)
    return get_object_or_404(mine, pk=pk)


def _page(request: TenantRequest, api: Api, *, error: str = "", status: int = 200) -> HttpResponse:
    newest = reports.newest(api)
    context = {
        "api": api,
        "report": reports.report(newest, timezone.now()) if newest else None,
        "is_nightly": reports.is_nightly(api),
        "night": night.BEGINS,
        "may_write": rules.may_write(request.actor, api.organization_id),
        "read_only": why_read_only(
            request.actor, api.organization_id, request.environment, Right.APIS
        ),
        "error": error,
    }
    template = "testtokens/_check.html" if request.htmx else "testtokens/check.html"
    return render(request, template, context, status=status)
