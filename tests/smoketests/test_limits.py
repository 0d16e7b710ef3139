"""How many token tests there are at a time, and how often a host is called: the row S24."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from onboarding.apis.models import Api
from onboarding.clients.states import Access
from onboarding.core import turns
from onboarding.core.jobs import LEASE, JobStatus
from onboarding.core.refusals import NotPossibleNow
from onboarding.smoketests import exchange, queries, services
from onboarding.smoketests.models import Run
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from tests.factories import make_client
from tests.machines import Machine
from tests.smoketests.asking import ask, execute
from tests.smoketests.servers import Asked, Reply, WrongServer

_numbers = count(300)  # each program has a key of its own


def another(machine: Machine, owner: Organization | None = None) -> Machine:
    """The program of a further client with the same scope, of `owner` or of somebody new."""
    scope = machine.client.scopes.get().scope
    made = Machine(make_client(owner, scopes={scope: Access.OK}), which=next(_numbers))
    made.issuer = machine.issuer
    return made


def test_s24_ten_tests_an_hour(
    machine: Machine, actor: Actor, acme: Organization, server: WrongServer, settings: Settings
) -> None:
    mine, second = [machine, another(machine, acme)], another(machine)
    now = timezone.now()
    assert settings.TOKEN_TESTS_PER_HOUR == 10
    for number in range(10):
        ask(mine[number % 2], at=now)
        Run.objects.update(status=JobStatus.PASSED)

    for machine_of_mine in mine:
        with pytest.raises(NotPossibleNow, match="10 tokentester den siste timen"):
            ask(machine_of_mine, at=now)
    assert Run.objects.count() == 10
    ask(second, at=now)  # another organisation's hour is its own
    ask(machine, at=now + timedelta(hours=1))


def test_s24_tests_of_keys_that_are_made_are_not_counted(
    machine: Machine, server: WrongServer, settings: Settings
) -> None:
    settings.TOKEN_TESTS_PER_HOUR = 1
    for _ in range(2):
        services.witness(
            key_id=machine.registered.pk, private_jwk=machine.private, at=timezone.now()
        )

    assert execute(ask(machine)).status == JobStatus.PASSED


def test_s24_one_test_of_an_organisation_at_a_time_and_the_next_one_is_asked_for(
    machine: Machine,
    acme: Organization,
    server: WrongServer,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first, second = ask(machine), ask(another(machine, acme))
    theirs = ask(another(machine))
    under_way = turns.take(f"token-test:{acme.pk}", at=timezone.now())
    assert under_way

    assert execute(second).status == JobStatus.QUEUED
    assert execute(theirs).status == JobStatus.PASSED
    turns.give_back(under_way)
    with django_capture_on_commit_callbacks() as nudges:
        assert execute(first).status == JobStatus.PASSED

    assert len(nudges) == 1
    assert queries.next_of(acme.pk) == [second.pk]
    assert execute(second).status == JobStatus.PASSED
    assert queries.next_of(acme.pk) == []


def test_s24_a_worker_that_died_keeps_its_organisation_out_no_longer_than_its_lease(
    machine: Machine, acme: Organization, server: WrongServer
) -> None:
    run = ask(machine)
    turns.take(f"token-test:{acme.pk}", at=timezone.now() - LEASE + timedelta(seconds=5))

    assert execute(run).status == JobStatus.QUEUED
    services.execute(run_id=run.pk, at=timezone.now() + timedelta(seconds=6))

    run.refresh_from_db()
    assert run.status == JobStatus.PASSED


@pytest.mark.django_db(transaction=True)
def test_s24_two_requests_to_a_host_at_a_time(
    machine: Machine, server: WrongServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three organisations test at once; the third one's call waits until a place is free."""
    runs = [ask(program) for program in (machine, another(machine), another(machine))]
    lock, together, most = threading.Lock(), [0], [0]

    def slowly(asked: Asked) -> Reply:
        with lock:
            together[0] += 1
            most[0] = max(most[0], together[0])
        time.sleep(0.5)
        with lock:
            together[0] -= 1
        return Reply(body={})

    def work(run: Run) -> str:
        try:
            return execute(run).status
        finally:
            connection.close()

    monkeypatch.setattr(server, "_api", slowly)
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(work, runs))

    assert outcomes == [JobStatus.PASSED] * 3
    assert most == [2]


def test_s24_a_test_whose_turn_does_not_come_says_so(
    machine: Machine, server: WrongServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = turns.host(Api.objects.get().test_url)
    assert turns.take(what, at=timezone.now(), places=2, wanted=2)
    monkeypatch.setattr("onboarding.smoketests.services.running.LONGEST_TEST", 1.5)

    run = execute(ask(machine))

    assert (run.status, run.failure) == (JobStatus.FAILED, "test.host_busy")
    assert server.to("/api") == []
    assert exchange.LONGEST_TEST == 18


@pytest.mark.parametrize("path", ["/test/sts/connect/token", "/", "/test/cp-api/x"])
def test_s25_an_address_of_this_portal_is_not_called_as_an_api(
    machine: Machine, server: WrongServer, settings: Settings, path: str
) -> None:
    """As old rows may have it; new ones are refused when they are typed."""
    settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL, server.origin]
    Api.objects.update(test_url=f"{settings.BASE_URL}{path}")

    run = execute(ask(machine))

    assert (run.failure, run.steps.get(name="api").received) == ("egress.refused", "")
