"""A new version's campaign: who is reminded when, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from onboarding.accounts.models import User
from onboarding.notices.models import Notice
from onboarding.suppliers import tasks
from onboarding.suppliers.models import Organization, Reminder
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.queries import terms as queries
from onboarding.suppliers.services import terms as services
from onboarding.suppliers.services.campaigns import remind
from onboarding.suppliers.states import SupplierState
from tests.constants import NOON
from tests.factories import make_organization
from tests.suppliers.making import (
    make_acceptance,
    make_signatory,
    make_supplier,
    make_terms,
    wording,
)

DAY = timedelta(days=1)
FROM = NOON + 100 * DAY  # when the version of these tests applies; announced at NOON


@pytest.fixture
def signer(acme: Organization) -> User:
    make_supplier(acme)
    return make_signatory(acme)


def announce(olav: User, *, at: datetime = NOON, valid_from: datetime = FROM) -> object:
    by = actor_for(olav)
    make_terms(version="1", valid_from=NOON - 200 * DAY)
    draft = services.draft(wording=wording(version="2"), by=by, at=at)
    return services.publish(terms_id=draft.pk, valid_from=valid_from, seen=0, by=by, at=at)


def reminded() -> list[int]:
    rows = Reminder.objects.filter(terms__version="2").order_by("at")
    return list(rows.values_list("days", flat=True))


def test_each_reminder_goes_out_once_however_often_the_sweep_runs(olav: User, signer: User) -> None:
    announce(olav)
    Notice.objects.all().delete()
    moment = NOON
    while moment < FROM + 20 * DAY:
        remind(at=moment)
        moment += timedelta(hours=6)

    assert reminded() == [60, 30, 7, 1, 0]
    told = Notice.objects.filter(user=signer).order_by("created_at")
    subjects = [notice.said_in("nb")[0] for notice in told]
    assert [subject.partition(":")[0] for subject in subjects[:4]] == [
        "60 dager igjen", "30 dager igjen", "7 dager igjen", "Én dag igjen"
    ]  # fmt: skip
    assert subjects[4] == "Bruksvilkårene 2 gjelder, og er ikke godtatt for Acme EPJ AS"
    assert [(notice.created_at - FROM).days for notice in told] == [-60, -30, -7, -1, 0]


def test_the_announcement_is_the_first_reminder_where_it_comes_on_the_day(
    olav: User, signer: User
) -> None:
    announce(olav, valid_from=NOON + 60 * DAY)

    assert remind(at=NOON + timedelta(hours=1)) == 0
    assert remind(at=NOON + 29 * DAY) == 0
    assert remind(at=NOON + 30 * DAY) == 1


def test_what_was_missed_is_not_sent_beside_what_is_due(olav: User, signer: User) -> None:
    announce(olav)

    assert remind(at=FROM - 6 * DAY) == 1
    assert reminded() == [7]


def test_whoever_has_accepted_is_left_alone(acme: Organization, olav: User, signer: User) -> None:
    announce(olav)
    other = make_organization("En annen")
    make_supplier(other)
    make_signatory(other)
    new = queries.latest()
    assert new is not None
    make_acceptance(acme, new, signer)
    Notice.objects.all().delete()

    assert remind(at=FROM - 30 * DAY) == 1

    assert Reminder.objects.get().organization == other
    assert not Notice.objects.filter(user=signer).exists()


@pytest.mark.parametrize("state", SupplierState)
def test_the_campaign_is_for_suppliers_that_could_change_production(
    olav: User, state: SupplierState
) -> None:
    organization = make_organization()
    make_supplier(organization, state)
    make_signatory(organization)
    announce(olav)

    is_in = state in (SupplierState.APPLIED, SupplierState.APPROVED, SupplierState.SUSPENDED)
    assert remind(at=FROM - 30 * DAY) == is_in
    assert Notice.objects.filter(kind="terms.campaign").exists() == is_in


def test_the_operators_see_who_has_and_who_has_not(
    acme: Organization, olav: User, signer: User
) -> None:
    announce(olav)
    silent = make_organization("Taus AS")
    make_supplier(silent)
    remind(at=FROM - 30 * DAY)
    new = queries.latest()
    assert new is not None
    make_acceptance(acme, new, signer)

    waiting, done = queries.campaign(new)

    assert (waiting.organization, waiting.acceptance, waiting.signatories) == (silent, None, [])
    assert waiting.reminded is not None
    assert waiting.reminded.people == 0
    assert done.organization == acme
    assert done.acceptance is not None
    assert done.signatories == [signer.name]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_remind_once() -> None:
    acme = make_organization()
    make_supplier(acme)
    signer = make_signatory(acme)
    make_terms(version="2", valid_from=FROM)
    Notice.objects.all().delete()

    def sweep(_number: int) -> int:
        try:
            return remind(at=FROM - 30 * DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(sweep, range(3)))

    assert sum(counts) == 1
    assert Notice.objects.get().user == signer


@pytest.mark.django_db
def test_the_sweep_of_the_workers_runs_with_nothing_to_do() -> None:
    tasks.sweep()

    assert not Reminder.objects.exists()
