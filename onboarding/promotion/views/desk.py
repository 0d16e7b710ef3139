"""The reviewers' side: the queue, and the page of one case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onboarding.core import paging
from onboarding.core.forms import status
from onboarding.promotion import content, rules
from onboarding.promotion.forms import Comment, Decide, HandOver, Judge, Look, Queue, SetCondition
from onboarding.promotion.models import Case
from onboarding.promotion.queries import desk, history, items, showing, standing
from onboarding.promotion.queries.assessing import Assessment, assess
from onboarding.promotion.services.deciding import bars
from onboarding.promotion.states import Action, Turn
from onboarding.promotion.views.cases import download
from onboarding.suppliers.requests import TenantRequest

# What may be sent: the service says what is possible, and the page what is offered.
EVERY_OUTCOME = [(name, name) for name in ("approve", "request_changes", "decline")]


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show which cases wait, the longest waiting first, narrowed by the filters."""
    actor = at_desk(request).actor
    form = Queue(request.GET)
    filters = _filters(form.cleaned_data if form.is_valid() else {})
    now = timezone.now()
    found = desk.narrowed(Case.objects.visible_to(actor), filters, actor, now)
    shown = desk.page(found, request.GET.get("after", ""))
    context = {
        "form": Queue(initial=filters.kept),
        "filters": filters,
        "rows": [desk.row(case, actor, now) for case in shown.rows],
        "pages": paging.links(shown, **filters.kept),
        "waiting": desk.waiting(),
        "many": desk.MANY,
        "pace": desk.Pace.measured(),
    }
    return render(request, "promotion/queue.html", context)


@require_safe
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one case to a reviewer: what is wrong first, then what a person has to judge."""
    return page(at_desk(request), found(request, pk), {})


@require_safe
def dossier(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out the case as one file that verifies by itself."""
    return download(found(request, pk))


def _filters(given: Mapping[str, Any]) -> desk.Filters:
    return desk.Filters(
        turn=given.get("turn") or Turn.REVIEWER,
        risk=given.get("risk", ""),
        supplier=given.get("supplier", ""),
        days=given.get("days") or 0,
    )


def at_desk(request: HttpRequest) -> TenantRequest:
    """Return the request of a reviewer or an operator; for others the desk does not exist."""
    given = cast(TenantRequest, request)
    if not (given.actor.is_reviewer or given.actor.is_operator):
        raise Http404
    return given


def found(request: HttpRequest, pk: UUID) -> Case:
    """Return a case that has been sent in; 404 for whoever is not at the desk."""
    sent_in = Case.objects.visible_to(at_desk(request).actor).filter(submitted_at__isnull=False)
    related = ("organization", "reviewer", "second_reviewer", "checklist", "system", "revision")
    return get_object_or_404(sent_in.select_related(*related, "api", "submitted_by"), pk=pk)


def page(request: TenantRequest, shown: Case, bound: Mapping[str, forms.Form]) -> HttpResponse:
    """Show a case; `bound` holds the forms that something was wrong with, by their place."""
    at = timezone.now()
    assessment = assess(shown, at)
    available = rules.available(shown, request.actor)
    may_judge, may_comment = Action.JUDGE in available, rules.may_comment(shown, request.actor)
    rows = items.rows(shown, assessment)
    for row in rows:
        row.forms.update(_of_item(row, bound, may_judge=may_judge, may_comment=may_comment))
    context = {
        **_standing(shown, assessment, at),
        **items.for_desk(rows),
        "form": next(iter(bound.values()), None),
        "available": {action.value for action in available},
        "talk": bound.get("comment-") or (Comment.to("") if may_comment else None),
        "decide": bound.get("decide") or _decide(assessment, available),
        "hand_over": bound.get("hand_over") or HandOver.among(desk.receivers(shown)),
        "look": bound.get("look") or Look(),
    }
    answers = [status(form) for form in bound.values()]
    return render(request, "promotion/desk_case.html", context, status=max(answers, default=200))


def _standing(shown: Case, assessment: Assessment, at: datetime) -> dict[str, object]:
    """What the page says beside the items."""
    events = history.events(shown)
    return {
        "case": shown,
        "subject": assessment.subject,
        "panel": standing.panel(shown, at, for_supplier=False),
        "track": standing.track(shown, history.reached(events)),
        "bars": bars(assessment),
        "setup_hash": assessment.setup_hash,
        "since": showing.since_release(shown, assessment.content),
        "lines": content.lines(assessment.content),
        "general": items.general(shown),
        "said": showing.last_messages(shown),
        "votes": showing.votes(shown, assessment),
        "needed": assessment.reviewers_needed,
        "history": history.summed_up(events),
    }


def outcomes(assessment: Assessment, available: frozenset[Action]) -> list[tuple[str, str]]:
    """Return the decisions to offer: a yes only where nothing bars it."""
    if Action.APPROVE not in available:
        return []
    no = [("request_changes", _("Be om endringer")), ("decline", _("Avslå"))]
    if bars(assessment):
        return no
    return [("approve", _("Godkjenn med merknader") if assessment.unmet else _("Godkjenn")), *no]


def _decide(assessment: Assessment, available: frozenset[Action]) -> Decide | None:
    offered = outcomes(assessment, available)
    return Decide.offering(offered, assessment.digest) if offered else None


def _of_item(
    row: items.Row, bound: Mapping[str, forms.Form], *, may_judge: bool, may_comment: bool
) -> dict[str, forms.Form]:
    """The forms of one item: those that were sent, and fresh ones where there is one to offer."""
    found = {
        "judge": bound.get(f"judge-{row.key}")
        or (Judge.of(row) if may_judge and row.is_judged else None),
        "condition": bound.get(f"condition-{row.key}")
        or (SetCondition.of(row) if may_judge and row.is_unmet else None),
        "comment": bound.get(f"comment-{row.key}")
        or (Comment.to(row.key) if may_comment else None),
    }
    return {name: form for name, form in found.items() if form}
