"""What the database refuses, whatever the code does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from onboarding.accounts.models import User
from onboarding.promotion.models import (
    Answer,
    Case,
    Comment,
    Condition,
    Decision,
    Judgement,
    Release,
)
from onboarding.promotion.services import talking
from onboarding.promotion.states import Outcome, Status
from onboarding.suppliers.models import Membership
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.factories import make_membership
from tests.promotion import making

pytestmark = pytest.mark.django_db


def refused(name: str, act: Callable[[], Any]) -> None:
    """Expect the constraint or trigger of that name to refuse the act."""
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


def set_to(case: Case, **fields: Any) -> Callable[[], int]:
    return lambda: Case.objects.filter(pk=case.pk).update(**fields)


def in_review(rita: User, *, sensitive: bool = False) -> Case:
    case, _person = making.make_submitted(sensitive=sensitive)
    return making.take(case, rita)


def decide(case: Case, reviewer: User, **fields: Any) -> Callable[[], Decision]:
    known = {
        "case": case,
        "round": case.round,
        "reviewer": reviewer,
        "submitted_by_id": case.submitted_by_id,
        "outcome": Outcome.APPROVED,
        "digest": "0" * 64,
        "snapshot": {},
        "decided_at": NOON,
    } | fields
    return lambda: Decision.objects.create(**known)


def test_no_case_begins_half_way(rita: User) -> None:
    case, _person = making.make_live()
    case.pk, case._state.adding = None, True
    case.number += 1

    refused("case_begins_as_a_draft", lambda: case.save(force_insert=True))


def test_no_status_is_jumped_to(rita: User) -> None:
    case, _person = making.make_submitted()

    refused("case_moves_as_the_table_says", set_to(case, status=Status.RESUBMITTED))


def test_nothing_is_approved_by_nobody(rita: User) -> None:
    case = in_review(rita)
    approved = set_to(case, status=Status.APPROVED, decided_at=NOON, digest="0" * 64)

    refused("case_is_approved_by_enough_people", approved)
    decide(case, rita)()
    assert approved() == 1


def test_one_person_is_not_two(rita: User) -> None:
    case = in_review(rita, sensitive=True)
    decide(case, rita)()

    approved = set_to(case, status=Status.APPROVED, decided_at=NOON, digest="0" * 64)

    refused("case_is_approved_by_enough_people", approved)
    refused("sensitive_case_needs_two_reviewers", set_to(case, reviewers_needed=1))


def test_a_deviation_takes_two(rita: User) -> None:
    case = in_review(rita)
    decide(case, rita)()
    Condition.objects.create(
        case=case,
        item="Z01",
        kind="deviation",
        due_on=NOON.date(),
        reason="Gammel",
        risk="Liten",
        set_at=NOON,
        set_by=rita,
    )

    refused(
        "case_is_approved_by_enough_people",
        set_to(case, status=Status.APPROVED, decided_at=NOON, digest="0" * 64),
    )


def test_a_deviation_is_explained(rita: User) -> None:
    case = in_review(rita)

    refused(
        "deviation_is_explained",
        lambda: Condition.objects.create(
            case=case,
            item="Z01",
            kind="deviation",
            due_on=NOON.date(),
            reason="Gammel",
            set_at=NOON,
            set_by=rita,
        ),
    )


def test_nobody_reviews_what_his_own_sent_in(rita: User, ruth: User) -> None:
    case = in_review(rita)
    make_membership(ruth, case.organization)

    refused("case_is_not_reviewed_by_its_own", set_to(case, reviewer=ruth))
    refused("case_is_not_reviewed_by_its_own", set_to(case, second_reviewer=ruth))
    refused("case_is_not_reviewed_by_its_own", set_to(case, reviewer=case.submitted_by))
    Membership.objects.filter(user=case.submitted_by).delete()
    refused("case_reviewer_did_not_submit", set_to(case, reviewer=case.submitted_by))


def test_nobody_decides_who_got_a_role_there_meanwhile(rita: User) -> None:
    case = in_review(rita)
    make_membership(rita, case.organization)

    refused("decision_is_not_made_by_the_case_s_own", decide(case, rita))


def test_nobody_decides_who_has_not_the_case(rita: User, ruth: User) -> None:
    case = in_review(rita)

    refused("decision_is_made_by_who_has_the_case", decide(case, ruth))
    refused(
        "decision_needs_two_people|decision_is_not_made",
        decide(case, rita, submitted_by_id=rita.pk),
    )


def test_a_no_says_why(rita: User) -> None:
    refused("a_no_has_its_message", decide(in_review(rita), rita, outcome=Outcome.DECLINED))


def test_what_was_said_stays_said(rita: User) -> None:
    case = in_review(rita)
    decide(case, rita)()
    talking.comment(
        case_id=case.pk,
        item="",
        text="Hei",
        token=case.pk,
        by=actor_for(rita),
        at=NOON,
    )

    refused("decision_is_never_changed", lambda: Decision.objects.update(message="x"))
    refused("decision_is_never_changed", lambda: Decision.objects.all().delete())
    refused("comment_is_never_changed", lambda: Comment.objects.update(text="x"))


def test_what_was_sent_in_stays_as_it_is(rita: User) -> None:
    case, person = making.make_submitted()

    refused("case_content_is_fixed_once_sent_in", set_to(case, content={"kind": "system"}))
    refused("answer_is_given_by_the_supplier_in_turn", lambda: Answer.objects.update(choice="bad"))
    refused("answer_stays_once_sent_in", lambda: Answer.objects.all().delete())
    refused(
        "judgement_is_made_in_review",
        lambda: Judgement.objects.create(
            case=case, item="Z02", verdict="pass", judged_at=NOON, judged_by=person
        ),
    )


def test_only_what_was_approved_is_released() -> None:
    case, person = making.make_approved()
    known = {
        "organization": case.organization,
        "case": case,
        "number": 1,
        "system": case.system,
        "revision": case.revision,
        "released_at": NOON,
        "released_by": person,
    }

    refused(
        "release_is_of_what_was_approved",
        lambda: Release.objects.create(content={"kind": "system"}, **known),
    )
    refused("case_is_live_by_a_release_only", set_to(case, status=Status.LIVE))
    assert Release.objects.create(content=case.content, **known).pk


def test_passing_through_is_for_low_risk(rita: User) -> None:
    case, _person = making.make_submitted()

    refused(
        "case_passes_without_reviewer_at_low_risk_only",
        set_to(case, reviewers_needed=0, passed_through=True),
    )


def test_two_open_cases_of_one_system_do_not_go(rita: User) -> None:
    case, person = making.make_submitted()

    refused(
        "one_open_case_for_each_system",
        lambda: Case.objects.create(
            organization=case.organization,
            number=2,
            system=case.system,
            revision=case.revision,
            checklist=case.checklist,
            created_at=NOON,
            created_by=person,
            turn_since=NOON,
        ),
    )
