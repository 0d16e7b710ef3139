"""What is in production: putting an approved case there, looking at it, going back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.core.environments import Environment
from onboarding.promotion import content, rules
from onboarding.promotion.models import Release
from onboarding.promotion.queries import production, saying, showing
from onboarding.promotion.services import releasing
from onboarding.promotion.services.making import hindrances
from onboarding.promotion.states import Action
from onboarding.promotion.views.cases import found
from onboarding.suppliers.requests import TenantRequest

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def go_live(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show once more what goes into production, then put it there."""
    _in_production(request)
    case = found(request, pk)
    rules.check(Action.GO_LIVE, case, request.actor)
    if request.method == "POST":
        release = releasing.go_live(case_id=pk, by=request.actor, at=timezone.now())
        messages.success(request, _("%(name)s er satt i produksjon.") % {"name": case.name})
        return _to_release(request, release.pk)
    context = {
        "case": case,
        "lines": content.lines(saying.wanted(case)),
        "hindrances": hindrances(case, timezone.now()),
        "since": showing.since_release(case, saying.wanted(case)),
    }
    return render(request, "promotion/go_live.html", context)


@require_safe
def release(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show one release beside test as it is now, and the releases around it."""
    shown = _release(request, pk)
    newest = saying.newest_release(shown.case)
    context = {
        "release": shown,
        "is_live": newest == shown,
        "newest": newest,
        "earlier": releasing.earlier_release(shown) if newest == shown else None,
        "may_go_back": rules.may_release(shown, request.actor),
        "differences": showing.differences(saying.in_test(shown.case), shown.content),
        "others": production.all_of(shown),
        "made": production.customers(shown),
        "elsewhere": production.elsewhere(shown),
    }
    return render(request, "promotion/release.html", context)


@form_page
def roll_back(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask once, then take the release before this one into use again."""
    live = _release(request, pk)
    rules.check_release(rules.right_for(live), live.organization_id, request.actor)
    if request.method == "POST":
        done = releasing.roll_back(release_id=pk, by=request.actor, at=timezone.now())
        text = _("%(name)s er tilbake på det som gjaldt før, i produksjon.")
        messages.success(request, text % {"name": done.case.name})
        return _to_release(request, done.pk)
    earlier = releasing.earlier_release(live)
    if earlier is None:
        raise Http404
    context = {
        "release": live,
        "earlier": earlier,
        "changes": content.changes(live.content, earlier.content),
        "made": production.customers(live),
    }
    return render(request, "promotion/roll_back.html", context)


def _in_production(request: TenantRequest) -> None:
    """Pages that act on production lie there, and look like it."""
    if request.environment != Environment.PRODUCTION:
        raise Http404


def _release(request: TenantRequest, pk: UUID) -> Release:
    _in_production(request)
    mine = Release.objects.visible_to(request.actor)
    here = mine.of(Environment.PRODUCTION, request.organization.pk)
    related = ("case__system", "case__api", "released_by", "system", "api", "revision", "back_to")
    return get_object_or_404(here.select_related(*related), pk=pk)


def _to_release(request: TenantRequest, pk: UUID) -> HttpResponse:
    where = (Environment.PRODUCTION, request.organization.number, pk)
    return redirect("promotion:release", *where)
