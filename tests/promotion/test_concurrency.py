"""Two people press at once: the lock lets one of them through, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from onboarding.accounts.models import User
from onboarding.core.refusals import NotPossibleNow
from onboarding.promotion.models import Case, Decision, Release
from onboarding.promotion.services import cases, deciding, releasing, reviewing, submitting
from onboarding.promotion.states import Status
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from onboarding.systems.models import ClientSystem
from tests.constants import NOON
from tests.factories import make_user
from tests.promotion import making

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[Actor], object]


def both(acts: list[Act], people: list[User]) -> list[str]:
    """Let both act at the same time, each in a connection of its own; return how it went."""
    actors = [actor_for(person) for person in people]
    together = Barrier(len(acts))

    def one(act: Act, by: Actor) -> str:
        try:
            together.wait()
            act(by)
        except NotPossibleNow:
            return "refused"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(one, acts, actors))


def reviewers() -> list[User]:
    return [make_user(name, is_reviewer=True) for name in ("rita", "ruth")]


def in_review(people: list[User], *, sensitive: bool = False) -> Case:
    case, _person = making.make_submitted(sensitive=sensitive)
    making.take(case, people[0])
    making.judge(case, people[0])
    return Case.objects.get(pk=case.pk)


def test_two_reviewers_take_one_case() -> None:
    case, _person = making.make_submitted()

    outcomes = both([lambda by: reviewing.take(case_id=case.pk, by=by, at=NOON)] * 2, reviewers())

    assert outcomes == ["done", "refused"]


def test_two_reviewers_decide_otherwise_at_once() -> None:
    people = reviewers()
    case = in_review(people, sensitive=True)
    reviewing.join(case_id=case.pk, by=actor_for(people[1]), at=NOON)
    seen = making.digest(case.pk)

    outcomes = both(
        [
            lambda by: deciding.decline(
                case_id=case.pk, seen=seen, message="Nei.", codes=["other"], by=by, at=NOON
            ),
            lambda by: deciding.request_changes(
                case_id=case.pk, seen=seen, message="Rett.", codes=["other"], by=by, at=NOON
            ),
        ],
        people,
    )

    assert outcomes == ["done", "refused"]
    assert Decision.objects.count() == 1


def test_two_reviewers_say_yes_at_once_and_both_count() -> None:
    people = reviewers()
    case = in_review(people, sensitive=True)
    reviewing.join(case_id=case.pk, by=actor_for(people[1]), at=NOON)
    seen = making.digest(case.pk)

    outcomes = both(
        [lambda by: deciding.approve(case_id=case.pk, seen=seen, message="", by=by, at=NOON)] * 2,
        people,
    )

    assert outcomes == ["done", "done"]
    assert Case.objects.get(pk=case.pk).status == Status.APPROVED


def test_a_double_click_on_yes_counts_once() -> None:
    people = reviewers()
    case = in_review(people, sensitive=True)
    seen = making.digest(case.pk)

    outcomes = both(
        [lambda by: deciding.approve(case_id=case.pk, seen=seen, message="", by=by, at=NOON)] * 2,
        [people[0]] * 2,
    )

    assert outcomes == ["done", "refused"]
    assert Decision.objects.count() == 1


def test_the_supplier_withdraws_while_the_reviewer_decides() -> None:
    people = reviewers()
    case = in_review(people)
    seen = making.digest(case.pk)
    person = case.submitted_by
    assert person

    outcomes = both(
        [
            lambda by: deciding.approve(case_id=case.pk, seen=seen, message="", by=by, at=NOON),
            lambda by: submitting.withdraw(case_id=case.pk, by=by, at=NOON),
        ],
        [people[0], person],
    )

    assert outcomes == ["done", "refused"]


def test_a_double_click_on_begin_gives_one_case() -> None:
    making.make_checklist()
    organization, person = making.make_supplier()
    system = making.make_promoted_system(organization, person)

    outcomes = both(
        [lambda by: cases.begin_system(system_id=system.pk, by=by, at=NOON)] * 2, [person] * 2
    )

    assert outcomes == ["done", "done"]
    assert Case.objects.count() == 1


def test_two_cases_of_one_organisation_get_two_numbers() -> None:
    making.make_checklist()
    organization, person = making.make_supplier()
    systems = [making.make_promoted_system(organization, person) for _each in range(2)]

    def beginning(system: ClientSystem) -> Act:
        return lambda by: cases.begin_system(system_id=system.pk, by=by, at=NOON)

    outcomes = both([beginning(system) for system in systems], [person] * 2)

    assert outcomes == ["done", "done"]
    assert set(Case.objects.values_list("number", flat=True)) == {1, 2}


def test_a_double_click_on_going_live_releases_once() -> None:
    case, person = making.make_approved()

    outcomes = both(
        [lambda by: releasing.go_live(case_id=case.pk, by=by, at=NOON)] * 2, [person] * 2
    )

    assert outcomes == ["done", "refused"]
    assert Release.objects.count() == 1
    assert ClientSystem.objects.filter(environment="production").count() == 1
