"""Token tests are asked for, carried out once, and never left hanging."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.clients.states import Access, Status
from onboarding.core.jobs import LEASE, MAX_ATTEMPTS, JobStatus
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.smoketests import exchange, queries, services
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import ORDER, Signer, StepStatus
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.factories import make_api, make_client, make_key, make_scope
from tests.machines import Machine
from tests.smoketests.asking import ask, execute
from tests.smoketests.servers import Asked, Reply, WrongServer

METADATA = "/sts/.well-known/openid-configuration"
TOKEN = "/sts/token"


def events() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("kind", flat=True))


def statuses(run: Run) -> list[str]:
    return [step.status for step in run.steps.order_by("position")]


def lose(run: Run, *, attempts: int = 1, **fields: Any) -> None:
    """What is left when a worker died in the third step, some time ago."""
    past = timezone.now() - LEASE - timedelta(seconds=1)
    Run.objects.filter(pk=run.pk).update(
        status=JobStatus.RUNNING,
        attempts=attempts,
        claim=uuid4(),
        lease_until=past,
        **({"assertions": []} | fields),
    )
    Step.objects.filter(run=run, position__lt=2).update(status=StepStatus.PASSED)
    Step.objects.filter(run=run, position=2).update(status=StepStatus.RUNNING)


def test_test_is_queued_with_its_steps_and_the_hash_of_what_it_tests(
    machine: Machine,
    actor: Actor,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as nudges:
        run = ask(machine, actor)

    assert (run.status, run.signer, run.requested_by_id) == ("queued", "browser", actor.user_id)
    assert run.configuration_hash == configuration_hash(machine.client)
    assert run.api is not None
    assert run.api.short_name == "acme:register"
    assert [step.name for step in run.steps.order_by("position")] == list(ORDER)
    assert set(statuses(run)) == {"waiting"}
    assert events() == ["smoketest.started"]
    assert len(nudges) == 1


def test_test_is_carried_out_with_the_signatures_of_the_browser(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    assertions = [machine.assertion(), machine.assertion()]

    run = execute(ask(machine, actor, assertions=assertions))

    assert (run.status, run.failure, run.assertions) == ("passed", "", [])
    assert [asked.form["client_assertion"] for asked in server.to(TOKEN)] == assertions
    assert statuses(run) == ["passed"] * 6
    assert events() == ["smoketest.started", "smoketest.passed"]
    assert run.finished_at is not None


def test_task_that_is_delivered_twice_is_carried_out_once(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    run = ask(machine, actor)
    execute(run)

    execute(run)

    assert len(server.to(METADATA)) == 1
    assert events() == ["smoketest.started", "smoketest.passed"]


def test_failing_test_says_where_and_why(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    server.replies[TOKEN] = Reply(400, {"error": "invalid_client"})

    run = execute(ask(machine, actor))

    assert (run.status, run.failure) == ("failed", "oauth.invalid_client")
    assert statuses(run) == ["passed"] * 3 + ["failed"] + ["skipped"] * 2
    assert events()[-1] == "smoketest.failed"


def test_signatures_that_got_old_in_the_queue_are_not_sent(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    now = int(timezone.now().timestamp())
    old = machine.assertion(iat=now - 90, nbf=now - 90, exp=now - 30)

    run = execute(ask(machine, actor, assertions=[old, old]))

    assert run.failure == "test.signatures_old"
    assert server.to(TOKEN) == []


def test_only_an_active_client_is_tested(
    machine: Machine, actor: Actor, bob: User, charlie: User
) -> None:
    for person in (bob, charlie):
        with pytest.raises(NotPermitted):
            ask(machine, actor_for(person))
    ClientConfiguration.objects.update(status=Status.STOPPED)
    with pytest.raises(NotPossibleNow, match="ikke aktiv"):
        ask(machine, actor)

    assert not Run.objects.exists()
    assert not Event.objects.exists()


def test_key_has_to_be_in_use_and_this_clients(machine: Machine, actor: Actor) -> None:
    other = make_key(make_client())
    for key_id in (other.pk, uuid4()):
        with pytest.raises(Invalid) as refused:
            ask(machine, actor, key_id=key_id)
        assert refused.value.field == "key"
    with pytest.raises(NotPossibleNow, match="utløpt"):
        ask(machine, actor, at=machine.registered.expires_at)

    assert not Run.objects.exists()


def test_api_has_to_be_one_of_the_clients(machine: Machine, actor: Actor) -> None:
    for api_id in (make_api().pk, uuid4()):
        with pytest.raises(Invalid) as refused:
            ask(machine, actor, api_id=api_id)
        assert refused.value.field == "api"


def test_one_test_at_a_time(machine: Machine, actor: Actor, server: WrongServer) -> None:
    run = ask(machine, actor)

    with pytest.raises(NotPossibleNow, match="pågår allerede"):
        ask(machine, actor)
    execute(run)

    assert ask(machine, actor).status == "queued"


def test_witness_tests_at_once_with_the_key_in_hand(machine: Machine, server: WrongServer) -> None:
    services.witness(key_id=machine.registered.pk, private_jwk=machine.private, at=timezone.now())

    run = Run.objects.get()
    assert (run.status, run.signer, run.requested_by_id) == ("passed", Signer.PORTAL, None)
    assert events() == ["smoketest.passed"]


def test_witness_does_not_raise_for_a_test_that_fails_or_breaks(
    machine: Machine, server: WrongServer, settings: Settings
) -> None:
    server.replies[METADATA] = Reply(500, {})
    services.witness(key_id=machine.registered.pk, private_jwk=machine.private, at=timezone.now())
    assert Run.objects.get().failure == "test.status"

    settings.EGRESS_OWN_ORIGINS = [7]  # no installation is so; it stands for our own mistakes
    services.witness(key_id=machine.registered.pk, private_jwk=machine.private, at=timezone.now())

    run = Run.objects.get(failure="test.fault")
    assert statuses(run) == ["failed"] + ["skipped"] * 5


def test_witness_takes_the_place_of_a_test_that_is_open(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    waiting = ask(machine, actor)

    services.witness(key_id=machine.registered.pk, private_jwk=machine.private, at=timezone.now())

    waiting.refresh_from_db()
    assert (waiting.status, waiting.failure) == ("failed", "test.overtaken")
    assert set(statuses(waiting)) == {"skipped"}
    assert waiting.assertions == []
    assert Run.objects.get(signer=Signer.PORTAL).status == "passed"


@pytest.mark.django_db(transaction=True)
def test_test_that_was_taken_away_writes_nothing_more(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    run = ask(machine, actor)

    def lose_it_meanwhile(asked: Asked) -> None:
        if asked.path == "/sts/jwks":
            Run.objects.filter(pk=run.pk).update(claim=uuid4())
            connection.close()

    server.on_request = lose_it_meanwhile

    execute(run)

    assert run.status == "running"
    assert statuses(run) == ["passed", "running"] + ["waiting"] * 4
    assert server.to(TOKEN) == []
    assert events() == ["smoketest.started"]


@pytest.mark.parametrize("signer", Signer)
def test_test_whose_worker_died_is_ended_where_it_was(
    machine: Machine, actor: Actor, signer: Signer
) -> None:
    run = ask(machine, actor)
    lose(run, signer=signer)

    assert services.give_up(at=timezone.now()) == 1
    assert services.give_up(at=timezone.now()) == 0

    run.refresh_from_db()
    assert (run.status, run.failure) == ("failed", "test.interrupted")
    assert statuses(run) == ["passed", "passed", "failed"] + ["skipped"] * 3
    assert events() == ["smoketest.started", "smoketest.failed"]
    assert ask(machine, actor).status == "queued"


def test_nudge_that_comes_before_the_sweep_ends_it_too(machine: Machine, actor: Actor) -> None:
    run = ask(machine, actor)
    lose(run)

    execute(run)

    assert (run.status, run.failure) == ("failed", "test.interrupted")


def test_test_whose_worker_died_before_it_began_is_carried_out(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    run = ask(machine, actor)
    Run.objects.filter(pk=run.pk).update(
        status=JobStatus.RUNNING, attempts=1, claim=uuid4(), lease_until=timezone.now() - LEASE
    )

    assert services.give_up(at=timezone.now()) == 0
    assert queries.waiting(timezone.now()) == [run.pk]
    assert execute(run).status == "passed"
    assert run.attempts == 2


def test_test_that_is_alive_is_left_alone(machine: Machine, actor: Actor) -> None:
    run = ask(machine, actor)
    Run.objects.claim(run.pk, timezone.now())

    assert services.give_up(at=timezone.now()) == 0
    assert queries.waiting(timezone.now()) == []
    assert execute(run).status == "running"


def test_test_that_was_tried_too_often_is_given_up(machine: Machine, actor: Actor) -> None:
    run = ask(machine, actor)
    lose(run, attempts=MAX_ATTEMPTS, assertions=["x", "y"])

    assert services.give_up(at=timezone.now()) == 1

    run.refresh_from_db()
    assert (run.status, run.assertions) == ("failed", [])


def test_lost_nudge_is_made_good_by_the_sweep(machine: Machine, actor: Actor) -> None:
    run = ask(machine, actor)

    assert queries.waiting(run.queued_at + timedelta(seconds=3)) == []
    assert queries.waiting(run.queued_at + timedelta(seconds=5)) == [run.pk]


def test_slow_servers_do_not_make_a_test_outlive_its_lease(
    machine: Machine, actor: Actor, server: WrongServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LEASE.total_seconds() > exchange.LONGEST_TEST
    monkeypatch.setattr("onboarding.smoketests.services.running.LONGEST_TEST", 0.0)

    run = execute(ask(machine, actor))

    assert run.failure == "test.too_slow"
    assert server.asked == []


def test_scope_that_waits_for_its_owner_is_told_as_that(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    api = make_api(name="Sakte", short_name="slow:api")
    pending = {make_scope(api): Access.PENDING}
    client = make_client(machine.client.organization, scopes=pending)
    other = Machine(client, kind="ES384")
    server.replies[TOKEN] = Reply(400, {"error": "invalid_scope"})

    run = execute(ask(other, actor, key_id=other.registered.pk))

    step = run.steps.get(status="failed")
    assert (step.code, step.found) == ("test.scope_pending", api.organization.name)


def test_usable_scopes_are_asked_for_and_no_others(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    api = machine.client.scopes.get().scope.api
    waiting = make_scope(api, "acme:register/write")
    machine.client.scopes.create(scope=waiting, access=Access.PENDING, created_at=timezone.now())

    run = execute(ask(machine, actor))

    assert run.status == "passed"
    assert {asked.form["scope"] for asked in server.to(TOKEN)} == {"acme:register/read"}


def test_test_of_an_api_without_an_address_ends_with_the_token(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    api = machine.client.scopes.get().scope.api
    api.test_url = ""
    api.save()

    run = execute(ask(machine, actor))

    assert run.status == "passed"
    assert statuses(run) == ["passed"] * 5 + ["skipped"]
    assert run.steps.get(name="api").code == "test.no_url"


def test_address_of_an_api_that_may_not_be_called(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    api = machine.client.scopes.get().scope.api
    api.test_url = "https://169.254.169.254/latest/meta-data"
    api.save()

    run = execute(ask(machine, actor))

    assert run.failure == "egress.refused"
    assert run.steps.get(name="api").received == ""


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_start_one_test(
    machine: Machine, actor: Actor, settings: Settings
) -> None:
    together = Barrier(2)

    def press(_: int) -> str:
        try:
            together.wait()
            ask(machine, actor)
        except NotPossibleNow:
            return "refused"
        else:
            return "started"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(press, range(2)))

    assert sorted(outcomes) == ["refused", "started"]
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_carry_out_one_test(
    machine: Machine, actor: Actor, server: WrongServer
) -> None:
    run = ask(machine, actor)
    together = Barrier(2)

    def work(_: int) -> None:
        try:
            together.wait()
            services.execute(run_id=run.pk, at=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    run.refresh_from_db()
    assert (run.status, run.attempts) == ("passed", 1)
    assert len(server.to(METADATA)) == 1
