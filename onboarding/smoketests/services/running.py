"""Carrying out token tests, one step after the other, and ending those that nobody carries out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from secrets import token_urlsafe
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from onboarding.apis.states import Dpop
from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.core import turns
from onboarding.core.jobs import LEASE, OPEN, JobStatus
from onboarding.core.nudges import nudge
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.compact import read
from onboarding.keys.models import Key
from onboarding.smoketests import queries
from onboarding.smoketests.exchange import LONGEST_TEST, Exchange, Outcome, Stopped, stop
from onboarding.smoketests.journey import Journey, Target
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.services import progress
from onboarding.smoketests.services.asking import create
from onboarding.smoketests.states import Signer, StepName, StepStatus
from onboarding.suppliers.actors import SYSTEM
from onboarding.traffic.services.announcing import announce

ASSERTION_SECONDS = 60
logger = logging.getLogger(__name__)


def execute(*, run_id: UUID, at: datetime) -> None:
    """Carry out a queued test. Safe to repeat: whoever does not get the claim does nothing.

    Neither does anybody while the organisation has another test under way: whoever ends that one
    asks for this one, or the sweep does. A test whose first worker died with the signatures in
    its hands is ended as interrupted.
    """
    run = Run.objects.select_related("client", "api__organization").filter(pk=run_id).first()
    if run is None or not run.is_open:
        return
    owner_id = run.client.organization_id
    turn = turns.take(f"token-test:{owner_id}", at=at)
    if turn is None:
        return
    try:
        _carry_out(run, at)
    finally:
        turns.give_back(turn)
    for waiting in queries.next_of(owner_id):
        nudge("smoketests.execute", run_id=str(waiting))


def _carry_out(run: Run, at: datetime) -> None:
    # Each claim counts an attempt, so signatures that were read before another's are not used.
    unclaimed = Run.objects.filter(attempts=run.attempts)
    claim = unclaimed.claim(run.pk, at, assertions=[])
    if claim is None:
        return
    assertions = iter(run.assertions)
    if run.assertions:
        _go(run, claim, lambda: next(assertions, None))
    else:
        _interrupt(run, Run.objects.held(run.pk, claim), "test.interrupted", at)


def witness(*, key_id: UUID, private_jwk: Mapping[str, str], at: datetime) -> None:
    """Test a client with a key whose private half is still in memory, at once and here.

    A failing test is a result, not an error: it stands on the client's page. Another test of
    the client that is still open, such as that of an earlier attempt at the same key, is ended.
    """
    key = Key.objects.select_related("client").get(pk=key_id)
    private = PrivateKey(private_jwk)
    claim = uuid4()
    with transaction.atomic():
        client = ClientConfiguration.objects.select_for_update(of=("self",)).get(pk=key.client_id)
        for other in Run.objects.filter(client=client, status__in=OPEN).select_related("client"):
            mine = Run.objects.filter(pk=other.pk, status__in=OPEN)
            _interrupt(other, mine, "test.overtaken", at)
        api = queries.apis(client).first()
        run = create(
            client,
            key,
            api,
            Signer.PORTAL,
            at,
            assertions=[],
            by=SYSTEM,
            status=JobStatus.RUNNING,
            claim=claim,
            lease_until=at + LEASE,
            started_at=at,
            attempts=1,
        )
    issuer = settings.ISSUERS[client.environment]
    _go(run, claim, lambda: client_assertion(private, str(client.pk), issuer))


def client_assertion(key: PrivateKey, client_id: str, issuer: str) -> str:
    """Return a fresh client assertion (RFC 7523 §3): audience the issuer, good for a minute."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": token_urlsafe(16)}
    times = {"iat": now, "nbf": now, "exp": now + ASSERTION_SECONDS}
    return sign({"typ": "client-authentication+jwt"}, claims | times, key)


def _go(run: Run, claim: UUID, assertion: Callable[[], str | None]) -> None:
    """Take the steps in order; what each finds is in its row before the next one begins."""
    journey = Journey(_target(run, assertion), Exchange(time.monotonic() + LONGEST_TEST))
    with transaction.atomic():
        now = timezone.now()
        announce([journey.proof_key.kid, *map(_jti, run.assertions)], at=now)
        if not progress.begin(run.pk, claim, at=now):
            return  # the run was taken from us: whoever has it now tells its story
    failure = ""
    for position, (name, act) in enumerate(journey.steps()):
        began = time.monotonic()
        outcome = _attempt(_in_turn(journey, act) if name == StepName.API else act)
        spent = int((time.monotonic() - began) * 1000)
        now = timezone.now()
        if not progress.move_on(run.pk, claim, position, outcome, milliseconds=spent, at=now):
            return
        if outcome.status == StepStatus.FAILED:
            failure = outcome.code
            break
    _finish(run, Run.objects.held(run.pk, claim), failure, timezone.now())


def _attempt(act: Callable[[], Outcome]) -> Outcome:
    try:
        return act()
    except Stopped as stopped:
        return stopped.outcome
    except Exception:
        # A key may be waiting to be sealed behind this test, so what we did not foresee ends
        # the test and nothing else. It is logged as the error it is.
        logger.exception("a step of a token test broke")
        return Outcome(StepStatus.FAILED, code="test.fault")


def _in_turn(journey: Journey, act: Callable[[], Outcome]) -> Callable[[], Outcome]:
    """Have a step wait for its turn at the API's host, for as long as the test may last."""
    what, seconds = turns.host(journey.target.test_url), journey.exchange.until - time.monotonic()
    if journey.target.is_ours or not journey.target.test_url:
        return act

    def acting() -> Outcome:
        with turns.waiting(what, places=turns.OF_A_HOST, seconds=seconds) as came:
            if not came:
                stop("test.host_busy", f"≤ {turns.OF_A_HOST}", "")
            return act()

    return acting


def _jti(assertion: str) -> str:
    return str(read(assertion, prefix="assertion").claims.get("jti", ""))


def _target(run: Run, assertion: Callable[[], str | None]) -> Target:
    client, api = run.client, run.api
    scopes, waits_for = queries.asked_for(client, api)
    return Target(
        issuer=settings.ISSUERS[client.environment],
        client_id=str(client.pk),
        scopes=scopes,
        audience=api.short_name if api else "",
        test_url=api.test_url if api else "",
        is_ours=api is not None and api.is_ours,
        uses_dpop=api is None or api.dpop != Dpop.NONE,
        waits_for=waits_for,
        assertion=assertion,
        announce=lambda value: announce([value], at=timezone.now()),
    )


@transaction.atomic
def _finish(run: Run, mine: QuerySet[Run], failure: str, at: datetime) -> bool:
    """End the run if it still is among `mine`; say whether it was."""
    status = JobStatus.FAILED if failure else JobStatus.PASSED
    fields = {"status": status, "failure": failure, "finished_at": at, "assertions": []}
    if not mine.update(**fields):
        return False
    record(
        "smoketest.failed" if failure else "smoketest.passed",
        subject=run,
        actor=SYSTEM.name,
        at=at,
        organization_id=run.client.organization_id,
        environment=run.client.environment,
        client_id=str(run.client_id),
        code=failure,
    )
    return True


@transaction.atomic
def _interrupt(run: Run, mine: QuerySet[Run], code: str, at: datetime) -> bool:
    """End a run that nobody is working on, in the step where it was."""
    if not _finish(run, mine, code, at):
        return False
    steps = Step.objects.filter(run=run)
    steps.filter(status=StepStatus.RUNNING).update(status=StepStatus.FAILED, code=code)
    steps.filter(status=StepStatus.WAITING).update(status=StepStatus.SKIPPED)
    return True


def give_up(*, at: datetime) -> int:
    """End what no worker can finish; return how many tests that were.

    A test whose worker died cannot be resumed once its signatures, or the portal's key, are gone
    with it. Neither can one that has been tried too often.
    """
    return sum(
        _interrupt(run, Run.objects.filter(pk=run.pk, claim=run.claim), "test.interrupted", at)
        for run in _lost(at)
    )


def _lost(at: datetime) -> Iterator[Run]:
    runs = Run.objects.select_related("client")
    yield from runs.due(at).filter(status=JobStatus.RUNNING, assertions=[])
    yield from runs.exhausted(at)
