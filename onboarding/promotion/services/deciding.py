"""Yes and no. A decision is about exactly what was shown, or it is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from onboarding.checklists.queries import ItemResult
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.promotion import rules
from onboarding.promotion.models import Case, Decision, DecisionReason
from onboarding.promotion.queries.assessing import Assessment, assess
from onboarding.promotion.reasons import REASONS
from onboarding.promotion.services.moving import locked, move, note_standing, person, record
from onboarding.promotion.states import Action, Outcome
from onboarding.suppliers.actors import Actor


@transaction.atomic
def approve(*, case_id: UUID, seen: str, message: str, by: Actor, at: datetime) -> Case:
    """Say yes to what was shown: `seen` is its digest.

    With remarks or deviations the case is approved with warnings. Where two reviewers are needed
    the first yes waits for the second, which has to be to the same. Raises Refused; rules.Outdated
    where there is something newer, NotPossibleNow while an item bars it.
    """
    case = locked(case_id, Action.APPROVE, by)
    assessment = assess(case, at)
    rules.check_fresh(seen, assessment.digest)
    _check_decidable(assessment)
    case.reviewers_needed = assessment.reviewers_needed
    note_standing(case, assessment)
    if _yes(case, assessment).filter(reviewer=by.user_id).exists():
        raise NotPossibleNow(_("Du har godkjent saken. Den venter på en saksbehandler til."))
    _decide(case, assessment, Outcome.APPROVED, message, (), by, at)
    action = _action(case, assessment)
    fields = ["reviewers_needed", "fails", "warns"]
    if action != Action.ENDORSE:
        case.decided_at, case.digest = at, assessment.digest
        fields += ["decided_at", "digest"]
    move(case, action, at, *fields)
    record(action.value, case, by, at, message=message, digest=assessment.digest)
    return case


@transaction.atomic
def request_changes(
    *, case_id: UUID, seen: str, message: str, codes: Iterable[str], by: Actor, at: datetime
) -> Case:
    """Give the case back to the supplier, with a message. The reviewers keep it.

    Raises Refused; rules.Outdated where there is something newer than what was shown.
    """
    case = locked(case_id, Action.REQUEST_CHANGES, by)
    _say_no(case, Outcome.CHANGES, seen, message, codes, by, at)
    move(case, Action.REQUEST_CHANGES, at)
    record("request_changes", case, by, at, message=message)
    return case


@transaction.atomic
def decline(
    *, case_id: UUID, seen: str, message: str, codes: Iterable[str], by: Actor, at: datetime
) -> Case:
    """End the case with a no and its reasons. It stays readable, and a new one goes on from it.

    Raises Refused; rules.Outdated where there is something newer than what was shown.
    """
    case = locked(case_id, Action.DECLINE, by)
    assessment = _say_no(case, Outcome.DECLINED, seen, message, codes, by, at)
    case.decided_at, case.digest = at, assessment.digest
    move(case, Action.DECLINE, at, "decided_at", "digest")
    record("decline", case, by, at, message=message, digest=case.digest)
    return case


def bars(assessment: Assessment) -> list[str]:
    """Return what bars a yes, in words."""
    found = []
    if assessment.has_moved_on:
        found.append(_("Test har en nyere versjon enn den saken gjelder."))
    if open_items := assessment.undecided:
        found.append(_("Mangler grunnlag: %(items)s.") % {"items": _keys(open_items)})
    if unmet := assessment.without_condition:
        found.append(
            _("Mangler frist, og for avvik også begrunnelse og risiko: %(items)s.")
            % {"items": _keys(unmet)}
        )
    return found


def _keys(results: Iterable[ItemResult]) -> str:
    return ", ".join(result.item.key for result in results)


def _check_decidable(assessment: Assessment) -> None:
    if assessment.has_moved_on:
        raise rules.Outdated(" ".join(bars(assessment)))
    if found := bars(assessment):
        raise NotPossibleNow(" ".join(found))


def _yes(case: Case, assessment: Assessment) -> QuerySet[Decision]:
    """Return each yes to the very same, in this round."""
    return Decision.objects.filter(
        case=case, round=case.round, outcome=Outcome.APPROVED, digest=assessment.digest
    )


def _action(case: Case, assessment: Assessment) -> Action:
    """Return what the yes that has just been given leads to."""
    said = _yes(case, assessment)
    if said.values("reviewer").distinct().count() < case.reviewers_needed:
        return Action.ENDORSE
    return Action.APPROVE_WITH_WARNINGS if assessment.unmet else Action.APPROVE


def _say_no(
    case: Case,
    outcome: Outcome,
    seen: str,
    message: str,
    codes: Iterable[str],
    by: Actor,
    at: datetime,
) -> Assessment:
    assessment = assess(case, at)
    rules.check_fresh(seen, assessment.digest)
    chosen = list(dict.fromkeys(codes))
    if not chosen or not set(chosen) <= set(REASONS):
        raise Invalid(_("Velg minst én grunn."), field="codes")
    if not message.strip():
        raise Invalid(_("Skriv hva leverandøren skal gjøre."), field="message")
    _decide(case, assessment, outcome, message, chosen, by, at)
    return assessment


def _decide(
    case: Case,
    assessment: Assessment,
    outcome: Outcome,
    message: str,
    codes: Iterable[str],
    by: Actor,
    at: datetime,
) -> None:
    decision = Decision.objects.create(
        case=case,
        round=case.round,
        reviewer_id=person(by),
        submitted_by_id=case.submitter_id,
        outcome=outcome,
        message=message,
        digest=assessment.digest,
        snapshot=assessment.snapshot(),
        decided_at=at,
    )
    DecisionReason.objects.bulk_create(
        DecisionReason(decision=decision, code=code) for code in codes
    )
