"""What the supplier does on the page of a case. What goes wrong shows there, and what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.core.forms import attempt
from onboarding.promotion import rules
from onboarding.promotion.forms import Addresses, Answer, Comment, TestAddress
from onboarding.promotion.models import Case
from onboarding.promotion.queries import items
from onboarding.promotion.queries.assessing import assess
from onboarding.promotion.services import cases as filling
from onboarding.promotion.services import submitting, talking
from onboarding.promotion.states import Action, Status
from onboarding.promotion.views.cases import found, page, to_case
from onboarding.suppliers.requests import TenantRequest


@require_POST
def answer(request: TenantRequest, pk: UUID, item: str) -> HttpResponse:
    """Answer one item, or write what the reviewer should look at."""
    case = found(request, pk)
    rules.check_supplier(case, request.actor)
    row = _row(case, item)
    form = Answer.of(row, request.POST)
    done = attempt(form, _act(filling.answer, request, pk, item=item))
    if done:
        return to_case(request, pk, f"item-{item}")
    return page(request, case, {f"answer-{item}": form})


@require_POST
def comment(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Write in the thread of an item, or of the whole case."""
    case = found(request, pk)
    rules.check_comment(case, request.actor)
    item = request.POST.get("item", "")
    form = Comment.to(item, request.POST)
    if attempt(form, _act(talking.comment, request, pk, item=item)):
        return to_case(request, pk, f"item-{item}" if item else "talk")
    return page(request, case, {f"comment-{item}": form})


@require_POST
def addresses(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Fill in the addresses of production."""
    case = found(request, pk)
    rules.check_supplier(case, request.actor)
    kind = Addresses if case.api_id is None else TestAddress
    form = kind.of(case, request.POST)
    if attempt(form, _act(filling.save_addresses, request, pk)):
        messages.success(request, _("Adressene for produksjon er lagret."))
        return to_case(request, pk)
    return page(request, case, {"addresses": form})


@require_POST
def newest(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Let the case be about the newest version in test."""
    case = filling.take_newest(case_id=found(request, pk).pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Saken gjelder den nyeste versjonen av %(name)s.") % _named(case))
    return to_case(request, pk)


@require_POST
def submit(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Send the case in, for the first time or back to its reviewer; else say what bars that."""
    case = found(request, pk)
    is_first = case.status == Status.DRAFT
    verb = submitting.submit if is_first else submitting.resubmit
    try:
        done = verb(case_id=pk, by=request.actor, at=timezone.now())
    except rules.Barred:
        return page(request, case, {}, is_barred=True)
    text = _("%(name)s er sendt inn.")
    if done.passed_through:
        text = _("%(name)s er godkjent uten gjennomgang. Du kan sette endringen i produksjon.")
    messages.success(request, text % _named(done))
    return to_case(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask once, then take the case back."""
    case = found(request, pk)
    rules.check(Action.WITHDRAW, case, request.actor)
    if request.method != "POST":
        return render(request, "promotion/withdraw.html", {"case": case})
    submitting.withdraw(case_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Saken om %(name)s er trukket tilbake.") % _named(case))
    return to_case(request, pk)


def _row(case: Case, item: str) -> items.Row:
    rows = items.rows(case, assess(case, timezone.now()))
    row = next((row for row in rows if row.key == item and row.is_answered), None)
    if row is None:
        raise Http404
    return row


def _act(verb: Callable[..., Any], request: TenantRequest, pk: UUID, **given: Any) -> Any:
    """Return the verb with all but what the form holds."""
    return lambda **data: verb(case_id=pk, by=request.actor, at=timezone.now(), **given, **data)


def _named(case: Case) -> dict[str, str]:
    return {"name": case.name}
