"""What reviewers do with a case. What goes wrong shows on its page, with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from onboarding.core.forms import attempt, put_on
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.promotion import reasons, rules
from onboarding.promotion.forms import Comment, Decide, HandOver, Judge, Look, SetCondition
from onboarding.promotion.models import Case
from onboarding.promotion.queries import desk as queries
from onboarding.promotion.queries import items
from onboarding.promotion.queries.assessing import Assessment, assess
from onboarding.promotion.services import deciding, reviewing, talking
from onboarding.promotion.views.desk import EVERY_OUTCOME, at_desk, found, outcomes, page


@require_POST
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    reviewing.take(case_id=found(request, pk).pk, **_who(request))
    messages.success(request, _("Du har saken."))
    return _to_case(pk)


@require_POST
def join(request: HttpRequest, pk: UUID) -> HttpResponse:
    reviewing.join(case_id=found(request, pk).pk, **_who(request))
    messages.success(request, _("Du er den andre saksbehandleren."))
    return _to_case(pk)


@require_POST
def put_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = found(request, pk)
    reviewing.put_back(case_id=case.pk, **_who(request))
    messages.success(request, _("%(name)s er lagt tilbake.") % {"name": case.name})
    return redirect("desk:queue")


@require_POST
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = found(request, pk)
    rules.check_reviewer(case, at_desk(request).actor)
    form = HandOver.among(queries.receivers(case), request.POST)
    if attempt(form, _act(reviewing.hand_over, request, pk)):
        messages.success(request, _("%(name)s er gitt videre.") % {"name": case.name})
        return redirect("desk:queue")
    return page(at_desk(request), case, {"hand_over": form})


@require_POST
def judge(request: HttpRequest, pk: UUID, item: str) -> HttpResponse:
    """Say how an item stands that no machine can see."""
    return _on_item(request, pk, item, f"judge-{item}", Judge.of, reviewing.judge)


@require_POST
def condition(request: HttpRequest, pk: UUID, item: str) -> HttpResponse:
    """Say on what an unmet item is let through."""
    return _on_item(
        request, pk, item, f"condition-{item}", SetCondition.of, reviewing.set_condition
    )


@require_POST
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write in the thread of an item, or of the whole case."""
    case = found(request, pk)
    rules.check_comment(case, at_desk(request).actor)
    item = request.POST.get("item", "")
    form = Comment.to(item, request.POST)
    if attempt(form, _act(talking.comment, request, pk, item=item)):
        return _to_case(pk, f"item-{item}" if item else "talk")
    return page(at_desk(request), case, {f"comment-{item}": form})


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide, or fill the message from the chosen reasons and show it."""
    case = found(request, pk)
    actor = at_desk(request).actor
    rules.check_reviewer(case, actor)
    assessment = assess(case, timezone.now())
    form = Decide.offering(EVERY_OUTCOME, assessment.digest, request.POST)
    if "fill" in request.POST:
        form.shown_again(seen=request.POST.get("seen", ""), message=_filled(request, assessment))
    elif form.is_valid() and _decided(request, pk, form):
        return _to_case(pk)
    else:
        form.shown_again(seen=assessment.digest)
    form.offer(outcomes(assessment, rules.available(case, actor)))
    return page(at_desk(request), found(request, pk), {"decide": form})


def _filled(request: HttpRequest, assessment: Assessment) -> str:
    codes = request.POST.getlist("codes")
    unmet = [(row.item.key, str(row.item.spec.fix)) for row in assessment.unmet]
    return reasons.message(assessment.case.name, codes, unmet if "items" in codes else [])


@require_POST
def look(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note what one saw of a change that went through by itself."""
    case = found(request, pk)
    rules.check_reviewer(case, at_desk(request).actor)
    form = Look(request.POST)
    if attempt(form, _act(reviewing.look, request, pk)):
        messages.success(request, _("Etterkontrollen er notert."))
        return _to_case(pk)
    return page(at_desk(request), case, {"look": form})


def _decided(request: HttpRequest, pk: UUID, form: Decide) -> Case | None:
    """Do what was decided; a refusal is put on the form, which keeps what was typed."""
    given = dict(form.cleaned_data)
    outcome = given.pop("outcome")
    if outcome == "approve":
        del given["codes"]
    try:
        case: Case = _VERBS[outcome](case_id=pk, **given, **_who(request))
    except (Invalid, NotPossibleNow) as refusal:
        put_on(form, refusal)
        return None
    messages.success(request, _("Vedtaket ditt er lagret."))
    return case


def _on_item(
    request: HttpRequest,
    pk: UUID,
    item: str,
    place: str,
    make: Callable[..., Any],
    verb: Callable[..., Any],
) -> HttpResponse:
    case = found(request, pk)
    rules.check_reviewer(case, at_desk(request).actor)
    rows = items.rows(case, assess(case, timezone.now()))
    row = next((row for row in rows if row.key == item), None)
    if row is None:
        raise Http404
    form = make(row, request.POST)
    if attempt(form, _act(verb, request, pk, item=item)):
        return _to_case(pk, f"item-{item}")
    return page(at_desk(request), case, {place: form})


def _act(verb: Callable[..., Any], request: HttpRequest, pk: UUID, **given: Any) -> Any:
    """Return the verb with all but what the form holds."""
    return lambda **data: verb(case_id=pk, **given, **data, **_who(request))


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": at_desk(request).actor, "at": timezone.now()}


def _to_case(pk: UUID, anchor: str = "") -> HttpResponse:
    answer = redirect("desk:case", pk)
    if anchor:
        answer["Location"] += f"#{anchor}"
    return answer


_VERBS: dict[str, Callable[..., Any]] = {
    "approve": deciding.approve,
    "request_changes": deciding.request_changes,
    "decline": deciding.decline,
}
