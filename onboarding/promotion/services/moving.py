"""What all verbs on a case share: the lock, the move from one status to the next, the record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from onboarding.audit.services import record as add_event
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPermitted
from onboarding.promotion import rules
from onboarding.promotion.models import Case
from onboarding.promotion.queries.assessing import Assessment
from onboarding.promotion.services.telling import tell
from onboarding.promotion.states import STEPS, Action, Turn
from onboarding.suppliers.actors import Actor


def locked(case_id: UUID, action: Action, by: Actor) -> Case:
    """Return the case, locked, if the actor may do this to it now. Raises Refused."""
    case = locked_case(case_id)
    rules.check(action, case, by)
    return case


def locked_case(case_id: UUID) -> Case:
    """Return the case, locked: whoever comes meanwhile waits, and then sees what was done."""
    # Only the case itself: what a lock waited for shows in the locked row alone.
    return Case.objects.select_for_update(of=("self",)).get(pk=case_id)


def move(case: Case, action: Action, at: datetime, *fields: str) -> None:
    """Take a case to where the action leads; saves that, the clock, and the named fields.

    The clock of each side runs from when the case is first sent in, and stands on the other's.
    """
    target = STEPS[action].target
    before = case.turn
    if target is not None and target != case.status:
        if before == Turn.REVIEWER:
            case.our_seconds = case.seconds_of(before, at)
        elif before == Turn.SUPPLIER:
            case.their_seconds = case.seconds_of(before, at)
        case.status, case.turn_since = target, at
    case.save(
        update_fields=["status", "turn_since", "our_seconds", "their_seconds", *fields],
    )


def note_standing(case: Case, assessment: Assessment) -> None:
    """Put how the items stand on the case's row, where lists read it. Saves nothing."""
    from_verdict = [result.verdict.value for result in assessment.unmet]
    case.fails, case.warns = from_verdict.count("fail"), from_verdict.count("warn")


def record(
    kind: str,
    case: Case,
    by: Actor,
    at: datetime,
    *,
    message: str = "",
    to_desk: bool = False,
    **details: str | int | bool | None,
) -> None:
    """Add what was done to the event log, the case's history, and tell the other side.

    `message` is for the notice alone; `to_desk` says which side a comment is for.
    """
    event = add_event(
        f"promotion.{kind}",
        subject=case,
        actor=by.name,
        at=at,
        organization_id=case.organization_id,
        environment=Environment.TEST,
        case=case.number,
        name=case.name,
        **details,
    )
    tell(case, event, by, message=message, to_desk=to_desk)


def person(by: Actor) -> int:
    """Return who is to answer for the act: always somebody, so NotPermitted for the portal."""
    if by.user_id is None:
        raise NotPermitted(_("Dette må en person gjøre."))
    return by.user_id
