"""The way of a case from draft to decision, through the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.audit.models import Event
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.promotion import dossier, rules
from onboarding.promotion.models import Case, Comment, Decision
from onboarding.promotion.queries.assessing import assess
from onboarding.promotion.services import cases, deciding, reviewing, submitting, talking
from onboarding.promotion.states import Outcome, Risk, Status, Turn
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_membership, make_revision, make_system
from tests.promotion import making
from tests.promotion.making import ANSWERED, JUDGED

pytestmark = pytest.mark.django_db
LATER = date(2026, 9, 1)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def say_no(
    case: Case, by: User, verb: Callable[..., Case] = deciding.request_changes, **fields: object
) -> Case:
    given: dict[str, Any] = {
        "seen": making.digest(case.pk),
        "message": "Rett Z01.",
        "codes": ["items"],
        "at": NOON,
    } | fields
    return verb(case_id=case.pk, by=actor_for(by), **given)


def condition(case: Case, by: User, item: str = ANSWERED, **fields: object) -> Case:
    given: dict[str, Any] = {"due_on": LATER, "reason": "", "risk": "", "at": NOON} | fields
    return reviewing.set_condition(case_id=case.pk, item=item, by=actor_for(by), **given)


def test_one_reviewer_approves_what_is_met(rita: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)
    making.judge(case, rita)

    making.approve(case, rita)

    done = fresh(case)
    assert done.status == Status.APPROVED
    assert done.decided_at == NOON
    assert done.digest == Decision.objects.get().digest
    kinds = Event.objects.filter(kind__startswith="promotion.").order_by("seq")
    assert [event.kind for event in kinds] == [
        "promotion.begin",
        "promotion.answer",
        "promotion.submit",
        "promotion.take",
        "promotion.judge",
        "promotion.approve",
    ]


def test_a_case_begins_for_a_real_organisation_only(checklist: object) -> None:
    organization, person = making.make_supplier()
    organization.is_synthetic = True
    organization.save()

    with pytest.raises(NotPossibleNow, match="syntetisk"):
        making.begin(make_system(organization, by=person), person)


def test_a_second_press_finds_the_open_case(checklist: object) -> None:
    organization, person = making.make_supplier()
    system = making.make_promoted_system(organization, person)

    assert making.begin(system, person) == making.begin(system, person)
    assert Case.objects.count() == 1


def test_what_is_missing_bars_sending_in(checklist: object) -> None:
    organization, person = making.make_supplier()
    case = making.begin(making.make_promoted_system(organization, person), person)

    with pytest.raises(NotPossibleNow, match="Ett sjekkpunkt mangler svar"):
        making.submit(case, person)

    assert fresh(case).status == Status.DRAFT


def test_a_scope_that_production_does_not_have_bars_sending_in(checklist: object) -> None:
    organization, person = making.make_supplier()
    system = making.make_promoted_system(organization, person)
    assert system.current
    scope = system.current.scopes.get().scope
    Scope.objects.get(environment="production", name=scope.name).delete()
    case = making.begin(system, person)
    making.answer(case, person)

    with pytest.raises(NotPossibleNow, match=f"ikke i produksjon ennå: {scope.name}"):
        making.submit(case, person)


def test_a_sensitive_scope_takes_two_reviewers(rita: User, ruth: User) -> None:
    case, _person = making.make_submitted(sensitive=True)
    making.take(case, rita)
    making.judge(case, rita)

    making.approve(case, rita)
    assert fresh(case).status == Status.IN_REVIEW
    assert fresh(case).risk == Risk.HIGH
    with pytest.raises(NotPossibleNow, match="Du har godkjent"):
        making.approve(case, rita)
    with pytest.raises(NotPossibleNow, match="Ta den først"):
        making.approve(case, ruth)
    reviewing.join(case_id=case.pk, by=actor_for(ruth), at=NOON)
    making.approve(case, ruth)

    assert fresh(case).status == Status.APPROVED
    assert set(Decision.objects.values_list("reviewer", flat=True)) == {rita.pk, ruth.pk}


def test_a_yes_to_something_else_does_not_count(rita: User, ruth: User) -> None:
    case, _person = making.make_submitted(sensitive=True)
    making.take(case, rita)
    making.judge(case, rita)
    making.approve(case, rita)
    reviewing.join(case_id=case.pk, by=actor_for(ruth), at=NOON)
    making.judge(case, ruth, "warn")
    condition(case, ruth, JUDGED)

    making.approve(case, ruth)
    assert fresh(case).status == Status.IN_REVIEW
    making.approve(case, rita)

    assert fresh(case).status == Status.APPROVED_WITH_WARNINGS


def test_a_remark_needs_its_date(rita: User) -> None:
    case, _person = making.make_submitted(choice="fair")
    making.take(case, rita)
    making.judge(case, rita)

    with pytest.raises(NotPossibleNow, match="Mangler frist"):
        making.approve(case, rita)
    condition(case, rita)
    making.approve(case, rita)

    assert fresh(case).status == Status.APPROVED_WITH_WARNINGS


def test_a_failure_is_let_through_by_two_with_reason_risk_and_date(rita: User, ruth: User) -> None:
    case, _person = making.make_submitted(choice="bad")
    making.take(case, rita)
    making.judge(case, rita)
    with pytest.raises(Invalid, match="hvorfor"):
        condition(case, rita)
    with pytest.raises(Invalid, match="risikoen"):
        condition(case, rita, reason="Gammel klient.")

    condition(case, rita, reason="Gammel klient.", risk="Liten, stengt nett.")
    making.approve(case, rita)
    assert fresh(case).status == Status.IN_REVIEW
    reviewing.join(case_id=case.pk, by=actor_for(ruth), at=NOON)
    making.approve(case, ruth)

    assert fresh(case).status == Status.APPROVED_WITH_WARNINGS


def test_what_was_open_bars_a_yes(rita: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)

    with pytest.raises(NotPossibleNow, match="Mangler grunnlag: Z02"):
        making.approve(case, rita)


def test_a_stale_page_decides_nothing(rita: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)
    seen = making.digest(case.pk)
    making.judge(case, rita)

    with pytest.raises(rules.Outdated, match="nyere utgave"):
        making.approve(case, rita, seen=seen)
    with pytest.raises(rules.Outdated):
        say_no(case, rita, seen=seen)

    assert not Decision.objects.exists()


def test_a_newer_version_in_test_bars_a_yes(rita: User) -> None:
    case, person = making.make_submitted()
    making.take(case, rita)
    making.judge(case, rita)
    system = case.system
    assert system
    make_revision(system, number=2, by=person)

    with pytest.raises(rules.Outdated, match="nyere versjon"):
        making.approve(case, rita)


def test_a_changed_set_up_bars_a_yes(rita: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)
    making.judge(case, rita)
    seen = making.digest(case.pk)
    revision = case.revision
    assert revision
    api = revision.scopes.get().scope.api
    api.dpop = "none"
    api.save()

    with pytest.raises(rules.Outdated):
        making.approve(case, rita, seen=seen)


def test_there_and_back_again(rita: User) -> None:
    case, person = making.make_submitted(choice="bad")
    making.take(case, rita)
    hour = timedelta(hours=1)

    say_no(case, rita, at=NOON + hour)
    returned = fresh(case)
    assert (returned.status, returned.turn) == (Status.CHANGES_REQUESTED, Turn.SUPPLIER)
    making.answer(case, person)
    submitting.resubmit(case_id=case.pk, by=actor_for(person), at=NOON + 4 * hour)

    back = fresh(case)
    assert (back.status, back.round, back.reviewer) == (Status.RESUBMITTED, 2, rita)
    at = NOON + 6 * hour
    assert back.seconds_of(Turn.REVIEWER, at) == 3 * 3600
    assert back.seconds_of(Turn.SUPPLIER, at) == 3 * 3600
    decision = Decision.objects.get()
    assert decision.outcome == Outcome.CHANGES
    assert [row.code for row in decision.reasons.all()] == ["items"]


def test_a_no_needs_a_reason_and_a_message(rita: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)

    with pytest.raises(Invalid, match="grunn"):
        say_no(case, rita, codes=[])
    with pytest.raises(Invalid, match="grunn"):
        say_no(case, rita, codes=["unheard of"])
    with pytest.raises(Invalid, match="leverandøren"):
        say_no(case, rita, message="  ")


def test_what_was_declined_stays_and_hands_its_answers_on(rita: User) -> None:
    case, person = making.make_submitted()
    making.take(case, rita)
    say_no(case, rita, deciding.decline)
    assert case.system

    again = making.begin(case.system, person)

    assert fresh(case).status == Status.DECLINED
    assert again.earlier == case
    assert again.answers.get().choice == "good"
    assert again.number == case.number + 1


def test_a_withdrawn_case_is_over(rita: User) -> None:
    case, person = making.make_submitted()

    submitting.withdraw(case_id=case.pk, by=actor_for(person), at=NOON)

    with pytest.raises(NotPossibleNow):
        making.take(case, rita)


def test_a_case_is_handed_over_and_put_back(rita: User, ruth: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)

    reviewing.hand_over(case_id=case.pk, to=ruth.pk, by=actor_for(rita), at=NOON)
    assert fresh(case).reviewer == ruth
    reviewing.put_back(case_id=case.pk, by=actor_for(ruth), at=NOON)

    assert (fresh(case).status, fresh(case).reviewer) == (Status.SUBMITTED, None)


def test_the_second_reviewer_keeps_a_case_that_the_first_puts_back(rita: User, ruth: User) -> None:
    case, _person = making.make_submitted(sensitive=True)
    making.take(case, rita)
    reviewing.join(case_id=case.pk, by=actor_for(ruth), at=NOON)

    reviewing.put_back(case_id=case.pk, by=actor_for(rita), at=NOON)

    assert (fresh(case).status, fresh(case).reviewer) == (Status.IN_REVIEW, ruth)


def test_nobody_hands_a_case_to_its_own(rita: User, ruth: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)
    make_membership(ruth, case.organization, role=Role.READER)

    with pytest.raises(Invalid, match="har del i saken"):
        reviewing.hand_over(case_id=case.pk, to=ruth.pk, by=actor_for(rita), at=NOON)


def test_a_comment_sent_twice_is_one(rita: User) -> None:
    case, person = making.make_submitted()
    token = uuid4()

    for _press in range(2):
        talking.comment(
            case_id=case.pk, item="Z01", text="Hei", token=token, by=actor_for(person), at=NOON
        )

    assert not Comment.objects.get().by_reviewer
    outsider = actor_for(making.make_supplier("Utenfor AS")[1])
    with pytest.raises(NotPermitted):
        talking.comment(case_id=case.pk, item="", text="Hei", token=uuid4(), by=outsider, at=NOON)


def test_answers_stand_still_while_the_reviewer_looks() -> None:
    case, person = making.make_submitted()

    with pytest.raises(NotPossibleNow):
        making.answer(case, person, "bad")


def test_the_snapshot_is_what_the_digest_covers(rita: User) -> None:
    case, _person = making.make_submitted()
    making.take(case, rita)
    making.judge(case, rita)
    making.approve(case, rita)

    kept = Decision.objects.get().snapshot

    assert dossier.digest(kept["shown"]) == fresh(case).digest
    assert [row["item"] for row in kept["evidence"]["items"]] == [ANSWERED, JUDGED]
    assert kept["shown"]["setup_hash"] == assess(fresh(case), NOON).setup_hash


def test_the_newest_version_is_taken_in(rita: User) -> None:
    case, person = making.make_submitted()
    making.take(case, rita)
    assert case.system
    newer = make_revision(case.system, number=2, by=person)
    say_no(case, rita, codes=["newer"])
    with pytest.raises(NotPossibleNow, match="nyere versjon"):
        submitting.resubmit(case_id=case.pk, by=actor_for(person), at=NOON)

    cases.take_newest(case_id=case.pk, by=actor_for(person), at=NOON)
    case.system.refresh_from_db()
    making.make_green(case.system, person)
    submitting.resubmit(case_id=case.pk, by=actor_for(person), at=NOON)

    assert fresh(case).revision == newer
    assert fresh(case).content["scopes"] == []


def test_an_outsider_sees_no_case() -> None:
    case, person = making.make_submitted()
    outsider = making.make_supplier("Utenfor AS")[1]

    assert list(Case.objects.visible_to(actor_for(person))) == [case]
    assert list(Case.objects.visible_to(actor_for(outsider))) == []
