"""The whole permission matrix as one literal. No database."""

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow, Refused
from onboarding.keys import rules
from onboarding.keys.models import KeyMaking
from onboarding.keys.states import POSSIBLE, USABLE, Action, KeyState, MakingState
from onboarding.suppliers.actors import NOBODY, SYSTEM, Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role

TEST = Environment.TEST
WRITER = Actor("alice", user_id=1, roles={(7, TEST): Role.WRITER})
ACTORS = {
    "writer": WRITER,
    "admin": Actor("anna", user_id=2, roles={(7, TEST): Role.ADMIN}),
    "reader": Actor("bob", user_id=3, roles={(7, TEST): Role.READER}),
    "writer in production": Actor("eve", user_id=4, roles={(7, "production"): Role.WRITER}),
    "outsider": Actor("charlie", user_id=5, roles={(8, TEST): Role.ADMIN}),
    "reviewer": Actor("rita", user_id=6, is_reviewer=True),
    "operator": Actor("olav", user_id=7, is_operator=True),
    "system": SYSTEM,
    "nobody": NOBODY,
}
WRITERS = {"writer", "admin", "system"}
ALLOWED = {
    ("draft", "set_up"),
    ("draft", "register"),
    ("active", "register"),
    ("active", "request"),
    ("active", "prove"),
    ("active", "revoke"),
    ("stopped", "register"),
    ("stopped", "prove"),
    ("stopped", "revoke"),
}
DELIVERY = {
    "writer": {
        "queued": 409,
        "running": 409,
        "ready": 200,
        "delivered": 410,
        "expired": 410,
        "failed": 409,
    }
}


def test_the_whole_matrix() -> None:
    organization = Organization(pk=7, name="Acme")
    seen = {
        (status.value, who, action.value)
        for status in Status
        for who, actor in ACTORS.items()
        for action in rules.available(
            ClientConfiguration(status=status, environment=TEST, organization=organization), actor
        )
    }

    assert seen == {(status, who, action) for status, action in ALLOWED for who in WRITERS}


def test_every_action_is_possible_somewhere() -> None:
    assert set(POSSIBLE) == set(Action)
    assert all(POSSIBLE.values())


def test_who_may_fetch_a_key_and_when() -> None:
    client = ClientConfiguration(environment=TEST, organization=Organization(pk=7, name="Acme"))
    making = KeyMaking(client=client, requested_by=User(pk=1, name="Alice"))

    seen = {
        who: {state.value: _status(making, state, actor) for state in MakingState}
        for who, actor in ACTORS.items()
    }

    forbidden = dict.fromkeys(MakingState.values, 403)
    assert seen == {who: DELIVERY.get(who, forbidden) for who in ACTORS}


def test_who_asked_and_has_lost_the_role_gets_nothing() -> None:
    client = ClientConfiguration(environment=TEST, organization=Organization(pk=7, name="Acme"))
    making = KeyMaking(client=client, requested_by=User(pk=1, name="Alice"))
    demoted = Actor("alice", user_id=1, roles={(7, TEST): Role.READER})

    assert _status(making, MakingState.READY, demoted) == 403


def test_only_usable_keys_can_be_revoked() -> None:
    assert {state for state in KeyState if _can_revoke(state)} == USABLE


def _status(making: KeyMaking, state: MakingState, actor: Actor) -> int:
    try:
        rules.check_delivery(making, state, actor)
    except Refused as refusal:
        return refusal.status
    return 200


def _can_revoke(state: KeyState) -> bool:
    try:
        rules.check_revocation(state)
    except NotPossibleNow:
        return False
    return True
