"""The whole permission matrix as one literal. No database."""

import pytest

from onboarding.apis.models import Api, Scope
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.rules import configurations as rules
from onboarding.clients.states import STEPS, Access, Action, Status
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.states import Role

ACTORS = {
    "admin": Actor("anna", user_id=1, roles={(7, "test"): Role.ADMIN}),
    "writer": Actor("alice", user_id=2, roles={(7, "test"): Role.WRITER}),
    "reader": Actor("bob", user_id=3, roles={(7, "test"): Role.READER}),
    "outsider": Actor("charlie", user_id=4, roles={(8, "test"): Role.ADMIN}),
    "of production": Actor("pia", user_id=5, roles={(7, "production"): Role.ADMIN}),
    "reviewer": Actor("rita", user_id=6, is_reviewer=True),
    "operator": Actor("olav", user_id=7, is_operator=True),
    "system": SYSTEM,
}
POSSIBLE = {
    ("draft", "fill_in"),
    ("draft", "discard"),
    ("draft", "finish"),
    ("active", "stop"),
    ("stopped", "resume"),
}


def a_client(status: Status) -> ClientConfiguration:
    return ClientConfiguration(status=status, organization_id=7, environment="test")


def test_the_whole_matrix() -> None:
    seen = {
        (status.value, who, action.value)
        for status in Status
        for who, actor in ACTORS.items()
        for action in rules.available(a_client(status), actor)
    }

    assert seen == {
        (status, who, action)
        for status, action in POSSIBLE
        for who in ("admin", "writer", "system")
    }


def test_every_action_has_a_step_and_every_status_is_reached() -> None:
    assert set(STEPS) == set(Action)
    assert {step.target for step in STEPS.values()} == set(Status)


def test_whoever_may_not_write_is_told_so_before_anything_about_the_state() -> None:
    with pytest.raises(NotPermitted, match="skrivetilgang"):
        rules.check(Action.STOP, a_client(Status.DRAFT), ACTORS["reader"])


def test_what_is_not_possible_now_says_how_things_are() -> None:
    with pytest.raises(NotPossibleNow, match="«Stanset»"):
        rules.check(Action.STOP, a_client(Status.STOPPED), ACTORS["writer"])


@pytest.mark.parametrize(
    ("needs_approval", "owner", "expected"),
    [
        (False, 8, Access.OK),
        (False, 7, Access.OK),
        (True, 8, Access.PENDING),
        (True, 7, Access.OK),  # nobody asks himself
    ],
)
def test_access_that_nobody_has_to_be_asked_for(
    needs_approval: bool, owner: int, expected: Access
) -> None:
    scope = Scope(needs_approval=needs_approval, api=Api(organization_id=owner))

    assert rules.access(scope, 7) == expected
