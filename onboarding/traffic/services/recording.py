"""Noting what was asked: a request puts it in a list, a thread writes the list down (ADR 11).

A request pays for the list alone, so a flood of them is not made slower by its own traces; what
the thread makes of it is bounded by `writing.Room`, so it does not fill the disk either.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections import deque
from datetime import datetime
from threading import Event, Lock, Thread

from django.conf import settings
from django.db import Error, close_old_connections

from onboarding.jose.access_token import scopes
from onboarding.jose.resource_server import Decision
from onboarding.traffic.seen import Seen
from onboarding.traffic.services import writing

LONGEST_WAIT = 0.5  # seconds until a request is in its client's list
BATCH = 500
MOST_WAITING = 5000
AFTER_FAILURE = 5.0

logger = logging.getLogger(__name__)


class Recorder:
    """What waits to be written down by this process, and the thread that does it."""

    def __init__(self) -> None:
        self._waiting: deque[Seen] = deque()
        self._overflow: deque[Seen] = deque(maxlen=MOST_WAITING)
        self._writing = Lock()
        self._begun = Lock()
        self._wake = Event()
        self._thread: Thread | None = None
        self._process = 0

    def note(self, seen: Seen) -> None:
        """Have a request written down soon. Costs the request next to nothing; never raises."""
        waiting = self._waiting
        if len(waiting) < MOST_WAITING:
            waiting.append(seen)
        else:
            self._overflow.append(seen)
        if len(waiting) == BATCH:
            self._wake.set()
        if self._process != os.getpid() and settings.TRAFFIC_IN_BACKGROUND:
            self._begin()

    def flush(self) -> int:
        """Write down what waits, here and now; return how many requests that were.

        Raises `django.db.Error`, and keeps what could not be written.
        """
        with self._writing:
            count = 0
            while self._waiting:
                batch = [self._waiting[n] for n in range(min(BATCH, len(self._waiting)))]
                # What came while the list was full is counted, and that is all.
                dropped = [self._overflow.popleft() for _ in range(len(self._overflow))]
                try:
                    writing.write(batch, dropped)
                except Error:
                    self._overflow.extend(dropped)
                    raise
                for _ in batch:
                    self._waiting.popleft()
                count += len(batch)
            return count

    def _begin(self) -> None:
        """Start the thread: after a fork, and not before there is something to write."""
        with self._begun:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self._thread = Thread(target=self._run, name="traffic", daemon=True)
            self._thread.start()
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
        except Exception:
            # A trace that nobody foresaw must not stop all those after it.
            logger.exception("A trace could not be made; %s are lost", len(self._waiting))
            self._waiting.clear()
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
