"""Checks of every night: when that is, whatever the clock does, and what they are compared with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from celery.schedules import crontab
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.apis.models import Api
from onboarding.core.jobs import JobStatus
from onboarding.core.refusals import NotPermitted
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.testtokens import night
from onboarding.testtokens.models import Check, Nightly, Result
from onboarding.testtokens.queries import reports
from onboarding.testtokens.services import checks
from tests.factories import make_api, make_check

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")
NIGHT = datetime(2026, 1, 15, 3, 30, tzinfo=OSLO)
# The nights in which summer time begins and ends, and a night of each half of the year.
NIGHTS = [
    datetime(2026, 3, 29, tzinfo=OSLO),
    datetime(2026, 10, 25, tzinfo=OSLO),
    datetime(2026, 1, 15, tzinfo=OSLO),
    datetime(2026, 7, 15, tzinfo=OSLO),
]


@pytest.fixture
def api(acme: Organization) -> Api:
    return make_api(acme, name="Registeret", test_url="https://api.example.no/a")


@pytest.fixture
def wanted(api: Api, alice: User) -> Api:
    checks.set_nightly(api_id=api.pk, wanted=True, by=actor_for(alice), at=NIGHT)
    return api


def ten_minutes_apart(day: datetime) -> list[datetime]:
    """When the scheduler asks, from the midnight before a date until the one after it."""
    began = day.astimezone(UTC)
    return [began + timedelta(minutes=10 * n) for n in range(6 * 26)]


@pytest.mark.parametrize("day", NIGHTS, ids=lambda day: day.date().isoformat())
def test_each_night_has_one_check_whatever_the_clock_does(wanted: Api, day: datetime) -> None:
    started = []
    for at in ten_minutes_apart(day):
        if checks.start_nightly(at=at):
            started.append(at.astimezone(OSLO))
            Check.objects.update(status=JobStatus.PASSED)

    assert [f"{at:%Y-%m-%d %H:%M}" for at in started] == [f"{day:%Y-%m-%d} 03:30"]


def test_whatever_the_zone_of_a_request_the_night_is_the_portals() -> None:
    with timezone.override("America/New_York"):
        found = night.began(NIGHT)

    assert found == datetime(2026, 1, 15, 3, 23, tzinfo=OSLO)
    assert night.began(NIGHT.replace(hour=3, minute=22)) is None
    assert night.began(NIGHT.replace(hour=5, minute=59)) == found
    assert night.began(NIGHT.replace(hour=6, minute=0)) is None


def test_a_night_that_the_scheduler_slept_through_is_made_good_until_morning(wanted: Api) -> None:
    assert checks.start_nightly(at=NIGHT.replace(hour=5, minute=50)) == 1


def test_an_api_under_way_is_tried_again_and_asked_checks_do_not_count(
    wanted: Api, alice: User
) -> None:
    asked = checks.start(api_id=wanted.pk, by=actor_for(alice), at=NIGHT)
    assert checks.start_nightly(at=NIGHT) == 0

    Check.objects.filter(pk=asked.pk).update(status=JobStatus.PASSED)

    assert checks.start_nightly(at=NIGHT + timedelta(minutes=10)) == 1
    assert Check.objects.filter(is_scheduled=True).count() == 1


def test_an_api_that_cannot_be_checked_stops_no_other(wanted: Api, alice: User) -> None:
    other = make_api(wanted.organization, test_url="https://b.example.no/")
    checks.set_nightly(api_id=other.pk, wanted=True, by=actor_for(alice), at=NIGHT)
    Api.objects.filter(pk=wanted.pk).update(test_url="")

    assert checks.start_nightly(at=NIGHT) == 1
    assert Check.objects.get().api == other


def test_every_night_until_somebody_says_no(wanted: Api, alice: User, bob: User) -> None:
    by = actor_for(alice)
    checks.set_nightly(api_id=wanted.pk, wanted=True, by=by, at=NIGHT)
    assert Nightly.objects.count() == 1

    assert checks.start_nightly(at=NIGHT) == 1
    check = Check.objects.get()
    assert (check.is_scheduled, check.requested_by) == (True, None)
    Check.objects.update(status=JobStatus.PASSED)
    with pytest.raises(NotPermitted):
        checks.set_nightly(api_id=wanted.pk, wanted=False, by=actor_for(bob), at=NIGHT)
    assert checks.start_nightly(at=NIGHT + timedelta(days=1)) == 1
    Check.objects.update(status=JobStatus.PASSED)
    checks.set_nightly(api_id=wanted.pk, wanted=False, by=by, at=NIGHT)
    assert checks.start_nightly(at=NIGHT + timedelta(days=2)) == 0


def test_the_page_says_when_in_whose_time(client: Client, bob: User, wanted: Api) -> None:
    client.force_login(bob)
    address = reverse("testtokens:check", args=["test", wanted.organization.number, wanted.pk])

    assert "hver natt, fra klokka 03.23 norsk tid" in client.get(address).content.decode()


@pytest.mark.parametrize("day", NIGHTS, ids=lambda day: day.date().isoformat())
def test_whatever_has_a_time_of_day_comes_once_on_each_date(day: datetime) -> None:
    """As the scheduler decides it, minute by minute, also when the clock is changed."""
    assert str(current_app.timezone) == "Europe/Oslo"
    timed: dict[str, Any] = {
        name: entry["schedule"]
        for name, entry in current_app.conf.beat_schedule.items()
        if isinstance(entry["schedule"], crontab)
    }
    assert timed
    for name, when in timed.items():
        assert not set(when.hour) & {2}, name
        now = day.astimezone(UTC)
        last, found = now - timedelta(minutes=1), []
        clock = crontab(
            minute=when._orig_minute,
            hour=when._orig_hour,
            nowfun=lambda: now.astimezone(OSLO),  # noqa: B023 - read while it is so
            app=current_app,
        )
        while now.astimezone(OSLO).date() == day.date():
            if clock.is_due(last).is_due:
                found.append(now)
                last = now
            now += timedelta(minutes=1)

        assert len(found) == 1, (name, found)


def add(check: Check, fault: str, verdict: str, position: int) -> None:
    Result.objects.create(
        check_run=check, position=position, fault=fault, kind="bound", verdict=verdict
    )


def test_it_is_compared_with_the_last_one_that_got_to_its_end(api: Api) -> None:
    """One that nobody answered, or that we broke off, says nothing of what has changed."""
    now = timezone.now()
    whole = make_check(api, created_at=now - timedelta(days=3))
    add(whole, "H25", "passed", 0)
    add(whole, "H01", "failed", 1)
    for day, failure in ((2, "egress.unreachable"), (1, "check.fault")):
        cut = make_check(
            api, created_at=now - timedelta(days=day), status=JobStatus.FAILED, failure=failure
        )
        add(cut, "", "unanswered", 0)
    newest = make_check(
        api, created_at=now, status=JobStatus.FAILED, failure="check.findings", is_scheduled=True
    )
    add(newest, "H25", "failed", 0)
    add(newest, "H01", "passed", 1)
    add(newest, "H02", "failed", 2)

    report = reports.report(newest, now)

    assert report.compared == whole
    rows = [*report.findings, *report.others]
    changes = {row.result.fault: row.change.state if row.change else "" for row in rows}
    assert changes == {"H25": "warn", "H01": "ok", "H02": ""}
    assert [row.result.fault for row in report.mended] == ["H01"]
