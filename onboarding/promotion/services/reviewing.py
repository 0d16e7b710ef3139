"""How reviewers share the cases, and what they say of single items."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.checklists.states import SETTLED, Kind, Verdict
from onboarding.core.refusals import Invalid, NotPermitted
from onboarding.promotion import rules
from onboarding.promotion.models import Case, Condition, Judgement
from onboarding.promotion.queries.assessing import KIND_FOR, Assessment, assess
from onboarding.promotion.services.moving import locked, move, note_standing, person, record
from onboarding.promotion.states import Action, ConditionKind, SpotCheck
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for


@transaction.atomic
def take(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Take a case out of the queue. Of two who do so at once, one gets it."""
    case = locked(case_id, Action.TAKE, by)
    case.reviewer_id = person(by)
    move(case, Action.TAKE, at, "reviewer")
    record("take", case, by, at)
    return case


@transaction.atomic
def join(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Become the second reviewer of a case that needs two."""
    case = locked(case_id, Action.JOIN, by)
    case.second_reviewer_id = person(by)
    move(case, Action.JOIN, at, "second_reviewer")
    record("join", case, by, at)
    return case


@transaction.atomic
def hand_over(*, case_id: UUID, to: int, by: Actor, at: datetime) -> Case:
    """Give one's place in a case to another reviewer.

    Raises Refused, and Invalid for one who may not have it.
    """
    case = locked(case_id, Action.HAND_OVER, by)
    receiver = User.objects.filter(pk=to, is_reviewer=True, is_active=True).first()
    if receiver is None:
        raise Invalid(_("Velg en saksbehandler."), field="to")
    try:
        rules.check_reviewer(case, actor_for(receiver))
    except NotPermitted as error:
        raise Invalid(
            _("%(name)s har del i saken og kan ikke behandle den.") % {"name": receiver.name},
            field="to",
        ) from error
    if receiver.pk in case.reviewer_ids:
        raise Invalid(_("%(name)s har saken fra før.") % {"name": receiver.name}, field="to")
    _replace(case, by, receiver.pk)
    move(case, Action.HAND_OVER, at, "reviewer", "second_reviewer")
    record("hand_over", case, by, at, to=receiver.name)
    return case


@transaction.atomic
def put_back(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Give a case up. Where another reviewer has it too, it stays with that one."""
    case = locked(case_id, Action.PUT_BACK, by)
    remaining = next(iter(case.reviewer_ids - {person(by)}), None)
    case.reviewer_id, case.second_reviewer_id = remaining, None
    fields = ("reviewer", "second_reviewer")
    if remaining is None:
        move(case, Action.PUT_BACK, at, *fields)
    else:
        case.save(update_fields=fields)
    record("put_back", case, by, at)
    return case


@transaction.atomic
def judge(*, case_id: UUID, item: str, verdict: str, note: str, by: Actor, at: datetime) -> Case:
    """Say how an item stands that no machine can see.

    Raises Refused, and Invalid for one that the portal proves or the supplier answers.
    """
    case = locked(case_id, Action.JUDGE, by)
    before = assess(case, at)
    kinds = {result.item.key: result.kind for result in before.results}
    if kinds.get(item) != Kind.REVIEWER:
        raise Invalid(_("Sjekkpunktet vurderes ikke av saksbehandleren."))
    if verdict not in SETTLED:
        raise Invalid(_("Velg en vurdering."), field="verdict")
    Judgement.objects.update_or_create(
        case=case,
        item=item,
        defaults={
            "verdict": verdict,
            "note": note,
            "judged_at": at,
            "judged_by_id": person(by),
        },
    )
    _drop_other_condition(case, item, verdict)
    _keep_standing(case, assess(case, at))
    record("judge", case, by, at, item=item, verdict=verdict)
    return case


@transaction.atomic
def set_condition(
    *,
    case_id: UUID,
    item: str,
    due_on: date,
    reason: str,
    risk: str,
    by: Actor,
    at: datetime,
) -> Case:
    """Say on what an unmet item is let through: a date and, for a failure, reason and risk.

    Raises Refused, and Invalid for an item that is met and for a deviation that is not explained.
    """
    case = locked(case_id, Action.JUDGE, by)
    unmet = {result.item.key: result.verdict for result in assess(case, at).unmet}
    if item not in unmet:
        raise Invalid(_("Sjekkpunktet er oppfylt, så det trenger ingen frist."))
    if due_on <= at.date():
        raise Invalid(_("Forventet en dato fram i tid."), field="due_on")
    kind = KIND_FOR[unmet[item]]
    if kind == ConditionKind.DEVIATION:
        _check_explained(reason, risk)
    Condition.objects.update_or_create(
        case=case,
        item=item,
        defaults={
            "kind": kind,
            "due_on": due_on,
            "reason": reason,
            "risk": risk,
            "set_at": at,
            "set_by_id": person(by),
        },
    )
    _keep_standing(case, assess(case, at))
    record("condition", case, by, at, item=item, condition=kind.value, due_on=due_on.isoformat())
    return case


@transaction.atomic
def look(*, case_id: UUID, note: str, by: Actor, at: datetime) -> Case:
    """Note that a change which passed through, and was drawn, has been looked at."""
    case = locked(case_id, Action.LOOK, by)
    case.spot_check = SpotCheck.DONE
    move(case, Action.LOOK, at, "spot_check")
    record("look", case, by, at, note=note)
    return case


def _replace(case: Case, by: Actor, receiver: int) -> None:
    if case.reviewer_id == by.user_id:
        case.reviewer_id = receiver
    else:
        case.second_reviewer_id = receiver


def _check_explained(reason: str, risk: str) -> None:
    if not reason:
        raise Invalid(_("Skriv hvorfor avviket kan godtas."), field="reason")
    if not risk:
        raise Invalid(_("Skriv hva risikoen er."), field="risk")


def _drop_other_condition(case: Case, item: str, verdict: str) -> None:
    """A condition fits one verdict: a remark does not explain a failure."""
    kind = KIND_FOR.get(Verdict(verdict))
    case.conditions.filter(item=item).exclude(kind=kind or "").delete()


def _keep_standing(case: Case, assessment: Assessment) -> None:
    note_standing(case, assessment)
    case.reviewers_needed = assessment.reviewers_needed
    case.save(update_fields=["fails", "warns", "reviewers_needed"])
