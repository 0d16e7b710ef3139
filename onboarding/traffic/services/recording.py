"""Noting what was asked: a request leaves its row in a list, a thread writes it down (ADR 11).

A request pays for making the row and nothing else; one whose client has used up its room for the
day, as in a flood, pays for a count.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections import deque
from datetime import datetime
from threading import Event, Lock, Thread
from uuid import UUID

from django.conf import settings
from django.db import Error, close_old_connections

from onboarding.jose.access_token import scopes
from onboarding.jose.resource_server import Decision
from onboarding.traffic import facts
from onboarding.traffic.seen import Seen
from onboarding.traffic.services import writing
from onboarding.traffic.services.room import Room
from onboarding.traffic.services.writing import Noted

LONGEST_WAIT = 0.5  # seconds until a request is in its client's list
BATCH = 500
MOST_WAITING = 20_000
AFTER_FAILURE = 5.0

logger = logging.getLogger(__name__)


class Recorder:
    """What waits to be written down by this process, and the thread that does it."""

    def __init__(self) -> None:
        self.room = Room()
        self._waiting: deque[Noted] = deque()
        self._lost = 0
        self._writing = Lock()
        self._begun = Lock()
        self._wake = Event()
        self._process = 0

    def note(self, seen: Seen) -> None:
        """Have a request written down soon. Never raises: a trace is no reason to fail."""
        if not settings.TRAFFIC_DAYS:
            return
        try:
            noted = self._noted(seen)
        except Exception:
            # A trace that nobody foresaw must not cost anybody a token.
            logger.exception("A trace could not be made")
            return
        if noted is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return
        self._waiting.append(noted)
        if len(self._waiting) == BATCH:
            self._wake.set()
        if self._process != os.getpid() and settings.TRAFFIC_IN_BACKGROUND:
            self._begin()

    def flush(self) -> int:
        """Write down what waits, here and now; return how many requests that were.

        What comes in meanwhile waits for the next time: a batch costs the same for one request as
        for a hundred, and as long as requests come, there is always one more to go on with.
        Raises `django.db.Error`, and keeps what could not be written.
        """
        with self._writing:
            count = len(self._waiting)
            for begin in range(0, count, BATCH):
                batch = [self._waiting.popleft() for _ in range(min(BATCH, count - begin))]
                try:
                    writing.write(batch, self.room)
                except Error:
                    self._waiting.extendleft(reversed(batch))
                    raise
            if self._lost:
                # Memory has an end too, while the database is away.
                logger.warning("%s requests left no trace and were not counted", self._lost)
                self._lost = 0
            return count

    def _noted(self, seen: Seen) -> Noted | None:
        """What to write, None for a request that speaks of no client that there could be."""
        # Whose revision is known has been looked up by its id.
        client_id = seen.claimed if seen.revision else client_uuid(seen.claimed)
        if not client_id:
            return None
        judged, outcome = facts.verdicts(seen), facts.outcome(seen)
        keep = self.room.take(client_id, judged.is_signed) or self.room.is_sample(
            (client_id, outcome, judged.check_code, seen.is_api), seen.at
        )
        row = facts.row(seen, judged) if keep else None
        return Noted(
            client_id,
            seen.environment,
            seen.at,
            seen.is_api,
            outcome.value,
            seen.error[:40],
            judged.is_signed,
            tuple(facts.own_refs(seen, row)),
            row,
        )

    def _begin(self) -> None:
        """Start the thread: after a fork, and not before there is something to write."""
        with self._begun:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            Thread(target=self._run, name="traffic", daemon=True).start()
            atexit.register(self._last)

    def _run(self) -> None:
        while True:
            self._wake.wait(LONGEST_WAIT)
            self._wake.clear()
            if self._waiting and not self._try():
                self._wake.wait(AFTER_FAILURE)

    def _try(self) -> bool:
        close_old_connections()
        try:
            self.flush()
        except Error:
            logger.exception("Traces cannot be written; %s wait", len(self._waiting))
            return False
        return True

    def _last(self) -> None:
        if self._process == os.getpid():
            self._try()


_recorder = Recorder()


def note(seen: Seen) -> None:
    """Have a request written down within about half a second; see `Recorder.note`."""
    _recorder.note(seen)


def flush() -> int:
    """Write down now what waits in this process; return how many requests that were."""
    return _recorder.flush()


def note_api_call(decision: Decision, *, environment: str, at: datetime) -> None:
    """Have a call to an API that this portal validates written down soon; see `note`.

    The client is the one that the token speaks of. A call without a readable token has nobody who
    might read of it.
    """
    reading = decision.token
    if reading is None:
        return
    seen = Seen(environment, at, is_api=True, scheme=decision.scheme)
    claimed = reading.claims.get("client_id")
    seen.claimed = claimed if isinstance(claimed, str) else ""
    seen.token, seen.proof, seen.token_claims = reading, decision.proof, reading.claims
    seen.checks, seen.given = decision.checks, sorted(scopes(reading.claims))
    seen.nonce = decision.headers.get("DPoP-Nonce", "")
    seen.status, seen.error = decision.status, decision.error
    note(seen)


def client_uuid(claimed: str) -> str:
    """Return a claimed client id if it is one as we write it, or ""."""
    try:
        return claimed if str(UUID(claimed)) == claimed else ""
    except ValueError:
        return ""
