"""The row about the code review follows the newest case."""

from __future__ import annotations

import pytest

from onboarding.accounts.models import User
from onboarding.checklists.queries import preflight
from onboarding.checklists.queries.preflight import Row
from onboarding.promotion.models import Case
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from portal.pages.review_standing import standing
from tests.constants import NOON
from tests.factories import make_system
from tests.promotion.making import make_approved, make_case, make_submitted

pytestmark = pytest.mark.django_db


def row(case: Case, by: User) -> Row:
    assert case.revision
    found = preflight.rows(case.revision, actor_for(by), NOON)
    return next(each for each in found if each.key == "review")


def test_a_draft_is_the_suppliers_turn(alice: User, acme: Organization) -> None:
    system = make_system(acme, by=alice)
    assert system.current
    assert standing(system.current, actor_for(alice), NOON) is None
    case = make_case(system, by=alice)

    found = row(case, alice)

    assert (found.state, found.view, found.args) == ("you", "promotion:case", (case.pk,))
    assert "Sak 1" in found.note


def test_what_is_sent_in_waits_for_the_reviewers(db: None) -> None:
    case, person = make_submitted()

    assert row(case, person).state == "wait"


def test_what_is_approved_is_met(db: None) -> None:
    case, person = make_approved()

    found = row(case, person)

    assert (found.state, found.since) == ("ok", case.decided_at)
