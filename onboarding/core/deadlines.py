"""An end to requests that somebody else could draw out for ever."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Lock, Thread
from typing import Final


class Deadline:
    """Shuts the connection down when the time is over, in whatever it may be waiting."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self.is_closed = False
        self._guard: socket.socket | None = None
        self._lock = Lock()
        _clock.wake(self, time.monotonic() + seconds)

    def watch(self, connection: socket.socket) -> None:
        """End this connection too when the time is over. Raises TimeoutError if it is."""
        with self._lock:
            if self.is_over:
                connection.close()
                raise TimeoutError
            # A duplicate, because wrapping in TLS takes the original's descriptor away.
            self._guard = connection.dup()

    def end(self) -> None:
        with self._lock:
            if self.is_closed:
                return
            self.is_over = True
            if self._guard is not None:
                # It may have ended by itself between our looking and our doing.
                with suppress(OSError):
                    self._guard.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            self.is_closed = True
            if self._guard is not None:
                self._guard.close()


class _Clock:
    """Ends deadlines that are over: one thread for all, because one for each costs more than
    the request does. It is started by the first of a process, also after a fork."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Deadline]] = []
        self._changed = Condition()
        self._process = 0
        self._count = count()

    def wake(self, deadline: Deadline, at: float) -> None:
        if self._process != os.getpid():
            self._due, self._changed, self._process = [], Condition(), os.getpid()
            Thread(target=self._run, name="deadlines", daemon=True).start()
        with self._changed:
            is_first = not self._due or at < self._due[0][0]
            heappush(self._due, (at, next(self._count), deadline))
            if is_first:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while (left := self._left()) is None or left > 0:
                    self._changed.wait(left)
                deadline = heappop(self._due)[2]
            deadline.end()

    def _left(self) -> float | None:
        """Seconds until the next deadline that somebody still waits for, None if nobody does.

        Those before it are dropped all at once: to wake for each costs more than it took.
        """
        while self._due and self._due[0][2].is_closed:
            heappop(self._due)
        return self._due[0][0] - time.monotonic() if self._due else None


_clock: Final = _Clock()
