"""Who may do what to people, as one literal. No database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onboarding.accounts.models import User
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers import rules
from onboarding.suppliers.actors import NOBODY, SYSTEM, Actor
from onboarding.suppliers.models import Invitation, Membership
from onboarding.suppliers.rules import Action
from onboarding.suppliers.states import Role
from tests.constants import NOON

TEST, PRODUCTION = "test", "production"
ACTORS = {
    "administrator": Actor("anna", user_id=1, roles={(7, TEST): Role.ADMIN}),
    "writer": Actor("alice", user_id=2, roles={(7, TEST): Role.WRITER}),
    "reader": Actor("bob", user_id=3, roles={(7, TEST): Role.READER}),
    "administrator elsewhere": Actor("charlie", user_id=4, roles={(8, TEST): Role.ADMIN}),
    "administrator in production": Actor("dag", user_id=5, roles={(7, PRODUCTION): Role.ADMIN}),
    "reviewer": Actor("rita", user_id=6, is_reviewer=True),
    "operator": Actor("olav", user_id=7, is_operator=True),
    "system": SYSTEM,
    "nobody": NOBODY,
}
ALLOWED = {
    ("administrator", "invite"),
    ("administrator", "change_role"),
    ("administrator", "remove"),
    ("administrator", "leave"),
    ("administrator", "give"),
    ("writer", "leave"),
    ("reader", "leave"),
}
GRANTS = {
    ("administrator", "reader"),
    ("administrator", "writer"),
    ("administrator", "admin"),
    ("writer", "reader"),
    ("writer", "writer"),
    ("reader", "reader"),
}


def test_the_whole_matrix() -> None:
    seen = {
        (who, action.value)
        for who, actor in ACTORS.items()
        for action in Action
        if action in rules.available(actor, 7, TEST)
    }

    assert seen == ALLOWED


def test_what_is_offered_is_what_is_allowed() -> None:
    for actor in ACTORS.values():
        for action in Action:
            if action in rules.available(actor, 7, TEST):
                rules.check_people(action, actor, 7, TEST)
            else:
                with pytest.raises(NotPermitted):
                    rules.check_people(action, actor, 7, TEST)


def test_nobody_gives_more_than_he_has() -> None:
    seen = {
        (who, role.value)
        for who, actor in ACTORS.items()
        for role in rules.grantable(actor, 7, TEST)
    }

    assert seen == GRANTS
    with pytest.raises(NotPermitted, match="høyere enn din egen"):
        rules.check_grant("admin", ACTORS["writer"], 7, TEST)


def test_people_register_in_test_only() -> None:
    rules.check_register(ACTORS["reader"], TEST)

    for actor, environment in ((ACTORS["reader"], PRODUCTION), (NOBODY, TEST), (SYSTEM, TEST)):
        with pytest.raises(NotPermitted):
            rules.check_register(actor, environment)


@pytest.mark.parametrize(
    ("role", "others", "stays"),
    [("admin", 0, True), ("admin", 1, False), ("writer", 0, False), ("reader", 0, False)],
)
def test_last_administrator_stays(role: str, others: int, stays: bool) -> None:
    membership = Membership(role=role, user=User(name="Marit Aune"))

    if stays:
        with pytest.raises(NotPossibleNow, match="Marit Aune er den siste administratoren"):
            rules.check_last_admin(membership, others)
    else:
        rules.check_last_admin(membership, others)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_at": NOON}, "gikk ut"),
        ({"expires_at": NOON - timedelta(seconds=1)}, "gikk ut"),
        ({"accepted_at": NOON}, "er brukt"),
        ({"withdrawn_at": NOON}, "trukket tilbake"),
    ],
)
def test_invitation_that_is_over_says_how_it_ended(changes: dict[str, object], reason: str) -> None:
    stands = {"expires_at": NOON + timedelta(seconds=1)}
    rules.check_invitation(Invitation(**stands), at=NOON, inviter="Kari Lund")

    with pytest.raises(rules.Gone, match=reason) as caught:
        rules.check_invitation(Invitation(**(stands | changes)), at=NOON, inviter="Kari Lund")
    assert caught.value.status == 410


@pytest.mark.parametrize(
    ("email", "fits"),
    [
        ("kari@nordlys.example", True),
        ("Kari@Nordlys.example", True),
        ("kari@nordlys.example.evil", False),
        ("", False),
    ],
)
def test_invitation_is_for_one_address(email: str, fits: bool) -> None:
    invitation = Invitation(email="KARI@nordlys.example")

    if fits:
        rules.check_recipient(invitation, email)
    else:
        with pytest.raises(NotPermitted) as caught:
            rules.check_recipient(invitation, email)
        assert "KARI" not in str(caught.value)
