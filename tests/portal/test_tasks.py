"""The work that nobody asks for: when it is done, by which queue, and what it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from onboarding.accounts.models import User
from onboarding.audit.services import head, record
from portal import tasks
from tests.constants import NOON


def queue_of(task: str) -> str:
    return str(current_app.amqp.router.route({}, task)["queue"].name)


def test_what_looks_for_lost_work_does_not_queue_behind_work() -> None:
    names = {entry["task"] for entry in current_app.conf.beat_schedule.values()}
    sweeps = {name for name in names if name.endswith(".sweep")}

    assert sweeps >= {"keys.sweep", "smoketests.sweep", "sts.sweep", "portal.sweep"}
    assert {queue_of(name) for name in sweeps} == {"sweeps"}
    assert (queue_of("keys.make"), queue_of("smoketests.execute")) == ("keys", "celery")
    assert set(current_app.amqp.queues) == {"celery", "keys", "sweeps", "checks", "webhooks"}


def test_the_schedule_leaves_nothing_behind_when_no_worker_takes_it() -> None:
    for entry in current_app.conf.beat_schedule.values():
        every = entry["schedule"]
        # A time of the day comes once in 24 hours.
        pause = every if isinstance(every, float) else 24 * 60 * 60
        assert 0 < entry["options"]["expires"] <= pause


def test_the_broker_looks_for_lost_messages_as_often_as_it_is_told() -> None:
    with current_app.connection_for_read() as connection:
        channel = connection.default_channel
        told = current_app.conf.broker_transport_options
        for name in (
            "visibility_timeout",
            "unacked_restore_interval",
            "unacked_restore_throttle",
            "socket_timeout",
            "health_check_interval",
        ):
            assert getattr(channel, name) == told[name]


@pytest.mark.django_db
def test_sessions_that_are_over_are_forgotten_a_few_at_a_time(client: Client, alice: User) -> None:
    client.force_login(alice)
    mine = Session.objects.get()
    for number in range(5):
        ended = mine.expire_date - timedelta(days=number + 1)
        Session.objects.create(session_key=f"old-{number}", session_data="", expire_date=ended)

    assert tasks.forget_sessions(mine.expire_date - timedelta(minutes=1), at_once=2) == 5

    assert list(Session.objects.all()) == [mine]


@pytest.mark.django_db
def test_the_head_of_the_event_log_is_noted_where_the_database_does_not_reach(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic():
        record("thing.done", subject=alice, actor="x", at=NOON)

    with caplog.at_level("INFO"):
        tasks.sweep()

    assert f"head of the event log: {head()}" in caplog.text
