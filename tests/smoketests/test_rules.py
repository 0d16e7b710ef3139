"""Who may test a client, in which state. No database."""

from datetime import timedelta

import pytest

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.keys.models import Key
from onboarding.smoketests import rules
from onboarding.suppliers.actors import NOBODY, SYSTEM, Actor
from onboarding.suppliers.states import Role
from tests.constants import NOON

ACTORS = {
    "reader": Actor("bob", user_id=1, roles={(7, "test"): Role.READER}),
    "writer": Actor("alice", user_id=2, roles={(7, "test"): Role.WRITER}),
    "admin": Actor("anna", user_id=3, roles={(7, "test"): Role.ADMIN}),
    "supplier's writer": Actor("petter", user_id=4, roles={(8, "test"): Role.WRITER}),
    "supplier's reader": Actor("harald", user_id=5, roles={(8, "test"): Role.READER}),
    "writer in production": Actor("paul", user_id=6, roles={(7, "production"): Role.ADMIN}),
    "outsider": Actor("charlie", user_id=7, roles={(9, "test"): Role.ADMIN}),
    "reviewer": Actor("rita", user_id=8, is_reviewer=True),
    "operator": Actor("olav", user_id=9, is_operator=True),
    "system": SYSTEM,
    "nobody": NOBODY,
}
ALLOWED = {
    ("active", "writer"),
    ("active", "admin"),
    ("active", "supplier's writer"),
    ("active", "system"),
}
NOT_NOW = {(status, who) for status in ("draft", "stopped", "discarded") for _, who in ALLOWED}


def client(status: Status) -> ClientConfiguration:
    return ClientConfiguration(
        organization_id=7, created_for_id=8, environment="test", status=status
    )


def outcome(status: Status, actor: Actor) -> type[Refused] | None:
    try:
        rules.check(client(status), actor)
    except Refused as refusal:
        return type(refusal)
    return None


def test_the_whole_matrix() -> None:
    found = {
        (status.value, who): outcome(status, actor)
        for status in Status
        for who, actor in ACTORS.items()
    }

    assert {cell for cell, refusal in found.items() if refusal is None} == ALLOWED
    assert {cell for cell, refusal in found.items() if refusal is NotPossibleNow} == NOT_NOW
    rest = found.keys() - ALLOWED - NOT_NOW
    assert {found[cell] for cell in rest} == {NotPermitted}


def test_what_is_offered_is_what_is_allowed() -> None:
    offered = {
        (status.value, who)
        for status in Status
        for who, actor in ACTORS.items()
        if rules.is_offered(client(status), actor)
    }

    assert offered == ALLOWED


@pytest.mark.parametrize(
    ("revoked", "expires_in", "is_fine"),
    [(False, 1, True), (False, 0, False), (False, -1, False), (True, 1, False)],
)
def test_key_has_to_be_in_use(revoked: bool, expires_in: int, is_fine: bool) -> None:
    key = Key(revoked_at=NOON if revoked else None, expires_at=NOON + timedelta(seconds=expires_in))

    if is_fine:
        rules.check_key(key, NOON)
    else:
        with pytest.raises(NotPossibleNow, match="sperret eller utløpt"):
            rules.check_key(key, NOON)
