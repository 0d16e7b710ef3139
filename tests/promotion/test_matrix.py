"""Who may do what to a case in which state: the whole of it, as one literal."""

from __future__ import annotations

import pytest

from onboarding.core.environments import Environment
from onboarding.promotion import rules
from onboarding.promotion.models import Case
from onboarding.promotion.states import Action, Status
from onboarding.suppliers.actors import NOBODY, SYSTEM, Actor
from onboarding.suppliers.states import Role

TEST, PRODUCTION = Environment.TEST, Environment.PRODUCTION
ACME, OTHER = 7, 8

WHO = {
    "nobody": NOBODY,
    "outsider": Actor("charlie", user_id=1, roles={(OTHER, TEST): Role.ADMIN}),
    "reader": Actor("bob", user_id=2, roles={(ACME, TEST): Role.READER}),
    "writer in test": Actor("alice", user_id=3, roles={(ACME, TEST): Role.WRITER}),
    "writer in production": Actor("petra", user_id=4, roles={(ACME, PRODUCTION): Role.WRITER}),
    "writer in both": Actor(
        "anna", user_id=5, roles={(ACME, TEST): Role.ADMIN, (ACME, PRODUCTION): Role.ADMIN}
    ),
    "assigned reviewer": Actor("rita", user_id=6, is_reviewer=True),
    "second reviewer": Actor("ruth", user_id=7, is_reviewer=True),
    "other reviewer": Actor("roar", user_id=8, is_reviewer=True),
    "reviewer of the house": Actor(
        "rolf", user_id=9, is_reviewer=True, roles={(ACME, PRODUCTION): Role.READER}
    ),
    "reviewer who sent it in": Actor("siv", user_id=10, is_reviewer=True),
    "operator": Actor("olav", user_id=11, is_operator=True),
    "the portal": SYSTEM,
}

DRAFTS = "edit withdraw"
REVIEW = "hand_over put_back judge request_changes endorse approve approve_with_warnings decline"
NOTHING: dict[Status, str] = {}

MATRIX: dict[str, dict[Status, str]] = {
    "nobody": NOTHING,
    "outsider": NOTHING,
    "reader": NOTHING,
    "writer in test": {
        Status.DRAFT: f"{DRAFTS} submit",
        Status.SUBMITTED: "withdraw",
        Status.IN_REVIEW: "withdraw",
        Status.CHANGES_REQUESTED: f"{DRAFTS} resubmit",
        Status.RESUBMITTED: "withdraw",
    },
    "writer in production": {
        Status.APPROVED: "go_live",
        Status.APPROVED_WITH_WARNINGS: "go_live",
    },
    "writer in both": {
        Status.DRAFT: f"{DRAFTS} submit",
        Status.SUBMITTED: "withdraw",
        Status.IN_REVIEW: "withdraw",
        Status.CHANGES_REQUESTED: f"{DRAFTS} resubmit",
        Status.RESUBMITTED: "withdraw",
        Status.APPROVED: "go_live",
        Status.APPROVED_WITH_WARNINGS: "go_live",
    },
    "assigned reviewer": {
        Status.SUBMITTED: "take",
        Status.IN_REVIEW: REVIEW,
        Status.RESUBMITTED: REVIEW,
        Status.APPROVED: "look",
        Status.LIVE: "look",
    },
    "second reviewer": {
        Status.SUBMITTED: "take",
        Status.IN_REVIEW: REVIEW,
        Status.RESUBMITTED: REVIEW,
        Status.APPROVED: "look",
        Status.LIVE: "look",
    },
    "other reviewer": {
        Status.SUBMITTED: "take",
        Status.APPROVED: "look",
        Status.LIVE: "look",
    },
    "reviewer of the house": NOTHING,
    "reviewer who sent it in": NOTHING,
    "operator": NOTHING,
    "the portal": {Status.SUBMITTED: "pass_through"},
}


def case(status: Status, **fields: object) -> Case:
    """A case in that state, that two reviewers have and that is drawn for a look."""
    known: dict[str, object] = {
        "organization_id": ACME,
        "status": status,
        "round": 1,
        "created_by_id": 3,
        "submitted_by_id": 10,
        "reviewer_id": 6,
        "second_reviewer_id": 7,
        "reviewers_needed": 2,
        "spot_check": "drawn",
    }
    return Case(**known | fields)


def test_the_matrix_names_everyone() -> None:
    assert set(MATRIX) == set(WHO)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("status", Status)
def test_everyone_may_exactly_this(who: str, status: Status) -> None:
    allowed = MATRIX[who].get(status, "").split()

    assert rules.available(case(status), WHO[who]) == {Action(name) for name in allowed}


@pytest.mark.parametrize(
    ("who", "fields", "may"),
    [
        ("other reviewer", {"second_reviewer_id": None}, True),
        ("other reviewer", {"second_reviewer_id": None, "reviewers_needed": 1}, False),
        ("other reviewer", {}, False),
        ("assigned reviewer", {"second_reviewer_id": None}, False),
        ("reviewer of the house", {"second_reviewer_id": None}, False),
        ("operator", {"second_reviewer_id": None}, False),
    ],
)
def test_a_second_reviewer_joins_where_two_are_needed(
    who: str, fields: dict[str, object], may: bool
) -> None:
    found = rules.available(case(Status.IN_REVIEW, **fields), WHO[who])

    assert (Action.JOIN in found) is may


@pytest.mark.parametrize(
    ("who", "status", "may"),
    [
        ("outsider", Status.IN_REVIEW, False),
        ("reader", Status.IN_REVIEW, False),
        ("writer in test", Status.DRAFT, True),
        ("writer in test", Status.IN_REVIEW, True),
        ("writer in test", Status.DECLINED, False),
        ("other reviewer", Status.SUBMITTED, True),
        ("assigned reviewer", Status.IN_REVIEW, True),
        ("assigned reviewer", Status.LIVE, False),
        ("reviewer of the house", Status.IN_REVIEW, False),
        ("reviewer who sent it in", Status.IN_REVIEW, False),
        ("operator", Status.IN_REVIEW, False),
    ],
)
def test_both_sides_and_nobody_else_write_in_the_threads(
    who: str, status: Status, may: bool
) -> None:
    assert rules.may_comment(case(status), WHO[who]) is may


def test_nothing_waits_for_a_look_that_was_not_drawn() -> None:
    found = rules.available(case(Status.LIVE, spot_check=""), WHO["other reviewer"])

    assert found == frozenset()
