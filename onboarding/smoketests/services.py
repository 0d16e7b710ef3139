"""Token tests: asked for by a person or by the making of a key, carried out by a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.core.jobs import LEASE, JobStatus
from onboarding.core.nudges import nudge
from onboarding.core.refusals import NotPossibleNow
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.keys.models import Key
from onboarding.smoketests import queries, rules
from onboarding.smoketests.exchange import Outcome, Stopped, stop
from onboarding.smoketests.journey import Journey, Target
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import ORDER, Signer, StepStatus
from onboarding.suppliers.actors import SYSTEM, Actor

# Well within the lease, so that nobody else takes over a run that is alive.
LONGEST_RUN = timedelta(seconds=20)
ASSERTION_SECONDS = 60


@transaction.atomic
def start(
    *,
    client_id: UUID,
    key_id: UUID,
    api_id: UUID | None,
    assertions: list[str],
    by: Actor,
    at: datetime,
) -> Run:
    """Queue a test with two client assertions that the browser has signed.

    The assertions are for one use each and are wiped when a worker takes the run. There is one
    open test for each client at most. Raises `Refused` and then changes nothing.
    """
    client = ClientConfiguration.objects.select_for_update(of=("self",)).get(pk=client_id)
    rules.check(client, by)
    key = Key.objects.get(pk=key_id, client=client)
    rules.check_key(key, at)
    if Run.objects.filter(client=client, status__in=("queued", "running")).exists():
        raise NotPossibleNow(_("En tokentest pågår allerede. Vent til den er ferdig."))
    api = queries.apis(client).filter(pk=api_id).first() if api_id else queries.apis(client).first()
    run = _create(client, key, api, Signer.BROWSER, at, assertions=assertions, by=by)
    record(
        "smoketest.started",
        subject=run,
        actor=by.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        client_id=str(client.pk),
        kid=key.kid,
    )
    nudge("smoketests.execute", run_id=str(run.pk))
    return run


def _create(
    client: ClientConfiguration,
    key: Key,
    api: Api | None,
    signer: Signer,
    at: datetime,
    *,
    assertions: list[str],
    by: Actor,
    **fields: object,
) -> Run:
    run = Run.objects.create(
        client=client,
        key=key,
        api=api,
        signer=signer,
        assertions=assertions,
        configuration_hash=configuration_hash(client),
        requested_by_id=by.user_id,
        created_at=at,
        queued_at=at,
        **fields,
    )
    Step.objects.bulk_create(
        Step(run=run, position=position, name=name) for position, name in enumerate(ORDER)
    )
    return run


def execute(*, run_id: UUID, at: datetime) -> None:
    """Carry out a queued test. Safe to repeat: whoever does not get the claim does nothing."""
    claim = Run.objects.claim(run_id, at)
    if claim is None:
        return
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        assertions = iter(run.assertions)
        run.assertions = []
        run.save(update_fields=["assertions"])
    _go(run, claim, lambda: next(assertions, None))


def witness(*, key_id: UUID, private_jwk: Mapping[str, str], at: datetime) -> None:
    """Test a client with a key whose private half is still in memory, at once and here.

    A failing test is a result, not an error: it stands on the client's page. A run that an
    earlier attempt at the same key left open is closed first.
    """
    key = Key.objects.select_related("client").get(pk=key_id)
    private = PrivateKey(private_jwk)
    claim = uuid4()
    open_runs = Run.objects.filter(client=key.client, status__in=("queued", "running"))
    with transaction.atomic():
        open_runs.update(status=JobStatus.FAILED, failure="test.interrupted", finished_at=at)
        run = _create(
            key.client,
            key,
            queries.apis(key.client).first(),
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
    issuer = settings.ISSUERS[key.client.environment]
    _go(run, claim, lambda: client_assertion(private, str(key.client_id), issuer))


def client_assertion(key: PrivateKey, client_id: str, issuer: str) -> str:
    """Return a fresh client assertion (RFC 7523 §3): audience the issuer, good for a minute."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": token_urlsafe(16)}
    times = {"iat": now, "nbf": now, "exp": now + ASSERTION_SECONDS}
    return sign({"typ": "client-authentication+jwt"}, claims | times, key)


def _go(run: Run, claim: UUID, assertion: Callable[[], str | None]) -> None:
    """Take the steps in order; what each finds is in its row before the next one begins."""
    journey = Journey(_target(run, assertion))
    deadline = time.monotonic() + LONGEST_RUN.total_seconds()
    failure = ""
    for position, (_name, act) in enumerate(journey.steps()):
        steps = Step.objects.filter(run=run, position=position)
        if failure:
            steps.update(status=StepStatus.SKIPPED)
            continue
        steps.update(status=StepStatus.RUNNING, started_at=timezone.now())
        began = time.monotonic()
        outcome = _attempt(act, late=began > deadline)
        steps.update(
            milliseconds=int((time.monotonic() - began) * 1000),
            **{**outcome._asdict(), "status": outcome.status},
        )
        failure = outcome.code if outcome.status == StepStatus.FAILED else ""
    _finish(run, claim, failure)


def _attempt(act: Callable[[], Outcome], *, late: bool) -> Outcome:
    try:
        if late:
            stop("test.too_slow", f"≤ {LONGEST_RUN.seconds} s", "")
        return act()
    except Stopped as stopped:
        return stopped.outcome


def _target(run: Run, assertion: Callable[[], str | None]) -> Target:
    client, api = run.client, run.api
    return Target(
        issuer=settings.ISSUERS[client.environment],
        client_id=str(client.pk),
        scopes=queries.scope_names(client, api),
        audience=api.short_name if api else "",
        api_name=api.name if api else "",
        test_url=api.test_url if api else "",
        uses_dpop=api is None or api.dpop != Dpop.NONE,
        waits_for=queries.waits_for(client, api),
        assertion=assertion,
    )


@transaction.atomic
def _finish(run: Run, claim: UUID, failure: str) -> None:
    at = timezone.now()
    finished = Run.objects.held(run.pk, claim).update(
        status=JobStatus.FAILED if failure else JobStatus.PASSED, failure=failure, finished_at=at
    )
    if finished:  # else the run was taken from us, and the newer claim tells its own story
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


def give_up(*, at: datetime) -> int:
    """Fail what no worker will finish: tests tried too often, and interrupted ones of the portal.

    A test with a key of the portal's cannot be resumed, because its key is gone with its worker.
    Returns how many.
    """
    lost = Run.objects.due(at).filter(signer=Signer.PORTAL, status=JobStatus.RUNNING)
    return _close(lost, at) + _close(Run.objects.exhausted(at), at)


def _close(runs: Iterable[Run], at: datetime) -> int:
    closed = 0
    for run in runs:
        if run.claim:
            Step.objects.filter(run=run, status=StepStatus.RUNNING).update(
                status=StepStatus.FAILED, code="test.interrupted"
            )
            _finish(run, run.claim, "test.interrupted")
            closed += 1
    return closed
