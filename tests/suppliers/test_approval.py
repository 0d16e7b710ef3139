"""The life of an approval: who may do what when, and what follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.notices.models import Notice
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.models import Organization, Supplier, SupplierStep
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.queries.approval import supplier_of
from onboarding.suppliers.rules import approval as rules
from onboarding.suppliers.services.approval import take_step
from onboarding.suppliers.states import STEPS, Act, Party, Role, SupplierState
from tests.constants import NOON
from tests.factories import (
    make_client,
    make_membership,
    make_organization,
    make_system,
    make_user,
)
from tests.suppliers.making import make_supplier

ACME, OTHER = 1, 2
PERSONAS = {
    "nobody": Actor(name=""),
    "outsider": Actor(name="Charlie", user_id=1, roles={(OTHER, "test"): Role.ADMIN}),
    "reader": Actor(name="Bob", user_id=2, roles={(ACME, "test"): Role.READER}),
    "writer": Actor(name="Alice", user_id=3, roles={(ACME, "test"): Role.WRITER}),
    "admin in test": Actor(name="Anna", user_id=4, roles={(ACME, "test"): Role.ADMIN}),
    "admin in production": Actor(name="Arne", user_id=5, roles={(ACME, "production"): Role.ADMIN}),
    "reviewer": Actor(name="Rita", user_id=6, is_reviewer=True),
    "operator": Actor(name="Olav", user_id=7, is_operator=True),
    "operator of Acme": Actor(
        name="Oda", user_id=8, is_operator=True, roles={(ACME, "test"): Role.READER}
    ),
    "operator who administers Acme": Actor(
        name="Odd", user_id=9, is_operator=True, roles={(ACME, "production"): Role.ADMIN}
    ),
    "system": SYSTEM,
}
OWN, OPERATORS = "apply withdraw", "approve decline suspend resume end"
# What each may ever do: the rest is 403. Of that, what is possible in each state: the rest is 409.
MAY = {
    "nobody": "",
    "outsider": "",
    "reader": "",
    "writer": "",
    "admin in test": OWN,
    "admin in production": OWN,
    "reviewer": "",
    "operator": OPERATORS,
    "operator of Acme": "",
    "operator who administers Acme": OWN,
    "system": "",
}
POSSIBLE = {
    "none": "apply approve",
    "applied": "withdraw approve decline",
    "declined": "apply",
    "approved": "suspend end",
    "suspended": "resume end",
    "ended": "apply",
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", SupplierState)
@pytest.mark.parametrize("who", PERSONAS)
def test_the_whole_matrix(who: str, state: SupplierState, act: Act) -> None:
    actor = PERSONAS[who]
    may, possible = act in MAY[who].split(), act in POSSIBLE[state].split()

    assert (act in rules.available(actor, ACME, state)) == (may and possible)
    if may and possible:
        rules.check(act, actor, ACME, state)
        return
    with pytest.raises(NotPossibleNow if may else NotPermitted):
        rules.check(act, actor, ACME, state)


def test_the_table_is_whole() -> None:
    assert set(STEPS) == set(Act)
    assert {step.target for step in STEPS.values()} == set(SupplierState)
    assert {source for step in STEPS.values() for source in step.sources} == set(SupplierState)


class Case(NamedTuple):
    """An approval under way, with those who act on it."""

    acme: Organization
    anna: User
    olav: User

    def step(
        self, act: Act, *, by: User | None = None, seen: int | None = None, **more: Any
    ) -> Any:
        by = by or (self.anna if STEPS[act].party == Party.ORGANIZATION else self.olav)
        given: dict[str, Any] = {"reason": "Fordi.", "at": NOON} | more
        return take_step(
            organization_id=self.acme.pk,
            act=act,
            seen=supplier_of(self.acme.pk).steps if seen is None else seen,
            by=actor_for(by),
            **given,
        )


@pytest.fixture
def case(acme: Organization, anna: User, olav: User) -> Case:
    return Case(acme, anna, olav)


def told() -> set[tuple[str, str]]:
    return {
        (notice.user.username, notice.kind)
        for notice in Notice.objects.select_related("user")
        if notice.user
    }


def test_from_application_to_the_end_and_back(case: Case) -> None:
    acts = [
        *(Act.APPLY, Act.WITHDRAW, Act.APPLY, Act.DECLINE, Act.APPLY, Act.APPROVE),
        *(Act.SUSPEND, Act.RESUME, Act.SUSPEND, Act.END, Act.APPLY),
    ]
    for act in acts:
        assert case.step(act).state == STEPS[act].target

    history = SupplierStep.objects.order_by("number")
    assert [step.act for step in history] == acts
    assert [step.source for step in history[1:]] == [step.target for step in history][:-1]
    events = Event.objects.order_by("seq")
    assert [event.kind for event in events] == [f"supplier.{act}" for act in acts]
    assert {event.organization_id for event in events} == {case.acme.pk}


def test_everyone_concerned_is_told(case: Case, alice: User, bob: User, charlie: User) -> None:
    customer = make_organization("Kunden")
    system = make_system(case.acme, environment="production")
    make_client(customer, system=system)
    make_user("kunde", organization=customer, environment="production", role=Role.READER)
    make_user("i-test", organization=customer, role=Role.ADMIN)
    make_user("arne", organization=case.acme, environment="production", role=Role.READER)

    case.step(Act.APPLY)
    assert told() == {("olav", "supplier.apply")}
    case.step(Act.APPROVE)
    approved = {("anna", "supplier.approve"), ("arne", "supplier.approve")}
    assert told() == {("olav", "supplier.apply")} | approved
    Notice.objects.all().delete()
    case.step(Act.SUSPEND, reason="Nøkkel på avveie.")

    assert told() == {
        ("anna", "supplier.suspend"), ("arne", "supplier.suspend"), ("kunde", "customer.suspend")
    }  # fmt: skip
    mine, theirs = (Notice.objects.get(user__username=name) for name in ("anna", "kunde"))
    assert "Nøkkel på avveie." in mine.text
    assert "Nøkkel" not in theirs.text
    assert "suspendert" in mine.said_in("nb")[0]
    assert "suspended" in mine.said_in("en")[0]


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_decision_has_a_reason(case: Case, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        case.step(Act.APPROVE, reason=reason)

    assert refusal.value.field == "reason"
    assert not Supplier.objects.exists()
    assert case.step(Act.APPLY, reason=reason).state == SupplierState.APPLIED


def test_a_decision_on_what_is_no_longer_there_is_refused(case: Case) -> None:
    case.step(Act.APPROVE)
    other = make_user("oda", is_operator=True, name="Oda Lie")
    case.step(Act.SUSPEND, by=other)

    with pytest.raises(NotPossibleNow, match=r"Oda Lie kom deg i forkjøpet kl\. 14\.00"):
        case.step(Act.END, seen=1)

    assert supplier_of(case.acme.pk).state == SupplierState.SUSPENDED
    assert SupplierStep.objects.count() == 2


def test_a_refused_act_leaves_no_trace(case: Case, alice: User, rita: User) -> None:
    make_membership(case.olav, case.acme, role=Role.READER)
    for by in (alice, rita, case.olav):
        with pytest.raises(NotPermitted):
            case.step(Act.APPROVE, by=by)
    with pytest.raises(NotPossibleNow):
        case.step(Act.WITHDRAW)

    for model in (Supplier, SupplierStep, Event, Notice):
        assert not model.objects.exists()


def test_history_never_changes(case: Case) -> None:
    case.step(Act.APPROVE)
    step = SupplierStep.objects.get()

    for change in (
        lambda: SupplierStep.objects.update(reason="En annen."),
        lambda: SupplierStep.objects.all().delete(),
    ):
        with (
            pytest.raises(IntegrityError, match="supplier_steps_never_change"),
            transaction.atomic(),
        ):
            change()
    with pytest.raises(IntegrityError, match="decision_has_a_reason"), transaction.atomic():
        SupplierStep.objects.create(
            supplier=step.supplier, number=2, act=Act.END, source="approved", target="ended",
            at=NOON, by=case.olav,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_operators_at_once_one_wins_and_the_other_is_told() -> None:
    acme = make_organization()
    make_supplier(acme)
    operators = [make_user(f"o{number}", is_operator=True) for number in range(2)]
    actors = [actor_for(user) for user in operators]

    def press(number: int) -> str:
        try:
            take_step(
                organization_id=acme.pk,
                act=(Act.SUSPEND, Act.END)[number],
                reason="Fordi.",
                seen=1,
                by=actors[number],
                at=NOON,
            )
        except NotPossibleNow as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, range(2)))

    assert sorted(map(bool, answers)) == [False, True]
    winner = answers.index("")
    assert f"O{winner} kom deg i forkjøpet" in "".join(answers)
    assert SupplierStep.objects.count() == 2
    assert Supplier.objects.get().state == (SupplierState.SUSPENDED, SupplierState.ENDED)[winner]


@pytest.mark.django_db
def test_who_never_applied_has_no_row() -> None:
    assert supplier_of(4711).state == SupplierState.NONE
    with pytest.raises(ObjectDoesNotExist):
        take_step(organization_id=4711, act=Act.APPLY, reason="", seen=0, by=SYSTEM, at=NOON)
