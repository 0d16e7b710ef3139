"""Carrying out API checks, in portions that fit into a worker's lease."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from onboarding.apis.states import Dpop
from onboarding.audit.services import record
from onboarding.core import turns
from onboarding.core.jobs import JobStatus
from onboarding.core.nudges import nudge
from onboarding.core.redaction import redact
from onboarding.jose.checks import printable
from onboarding.suppliers.actors import SYSTEM
from onboarding.testtokens import queries, signers
from onboarding.testtokens.catalogue import VERSION
from onboarding.testtokens.journey import Journey, Probe, Seen, Target, battery, skipped
from onboarding.testtokens.models import Check, Result
from onboarding.testtokens.services.minting import keys
from onboarding.testtokens.states import Verdict

# The most requests that one API gets from us at the same time: all that its host may.
AT_ONCE: Final = turns.OF_A_HOST
# How long a worker stays with a check; well within its lease (core.jobs), even when the last
# requests of a portion take the longest that a request can (core.egress).
PORTION: Final = 6.0  # seconds
# How often results are written down while a portion is under way.
EVERY: Final = 0.5  # seconds
logger = logging.getLogger(__name__)


def execute(*, check_id: UUID, at: datetime) -> None:
    """Carry out a portion of a queued check. Safe to repeat.

    Whoever does not get the claim does nothing; neither does anybody while the organisation has
    another check under way, or the host any other request of ours: the sweep comes back to it.
    What is written down stays, so that a worker which takes over goes on where the last one ended.
    """
    check = Check.objects.select_related("api__organization").filter(pk=check_id).first()
    if check is None or not check.is_open or queries.must_wait(check, at):
        return
    with ExitStack() as stack:
        if what := turns.host(check.url):
            turn = turns.take(what, at=at, places=turns.OF_A_HOST, wanted=turns.OF_A_HOST)
            if turn is None:
                return
            stack.callback(turns.give_back, turn)
        _portion(check, at)


def _portion(check: Check, at: datetime) -> None:
    claim = Check.objects.claim(check.pk, at)
    if claim is None:
        return
    held = Check.objects.held(check.pk, claim)
    if check.battery != VERSION or check.setup_hash != queries.setup_hash(check.api):
        _finish(check, held, "check.changed", timezone.now())
        return
    called = queries.called(check.api, barred=settings.TEST_TOKENS_BARRED)
    if called is None:
        _finish(check, held, "check.no_caller", timezone.now())
        return
    try:
        found = keys(at)
    except signers.NoIssuer:
        _finish(check, held, "check.no_issuer", timezone.now())
        return
    except Exception:
        # What we did not foresee ends the check in sight of whoever asked for it, and is logged.
        logger.exception("an API check could not begin")
        _finish(check, held, "check.fault", timezone.now())
        return
    with closing(Journey(_target(check, called), found)) as journey:
        _go(check, held, journey)


def give_up(*, at: datetime) -> int:
    """End the checks that no worker could finish; return how many that were."""
    lost = Check.objects.select_related("api").exhausted(at)
    return sum(
        _finish(check, Check.objects.filter(pk=check.pk, claim=check.claim), "check.fault", at)
        for check in lost
    )


def _go(check: Check, held: QuerySet[Check], journey: Journey) -> None:
    probes = battery(Dpop(check.api.dpop))
    known = queries.verdicts(check)
    left = [probe for probe in probes if probe.position not in known]
    until = time.monotonic() + PORTION
    buffer: list[Result] = []
    written_at = time.monotonic()
    for seen in _sent(left, journey, known, probes, until):
        known[seen.probe.position] = seen.judged.verdict
        buffer.append(_result(check, seen))
        if time.monotonic() - written_at > EVERY:
            if not _write(held, buffer):
                return
            buffer, written_at = [], time.monotonic()
        if seen.judged.verdict == Verdict.UNANSWERED and seen.probe.fault is None:
            # Whoever does not answer the valid request is not asked sixty others.
            _write(held, buffer)
            _finish(check, held, seen.reply.code, timezone.now())
            return
    if not _write(held, buffer):
        return
    if len(known) < len(probes):
        _hand_on(check, held)
        return
    is_failed = any(v in (Verdict.FAILED, Verdict.UNANSWERED) for v in known.values())
    _finish(check, held, "check.findings" if is_failed else "", timezone.now())


def _sent(
    left: Sequence[Probe],
    journey: Journey,
    known: dict[int, str],
    probes: Sequence[Probe],
    until: float,
) -> Iterator[Seen]:
    """Send what is left, the valid ones first and alone: what follows depends on them."""
    for probe in left:
        if probe.fault is None:
            yield journey.take(probe)
    accepted = {
        probe.kind
        for probe in probes
        if probe.fault is None and known.get(probe.position) == Verdict.PASSED
    }
    faults = [probe for probe in left if probe.fault is not None]
    yield from (skipped(probe) for probe in faults if probe.kind not in accepted)
    waiting = iter([probe for probe in faults if probe.kind in accepted])
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="api-check") as pool:
        while time.monotonic() < until:
            batch = list(islice(waiting, AT_ONCE * 2))
            if not batch:
                return
            yield from pool.map(journey.take, batch)


def _target(check: Check, called: queries.Called) -> Target:
    api = check.api
    return Target(
        url=check.url,
        is_ours=api.is_ours,
        audience=api.short_name,
        scopes=called.scopes,
        dpop=Dpop(api.dpop),
        issuer=signers.issuer(),
        other_issuer=signers.other_issuer(),
        caller=called.caller,
    )


def _result(check: Check, seen: Seen) -> Result:
    return Result(
        check_run=check,
        position=seen.probe.position,
        fault=seen.probe.fault.id if seen.probe.fault else "",
        kind=seen.probe.kind,
        verdict=seen.judged.verdict,
        finding=seen.judged.finding,
        status=seen.reply.status,
        header=printable(redact(seen.reply.challenge)),
        code=seen.reply.code,
        milliseconds=seen.reply.milliseconds if seen.reply.status else None,
    )


@transaction.atomic
def _write(held: QuerySet[Check], results: list[Result]) -> bool:
    """Add results, if the check is still ours; say whether it is."""
    if held.select_for_update().first() is None:
        return False
    # Of a portion that was interrupted some may be there already; the first answer counts.
    Result.objects.bulk_create(results, ignore_conflicts=True)
    return True


def _hand_on(check: Check, held: QuerySet[Check]) -> None:
    """Put the check back into the queue: a portion that got on is no failed attempt."""
    with transaction.atomic():
        now = timezone.now()
        if held.update(status=JobStatus.QUEUED, claim=None, attempts=0, queued_at=now):
            nudge("testtokens.execute", check_id=str(check.pk))


@transaction.atomic
def _finish(check: Check, mine: QuerySet[Check], failure: str, at: datetime) -> bool:
    """End the check if it still is among `mine`; say whether it was."""
    status = JobStatus.FAILED if failure else JobStatus.PASSED
    if not mine.update(status=status, failure=failure, finished_at=at):
        return False
    record(
        "api_check.failed" if failure else "api_check.passed",
        subject=check.api,
        actor=SYSTEM.name,
        at=at,
        organization_id=check.api.organization_id,
        environment=check.api.environment,
        check_id=str(check.pk),
        battery=check.battery,
        code=failure,
    )
    return True
