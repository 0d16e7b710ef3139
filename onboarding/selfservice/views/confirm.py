"""The page on which a person says yes or no to a draft, and the way back to the software."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.clients.models import ClientDraft
from onboarding.clients.states import Answer, DraftState
from onboarding.core.refusals import NotPossibleNow
from onboarding.selfservice import forms, rules
from onboarding.selfservice.queries import drafts
from onboarding.selfservice.queries.drafts import Shown
from onboarding.selfservice.return_address import Outcome, with_outcome
from onboarding.selfservice.services import drafts as services
from onboarding.suppliers.queries import missing_right
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right

OUTCOMES = {
    DraftState.CONFIRMED: Outcome.SUCCESS,
    DraftState.DECLINED: Outcome.DECLINED,
    DraftState.EXPIRED: Outcome.EXPIRED,
}


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: TenantRequest, environment: str, pk: UUID) -> HttpResponse:
    """Show what a draft asks for, and take the answer. What else the address says is ignored."""
    found = drafts.by_link(pk, environment)
    if found is None or environment not in settings.OPEN_ENVIRONMENTS:
        raise Http404
    request.environment = environment
    if request.method == "POST":
        return _answer(request, found)
    return _page(request, found)


@login_not_required
@require_safe
def of_host(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lead on from the address that published clients open, to that of the host's environment."""
    _origin, environment = settings.API_ROOTS.get(request.get_host(), ("", ""))
    if not environment:
        raise Http404
    return redirect("selfservice:confirm", environment, pk)


def _answer(request: TenantRequest, found: ClientDraft) -> HttpResponse:
    form = forms.AnswerDraft(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    answer = form.answer if form.is_valid() else Answer.CONFIRM
    try:
        answered = services.answer(
            answer, draft_id=found.pk, seen=seen, by=request.actor, at=timezone.now()
        )
    except NotPossibleNow as refusal:
        again = drafts.by_link(found.pk, found.environment)
        return _page(request, again or found, refusal)
    return _over(request, drafts.shown(answered), goes_on=True)


def _page(
    request: TenantRequest, found: ClientDraft, refusal: NotPossibleNow | None = None
) -> HttpResponse:
    """The page for the draft as it is now, with the status of a refusal if there was one."""
    page, status = drafts.shown(found), refusal.status if refusal else 200
    if found.state(timezone.now()) != DraftState.WAITING:
        return _over(request, page, status=status, refusal=refusal)
    may = rules.may_answer(request.actor, page.organization, found.environment)
    context: dict[str, object] = {"page": page, "draft": found, "refusal": refusal}
    if may:
        return render(request, "selfservice/confirm.html", context, status=status)
    organization = page.organization
    if organization is not None:
        context["missing"] = missing_right(Right.USE, organization.pk, found.environment)
        context["may_choose"] = organization.is_synthetic and organization.is_open
    context["right"] = Right.USE.label
    context["back"] = _way_back(found, Outcome.REFUSED)
    context["link"] = f"{settings.BASE_URL}{request.path}"
    return render(request, "selfservice/missing_right.html", context, status=403)


def _over(
    request: TenantRequest,
    page: Shown,
    *,
    goes_on: bool = False,
    status: int = 200,
    refusal: NotPossibleNow | None = None,
) -> HttpResponse:
    """The page for a draft that was answered or has expired; `goes_on` leads back by itself."""
    state = page.draft.state(timezone.now())
    may = rules.may_answer(request.actor, page.organization, page.draft.environment)
    if state == DraftState.EXPIRED:
        status = 410
    context = {
        "page": page,
        "draft": page.draft,
        "state": state.value,
        "goes_on": goes_on,
        "back": _way_back(page.draft, OUTCOMES[state]),
        "may_see_client": may and state == DraftState.CONFIRMED,
        "refusal": refusal,
    }
    return render(request, "selfservice/answered.html", context, status=status)


def _way_back(found: ClientDraft, outcome: Outcome) -> str:
    return with_outcome(found.return_to, outcome) if found.return_to else ""
