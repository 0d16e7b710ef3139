"""Sending a case in and taking it back, and what needs nobody to look."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from onboarding.promotion import changes, rules
from onboarding.promotion.models import Case, Decision
from onboarding.promotion.queries import saying
from onboarding.promotion.queries.assessing import Assessment, assess
from onboarding.promotion.queries.barring import obstacles
from onboarding.promotion.services.moving import locked, move, note_standing, person, record
from onboarding.promotion.states import Action, Outcome, Risk, SpotCheck
from onboarding.suppliers.actors import SYSTEM, Actor

# Nobody can foresee which change is drawn.
_DRAW = secrets.SystemRandom()


@transaction.atomic
def submit(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Send a case in. What it wants to put into production is fixed from here on.

    A change of low risk with fresh green evidence is approved at once, and perhaps drawn for a
    look afterwards. Raises Refused, and Barred with all that is missing.
    """
    case = locked(case_id, Action.SUBMIT, by)
    assessment = _fix(case, by, at)
    move(case, Action.SUBMIT, at, *_FIXED)
    record("submit", case, by, at, round=case.round, risk=case.risk)
    if _passes_through(case, assessment):
        _pass_through(case, assessment, at)
    return case


@transaction.atomic
def resubmit(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Send a case back to its reviewer. What was said of it in earlier rounds does not count.

    Raises Refused, and Barred with all that is missing.
    """
    case = locked(case_id, Action.RESUBMIT, by)
    _fix(case, by, at)
    move(case, Action.RESUBMIT, at, *_FIXED)
    record("resubmit", case, by, at, round=case.round, risk=case.risk)
    return case


@transaction.atomic
def withdraw(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Take a case back before it is decided. It stays readable; a new one goes on from it."""
    case = locked(case_id, Action.WITHDRAW, by)
    move(case, Action.WITHDRAW, at)
    record("withdraw", case, by, at)
    return case


_FIXED = (
    "content",
    "round",
    "submitted_at",
    "submitted_by",
    "risk",
    "is_sensitive",
    "reviewers_needed",
    "fails",
    "warns",
)


def _fix(case: Case, by: Actor, at: datetime) -> Assessment:
    """Fix what the case is about, and what that takes. Raises Barred."""
    assessment = assess(case, at)
    if found := obstacles(case, assessment, by, at):
        raise rules.Barred(" ".join(each.text for each in found))
    # What was let through in an earlier round, and is met by now, needs no condition any more.
    unmet = [result.item.key for result in assessment.unmet]
    case.conditions.exclude(item__in=unmet).delete()
    case.content = assessment.content
    case.round += 1
    case.submitted_at = case.submitted_at or at
    case.submitted_by_id = person(by)
    case.is_sensitive = bool(saying.sensitive_scopes(case.content))
    case.risk = _risk(case)
    case.reviewers_needed = assessment.reviewers_needed
    note_standing(case, assessment)
    return assessment


def _risk(case: Case) -> Risk:
    if case.is_sensitive:
        return Risk.HIGH
    release = saying.newest_release(case)
    need = changes.need(release.content if release else None, case.content)
    return Risk.NORMAL if need == changes.Need.FULL else Risk.LOW


def _passes_through(case: Case, assessment: Assessment) -> bool:
    return case.risk == Risk.LOW and not case.is_sensitive and assessment.is_green


def _pass_through(case: Case, assessment: Assessment, at: datetime) -> None:
    rules.check(Action.PASS_THROUGH, case, SYSTEM)
    case.passed_through, case.reviewers_needed = True, 0
    case.decided_at, case.digest = at, assessment.digest
    if _DRAW.random() * 100 < settings.SPOT_CHECK_PERCENT:
        case.spot_check = SpotCheck.DRAWN
    Decision.objects.create(
        case=case,
        round=case.round,
        submitted_by_id=case.submitter_id,
        outcome=Outcome.PASSED,
        digest=case.digest,
        snapshot=assessment.snapshot(),
        decided_at=at,
    )
    fields = ("passed_through", "reviewers_needed", "decided_at", "digest", "spot_check")
    move(case, Action.PASS_THROUGH, at, *fields)
    record("pass_through", case, SYSTEM, at, digest=case.digest, spot_check=case.spot_check)
