"""What pages show beside the items: differences, and what reviewers said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from onboarding.promotion import changes, content
from onboarding.promotion.models import Case, Decision
from onboarding.promotion.queries import saying
from onboarding.promotion.queries.assessing import Assessment
from onboarding.promotion.reasons import REASONS
from onboarding.promotion.states import Outcome
from onboarding.systems.content import Change


class Differences(NamedTuple):
    """Two sides line by line: those that differ first."""

    different: list[content.Pair]
    same: list[content.Pair]


def differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> Differences:
    """Return two sides as lines, parted into those that differ and those that do not."""
    pairs = content.side_by_side(left, right)
    return Differences(
        [pair for pair in pairs if pair.differs], [pair for pair in pairs if not pair.differs]
    )


class Since(NamedTuple):
    """What is different from the release that is live, and what that takes."""

    release: int
    changes: list[Change]
    rows: list[changes.Row]
    need: changes.Need


def since_release(case: Case, wanted: Mapping[str, Any]) -> Since | None:
    """Return the difference to what is live; None where nothing is. Two queries."""
    live = saying.newest_release(case)
    if live is None:
        return None
    return Since(
        live.number,
        content.changes(live.content, wanted),
        changes.found(live.content, wanted),
        changes.need(live.content, wanted),
    )


class Vote(NamedTuple):
    """One reviewer of a case, and whether his yes is to what is shown now."""

    name: str
    at: datetime | None


def votes(case: Case, assessment: Assessment) -> list[Vote]:
    """Return the reviewers who have the case, with when each said yes to this. One query."""
    yes = dict(
        case.decisions.filter(
            round=case.round, outcome=Outcome.APPROVED, digest=assessment.digest
        ).values_list("reviewer", "decided_at")
    )
    people = [person for person in (case.reviewer, case.second_reviewer) if person]
    return [Vote(person.name, yes.get(person.pk)) for person in people]


class Said(NamedTuple):
    """A decision with the labels of its reasons."""

    decision: Decision
    reasons: list[str]


def last_messages(case: Case) -> list[Said]:
    """Return what reviewers decided and said, newest first. Two queries."""
    found = case.decisions.exclude(outcome=Outcome.PASSED).select_related("reviewer")
    related = found.prefetch_related("reasons").order_by("-decided_at", "-pk")
    return [
        Said(each, [str(REASONS[row.code].label) for row in each.reasons.all()]) for each in related
    ]
