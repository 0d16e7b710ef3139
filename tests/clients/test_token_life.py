"""Access tokens of a client in test may live for less than others do."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.services import token_life
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_client, make_membership, make_system

pytestmark = pytest.mark.django_db


def test_the_owner_chooses(alice: User, acme: Organization) -> None:
    client = make_client(acme, by=alice)

    for seconds in (60, None):
        token_life.choose(client_id=client.pk, seconds=seconds, by=actor_for(alice), at=NOON)
        client.refresh_from_db()
        assert client.token_life == seconds

    kinds = [(event.kind, event.details) for event in Event.objects.order_by("seq")]
    assert kinds == [
        ("client.token_life_chosen", {"seconds": 60}),
        ("client.token_life_chosen", {"seconds": None}),
    ]


def test_nobody_chooses_for_others_nor_whatever_he_likes(
    alice: User, bob: User, acme: Organization
) -> None:
    client = make_client(acme, by=alice)

    with pytest.raises(NotPermitted):
        token_life.choose(client_id=client.pk, seconds=60, by=actor_for(bob), at=NOON)
    with pytest.raises(NotPossibleNow):
        token_life.choose(client_id=client.pk, seconds=61, by=actor_for(alice), at=NOON)


def test_in_production_there_is_no_choice(alice: User, acme: Organization) -> None:
    make_membership(alice, acme, role=Role.WRITER, environment="production")
    client = make_client(acme, system=make_system(acme, environment="production"), by=alice)

    with pytest.raises(NotPossibleNow):
        token_life.choose(client_id=client.pk, seconds=60, by=actor_for(alice), at=NOON)
    client.token_life = 60
    with pytest.raises(IntegrityError), transaction.atomic():
        client.save()
