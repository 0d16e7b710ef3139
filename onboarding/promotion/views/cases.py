"""The supplier's side: the list, the table of changes, and the page of one case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onboarding.apis.models import Api
from onboarding.core import paging
from onboarding.core.environments import Environment
from onboarding.core.forms import status
from onboarding.promotion import changes as table
from onboarding.promotion import rules
from onboarding.promotion.forms import Addresses, Answer, Comment, TestAddress
from onboarding.promotion.models import Case
from onboarding.promotion.queries import history, items, production, saying, standing
from onboarding.promotion.queries.assessing import Assessment, assess
from onboarding.promotion.queries.barring import Obstacle, obstacles
from onboarding.promotion.queries.gathering import dossier_of
from onboarding.promotion.queries.lists import ready_apis, ready_systems
from onboarding.promotion.queries.showing import differences, last_messages
from onboarding.promotion.services import cases as filling
from onboarding.promotion.states import Action
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems.models import ClientSystem


@require_safe
def listing(request: TenantRequest) -> HttpResponse:
    """List the organization's cases, newest first, and what a case can be begun for."""
    mine = Case.objects.visible_to(request.actor).of(request.organization.pk)
    shown = paging.page(mine.select_related("reviewer"), request.GET.get("after", ""))
    context = {
        "page": shown,
        "pages": paging.links(shown),
        "releases": production.live(request.organization.pk),
        "sees_production": may_see_production(request),
        "systems": ready_systems(request.organization.pk),
        "apis": ready_apis(request.organization.pk),
        "may_begin": request.actor.can_write_for(request.organization.pk, Environment.TEST),
        "read_only": why_read_only(request.actor, request.organization.pk, Environment.TEST),
    }
    return render(request, "promotion/list.html", context)


@require_safe
def changes(request: TenantRequest) -> HttpResponse:
    """Show which change takes which review, before anybody changes anything."""
    context = {
        "systems": [row for row in table.TABLE if row.kind == "system"],
        "apis": [row for row in table.TABLE if row.kind == "api"],
        "free": table.ALWAYS_FREE,
    }
    return render(request, "promotion/changes.html", context)


@require_POST
def begin_system(request: TenantRequest, pk: UUID) -> HttpResponse:
    systems = ClientSystem.objects.visible_to(request.actor)
    system = get_object_or_404(systems.of(Environment.TEST, request.organization.pk), pk=pk)
    begun = filling.begin_system(system_id=system.pk, by=request.actor, at=timezone.now())
    return to_case(request, begun.pk)


@require_POST
def begin_api(request: TenantRequest, pk: UUID) -> HttpResponse:
    apis = Api.objects.visible_to(request.actor).of(Environment.TEST, request.organization.pk)
    api = get_object_or_404(apis, pk=pk)
    begun = filling.begin_api(api_id=api.pk, by=request.actor, at=timezone.now())
    return to_case(request, begun.pk)


@require_safe
def case(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show one case: whose turn it is, what it lacks, every item, what happened.

    It is worked on in test; in production only those read it who have no role in test.
    """
    shown = found(request, pk)
    where = (request.organization.pk, Environment.TEST)
    may_see_test = request.actor.sees_all or where in request.actor.represented
    if request.environment != Environment.TEST and may_see_test:
        return redirect("promotion:case", Environment.TEST, request.organization.number, pk)
    return page(request, shown, {})


@require_safe
def dossier(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Hand out the case as one file that verifies by itself."""
    return download(found(request, pk))


def download(shown: Case) -> HttpResponse:
    """Return the dossier of a case, as a download only."""
    answer = HttpResponse(dossier_of(shown, timezone.now()), content_type="application/zip")
    name = f"saksmappe-{shown.organization.number}-{shown.number}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def may_see_production(request: TenantRequest) -> bool:
    """Say whether the person has pages of the organization in production."""
    where = (request.organization.pk, Environment.PRODUCTION)
    return request.actor.sees_all or where in request.actor.represented


def found(request: TenantRequest, pk: UUID) -> Case:
    """Return the organization's case; 404 for outsiders."""
    mine = Case.objects.visible_to(request.actor).of(request.organization.pk)
    related = ("organization", "reviewer", "second_reviewer", "checklist", "system", "revision")
    return get_object_or_404(mine.select_related(*related, "api"), pk=pk)


def to_case(request: TenantRequest, pk: UUID, anchor: str = "") -> HttpResponse:
    """Lead to the page of a case, at the item that something was done to."""
    answer = redirect("promotion:case", request.environment, request.organization.number, pk)
    if anchor:
        answer["Location"] += f"#{anchor}"
    return answer


def page(
    request: TenantRequest,
    shown: Case,
    bound: Mapping[str, forms.Form],
    *,
    is_barred: bool = False,
) -> HttpResponse:
    """Show a case; `bound` holds the forms that something was wrong with, by their place.

    `is_barred` where somebody has just tried to send it in in vain.
    """
    at = timezone.now()
    assessment = assess(shown, at)
    available = rules.available(shown, request.actor)
    may_edit, may_comment = Action.EDIT in available, rules.may_comment(shown, request.actor)
    rows = items.rows(shown, assessment)
    for row in rows:
        row.forms.update(_of_item(row, bound, may_edit=may_edit, may_comment=may_comment))
    bars = _obstacles(request, shown, assessment, available)
    context = _standing(shown, assessment, at, is_barred=bool(bars)) | {
        "release": shown.releases.filter(back_to=None).first(),
        "sees_production": may_see_production(request),
        "form": next(iter(bound.values()), None),
        "available": {action.value for action in available},
        "obstacles": bars,
        "is_barred": is_barred,
        "sections": items.sections(rows),
        "counts": items.counts(rows),
        "talk": bound.get("comment-") or (Comment.to("") if may_comment else None),
        "addresses": bound.get("addresses") or (_addresses(shown) if may_edit else None),
        "read_only": why_read_only(request.actor, shown.organization_id, Environment.TEST),
    }
    answers = [status(form) for form in bound.values()]
    code = 409 if is_barred else max(answers, default=200)
    return render(request, "promotion/case.html", context, status=code)


def _standing(
    shown: Case, assessment: Assessment, at: datetime, *, is_barred: bool
) -> dict[str, object]:
    """What the page says before and after the items."""
    events = history.events(shown)
    missing = len(assessment.missing)
    return {
        "case": shown,
        "subject": assessment.subject,
        "panel": standing.panel(shown, at, missing=missing, is_barred=is_barred, for_supplier=True),
        "track": standing.track(shown, history.reached(events)),
        "general": items.general(shown),
        "said": last_messages(shown),
        "differences": differences(saying.in_test(shown), assessment.content),
        "history": history.summed_up(events),
        "has_moved_on": assessment.has_moved_on,
    }


def _of_item(
    row: items.Row, bound: Mapping[str, forms.Form], *, may_edit: bool, may_comment: bool
) -> dict[str, forms.Form]:
    """The forms of one item: those that were sent, and fresh ones where there is one to offer."""
    found = {
        "answer": bound.get(f"answer-{row.key}")
        or (Answer.of(row) if may_edit and row.is_answered else None),
        "comment": bound.get(f"comment-{row.key}")
        or (Comment.to(row.key) if may_comment else None),
    }
    return {name: form for name, form in found.items() if form}


def _addresses(shown: Case) -> forms.Form | None:
    """The form for the addresses of production; None for a system that nobody logs in to."""
    if shown.api_id is not None:
        return TestAddress.of(shown)
    version = shown.revision
    has_some = version and (version.user_login or version.uris.exists())
    return Addresses.of(shown) if has_some else None


def _obstacles(
    request: TenantRequest, shown: Case, assessment: Assessment, available: frozenset[Action]
) -> list[tuple[Obstacle, str]] | None:
    """What bars sending in, each with the address of its fix; None where that is not next."""
    if not available & {Action.SUBMIT, Action.RESUBMIT}:
        return None
    where = (Environment.TEST, request.organization.number)
    return [
        (each, reverse(each.view, args=[*where, *each.args]) if each.view else "")
        for each in obstacles(shown, assessment, request.actor, timezone.now())
    ]
