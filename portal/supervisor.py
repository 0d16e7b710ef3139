"""Keeps the processes of one machine running, and leaves none behind.

Each child leads a process group of its own, so that stopping it stops what it started, and a
Ctrl-C in the terminal reaches the supervisor only, which then stops the children in order.
"""

import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

logger = logging.getLogger(__name__)

# Seconds from being asked to stop to SIGKILL. A job that is cut short is a row, and found again.
GRACE = 8.0
STEADY = 30.0  # a child that lived so long starts again at once when it dies
LONGEST_WAIT = 10.0
KEPT_LOGS = 3

# Reads the groups that live, line by line, until the supervisor is gone, in whatever way; then
# stops those of the last line. Shell, since it costs 1 MB and 1 ms, on Linux and macOS alike.
WATCH = """
trap '' INT TERM HUP
while read -r line; do groups=$line; done
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
for turn in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for group in $groups; do kill -0 "-$group" 2>/dev/null && left="$left $group"; done
  [ -n "$left" ] || exit 0
  sleep 0.5
done
for group in $left; do kill -KILL "-$group" 2>/dev/null; done
"""


class Watchdog:
    """A process that stops the groups it was told of when this one dies, even by SIGKILL."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - a constant
            ["/bin/sh", "-c", WATCH],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reading)
        self._pipe = os.fdopen(writing, "wb", buffering=0)

    def guard(self, groups: list[int]) -> None:
        """Guard exactly these process groups from now on."""
        self._pipe.write(" ".join(map(str, groups)).encode() + b"\n")

    def close(self) -> None:
        """Let the watchdog go; the groups of the last `guard` are stopped if they still run."""
        self._pipe.close()
        self._process.wait()


@dataclass
class Child:
    """One process to keep running, with what is needed to start it again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    settings: str = ""  # given on its standard input
    user: str | None = None  # None: the supervisor's own
    ending: signal.Signals = signal.SIGTERM  # what asks it to stop
    is_needed: bool = False  # by the others, which are therefore stopped before it
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)  # when to start it (again)

    def start(self, *, cwd: Path) -> None:
        """Start the process in a group of its own, its output added to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command lines
                self.command,
                cwd=cwd,
                env=self.environment,
                stdin=subprocess.PIPE if self.settings else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                extra_groups=[] if self.user else None,
            )
        self.started = time.monotonic()

    def feed(self) -> None:
        """Hand over the settings. After the watchdog knows of the process: this may block."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.write(self.settings.encode())
            self.process.stdin.close()

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group; one that is gone already is no error."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except (ProcessLookupError, PermissionError):
                return  # macOS says the second of a group that has only zombies left


class Supervisor:
    """Starts children, starts those that die again, and on leaving the block stops them all."""

    def __init__(self, *, cwd: Path) -> None:
        self.children: list[Child] = []
        self._cwd = cwd
        self._watchdog = Watchdog()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def add(self, child: Child) -> Child:
        """Start a process now and keep it running. Its log is made anew, three old ones kept."""
        rotate(child.log)
        self.children.append(child)
        self._start(child)
        return child

    def tend(self) -> None:
        """Start again what has died: at once if it had run well, else after a growing wait."""
        now = time.monotonic()
        for child in self.children:
            if child.has_ended():
                self._bury(child, now)
            if child.process is None and now >= child.due:
                self._start(child)

    def stop(self) -> None:
        """Stop the children, those that others need last."""
        _end([child for child in self.children if not child.is_needed])
        _end([child for child in self.children if child.is_needed])
        self.children = []
        self._watchdog.guard([])
        self._watchdog.close()

    def _start(self, child: Child) -> None:
        child.start(cwd=self._cwd)
        self._tell_watchdog()
        child.feed()

    def _bury(self, child: Child, now: float) -> None:
        if child.process is None:
            return
        lived = now - child.started
        child.failures = 0 if lived > STEADY else child.failures + 1
        wait = 0.0 if not child.failures else min(0.25 * 2**child.failures, LONGEST_WAIT)
        child.signal(signal.SIGKILL)  # what it had started must not go on beside its successor
        logger.warning(
            "%s ended with %s after %.0f s; it is started again in %.1f s (see %s)",
            child.name,
            child.process.returncode,
            lived,
            wait,
            child.log,
        )
        child.process, child.due = None, now + wait
        self._tell_watchdog()

    def _tell_watchdog(self) -> None:
        self._watchdog.guard([child.process.pid for child in self.children if child.process])


def _end(children: list[Child]) -> None:
    """Ask all to stop, and after the grace make them."""
    for child in children:
        child.signal(child.ending)
    deadline = time.monotonic() + GRACE
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("%s did not stop in %.0f s and is killed", child.name, GRACE)
        child.signal(signal.SIGKILL)
        child.process.wait()


def rotate(log: Path) -> None:
    """Move `log` aside to `log.1`, the older ones one number up, and forget the oldest."""
    older = [log, *(log.with_name(f"{log.name}.{number}") for number in range(1, KEPT_LOGS + 1))]
    for source, target in reversed(list(pairwise(older))):
        if source.exists():
            source.replace(target)
