"""Writing down how a test gets on, step by step, in one statement for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from onboarding.core.jobs import JobStatus
from onboarding.core.statements import fetch, uuid_param
from onboarding.smoketests.exchange import Outcome
from onboarding.smoketests.states import StepStatus

# SQL of our own, because through the ORM this costs more than the steps themselves do.
_MOVE_ON: Final = """
UPDATE smoketests_step SET
  status = CASE WHEN position = %s THEN %s ELSE %s END,
  started_at = CASE WHEN position = %s THEN started_at ELSE %s END,
  milliseconds = CASE WHEN position = %s THEN CAST(%s AS integer) END,
  sent = CASE WHEN position = %s THEN %s ELSE '' END,
  received = CASE WHEN position = %s THEN %s ELSE '' END,
  code = CASE WHEN position = %s THEN %s ELSE '' END,
  expected = CASE WHEN position = %s THEN %s ELSE '' END,
  found = CASE WHEN position = %s THEN %s ELSE '' END
WHERE run_id = %s AND position BETWEEN %s AND %s
  AND EXISTS (SELECT 1 FROM smoketests_run WHERE id = %s AND claim = %s AND status = %s)
RETURNING position
"""
# Nobody waits for these rows to be on disk: when the database goes down in the middle of a test,
# the run is ended as interrupted anyway. What ends a run is as durable as everything else.
_AT_LEISURE: Final = "  AND set_config('synchronous_commit', 'off', true) = 'off'\nRETURNING"

BEFORE_THE_FIRST: Final = -1
_LAST: Final = 99


def begin(run_id: UUID, claim: UUID, *, at: datetime) -> bool:
    """Show the first step as under way; False when the run is not held by this claim."""
    return move_on(run_id, claim, BEFORE_THE_FIRST, Outcome(), milliseconds=0, at=at)


def move_on(
    run_id: UUID, claim: UUID, position: int, outcome: Outcome, *, milliseconds: int, at: datetime
) -> bool:
    """Write how the step at `position` went, and show the next one as under way since `at`.

    After a failure the rest is skipped instead. False, and nothing is written, when the run is
    no longer held by this claim: whoever has it now tells its story.
    """
    failed = outcome.status == StepStatus.FAILED
    following = StepStatus.SKIPPED if failed else StepStatus.RUNNING
    began = None if failed else connection.ops.adapt_datetimefield_value(at)
    found = [outcome.sent, outcome.received, outcome.code, outcome.expected, outcome.found]
    params: list[Any] = [position, outcome.status.value, following.value, position, began]
    params += [part for value in (milliseconds, *found) for part in (position, value)]
    run = uuid_param(run_id)
    params += [run, position, _LAST if failed else position + 1]
    params += [run, uuid_param(claim), JobStatus.RUNNING.value]
    return bool(fetch(_statement(), params))


def _statement() -> str:
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return _MOVE_ON
    return _MOVE_ON.replace("RETURNING", _AT_LEISURE)
