"""Keys of production are its own: asked of the clients of what was released, not of anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onboarding.accounts.models import User
from onboarding.checklists.queries import preflight
from onboarding.checklists.queries.preflight import Row
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.promotion.models import Case, Release
from onboarding.suppliers.queries import actor_for
from onboarding.systems.models import ClientSystem
from tests.checklists.making import trace
from tests.constants import NOON
from tests.factories import make_client, make_key, make_system
from tests.promotion import making
from tests.promotion.making import make_checklist

YEAR = timedelta(days=365)
pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> tuple[Case, User]:
    return making.make_live()


def released(case: Case) -> ClientSystem:
    found = Release.objects.get(case=case).system
    assert found
    return found


def customer(case: Case, status: Status = Status.ACTIVE) -> ClientConfiguration:
    return make_client(system=released(case), status=status)


def row(live: tuple[Case, User]) -> Row:
    case, person = live
    assert case.revision
    found = preflight.rows(case.revision, actor_for(person), NOON)
    return next(each for each in found if each.key == "keys")


def bars(live: tuple[Case, User]) -> bool:
    case, person = live
    assert case.revision
    return "keys" in {
        each.key for each in preflight.barring(case.revision, actor_for(person), NOON)
    }


def test_before_anything_is_live_nothing_can_have_a_key() -> None:
    make_checklist()
    organization, person = making.make_supplier()
    case = making.begin(making.make_promoted_system(organization, person), person)
    # Another system's client says nothing of this one.
    make_key(make_client(system=make_system(organization, environment="production")))

    assert row((case, person)).state == "none"
    assert not bars((case, person))


def test_a_draft_is_no_client_yet(live: tuple[Case, User]) -> None:
    customer(live[0], Status.DRAFT)

    assert row(live).state == "none"


def test_a_client_of_production_needs_a_key_of_its_own(live: tuple[Case, User]) -> None:
    client = customer(live[0])
    found = row(live)

    assert (found.state, found.errand) == ("you", "keys")
    assert "1 av 1" in found.note
    # Whose client it is, may be a customer: the supplier's next version does not wait for him.
    assert not bars(live)
    make_key(client)
    assert (row(live).state, row(live).since) == ("ok", NOON)


@pytest.mark.parametrize(
    "fields", [{"revoked_at": NOON}, {"created_at": NOON - YEAR, "expires_at": NOON}]
)
def test_a_key_that_is_over_is_none(fields: dict[str, object], live: tuple[Case, User]) -> None:
    client, person = customer(live[0]), live[1]
    if "revoked_at" in fields:
        fields = fields | {"revoked_by": person}
    make_key(client, **fields)

    assert row(live).state == "you"


def test_a_key_that_signed_proofs_in_test_is_a_test_key(live: tuple[Case, User]) -> None:
    case, _person = live
    make_key(customer(case), thumbprint="T" * 43)
    in_test = ClientConfiguration.objects.get(environment="test")
    trace(in_test, NOON, jkt="T" * 43, signed=False)
    assert row(live).state == "ok"  # anybody can send a request in a client's name

    trace(in_test, NOON, jkt="T" * 43)

    assert (row(live).state, row(live).errand) == ("fail", "keys")
    assert bars(live)
