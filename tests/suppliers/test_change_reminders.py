"""Whoever has to acknowledge changes is reminded: weekly, then daily, until it is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from onboarding.accounts.models import User
from onboarding.notices.models import Notice
from onboarding.notices.services import deliver
from onboarding.suppliers.models import ChangeReminder, Follower, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.services import change_reminders, contacts
from onboarding.suppliers.tasks import sweep
from tests.constants import NOON
from tests.factories import make_organization
from tests.suppliers.making import make_change, make_supplier

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def supplier(acme: Organization) -> Organization:
    make_supplier(acme)
    Organization.objects.filter(pk=acme.pk).update(created_at=NOON - DAY)
    return acme


def follow(user: User, organization: Organization) -> None:
    Follower.objects.create(organization=organization, user=user, created_at=NOON)


def sweep_for(days: int, *, from_: datetime = NOON) -> list[int]:
    """The days after noon on which a reminder went out, with a sweep every six hours."""
    for quarter in range(4 * days + 1):
        change_reminders.remind(at=from_ + quarter * DAY / 4)
    return [(row.at - NOON).days for row in ChangeReminder.objects.order_by("at")]


def test_weekly_and_daily_when_the_time_runs_out(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    make_change()

    assert sweep_for(33) == [7, 14, 21, 28, 29, 30, 31, 32, 33]
    assert Notice.objects.filter(user=alice, kind="change.reminder").count() == 9


def test_it_ends_when_it_is_acknowledged(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    change = make_change()
    assert sweep_for(8) == [7]
    contacts.acknowledge(
        change_id=change.pk, organization_id=supplier.pk, by=actor_for(alice), at=NOON + 9 * DAY
    )

    assert sweep_for(40, from_=NOON + 9 * DAY) == [7]


def test_a_sweep_that_was_missed_is_made_up_for(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    make_change()

    assert change_reminders.remind(at=NOON + 10 * DAY) == 1
    assert change_reminders.remind(at=NOON + 16 * DAY) == 0
    assert change_reminders.remind(at=NOON + 17 * DAY) == 1


def test_several_changes_are_one_reminder(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    for _each in range(2):
        make_change()

    assert change_reminders.remind(at=NOON + 7 * DAY) == 1

    told = Notice.objects.get(user=alice, kind="change.reminder")
    subject, text = told.words["nb"]
    assert subject.startswith("To endringer av sikkerhetsprofilen venter")
    assert text.count("Ny algoritme: innen 5.\xa0juli\xa02026.") == 2
    assert told.words["en"][1].count("New algorithm") == 2


def test_where_nobody_follows_the_administrators_are_told(
    supplier: Organization, alice: User, anna: User
) -> None:
    make_change()

    change_reminders.remind(at=NOON + 7 * DAY)

    assert set(Notice.objects.values_list("user", flat=True)) == {anna.pk}


def test_who_has_nothing_to_acknowledge_hears_nothing(
    supplier: Organization, alice: User, anna: User
) -> None:
    change = make_change()
    # Nobody's change, one before the organisation came, and one of no supplier's.
    Organization.objects.filter(pk=supplier.pk).update(created_at=NOON + DAY)
    make_organization()

    assert sweep_for(31) == []
    assert change.published_at == NOON


def test_other_news_need_no_answer(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    make_change(is_profile_change=False)
    make_change(published_at=None, published_by=None)

    assert sweep_for(31) == []


def test_the_row_comes_first_and_the_letter_after(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    make_change()
    change_reminders.remind(at=NOON + 7 * DAY)
    assert mail.outbox == []

    notice = Notice.objects.get(user=alice)
    assert deliver(notice_id=notice.pk, at=NOON + 7 * DAY)

    assert "venter på kvittering" in mail.outbox[0].subject


def test_the_beat_sends_it(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    make_change()

    sweep()

    assert Notice.objects.filter(user=alice, kind="change.reminder").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_remind_once(supplier: Organization, alice: User) -> None:
    follow(alice, supplier)
    make_change()
    barrier = Barrier(2)

    def run(_number: int) -> int:
        try:
            barrier.wait()
            return change_reminders.remind(at=NOON + 7 * DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 1
    assert Notice.objects.filter(user=alice).count() == 1


def test_many_organisations_cost_no_more_questions_where_nothing_is_due(
    supplier: Organization, alice: User, django_assert_num_queries: object
) -> None:
    follow(alice, supplier)
    make_change()
    for _each in range(3):
        make_supplier()
    sweep_for(7)

    with django_assert_num_queries(6):  # type: ignore[operator]
        assert change_reminders.remind(at=NOON + 8 * DAY) == 0
