"""Deadlines end what is late, and cost nothing when it is over in time."""

from __future__ import annotations

import socket
import time
from contextlib import closing

import pytest

from onboarding.core import deadlines
from onboarding.core.deadlines import Deadline


def ended(connection: socket.socket) -> bool:
    connection.settimeout(3)
    return connection.recv(1) == b""


def test_a_late_connection_is_shut_down_also_behind_many_that_were_in_time() -> None:
    early = [Deadline(0.2 + n / 1000) for n in range(50)]
    late = Deadline(0.3)
    ours, theirs = socket.socketpair()
    with ours, theirs, closing(late):
        late.watch(ours)
        for deadline in early:
            deadline.close()
        began = time.monotonic()

        assert ended(theirs)
        assert 0.1 < time.monotonic() - began < 1
        assert late.is_over
    assert not any(deadline.is_over for deadline in early)


def test_what_is_over_in_time_is_not_woken_for() -> None:
    """The clock drops what was closed when it wakes for the first of it, not one by one."""
    ours = [Deadline(0.05 + n) for n in range(20)]
    for deadline in ours:
        deadline.close()
    patience = time.monotonic() + 5  # much less than the last of them had

    while left := {entry[2] for entry in deadlines._clock._due} & set(ours):
        assert time.monotonic() < patience, len(left)
        time.sleep(0.01)
    assert not any(deadline.is_over for deadline in ours)


def test_a_connection_that_comes_too_late_is_not_watched() -> None:
    deadline = Deadline(0.01)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        while not deadline.is_over:
            time.sleep(0.01)

        with pytest.raises(TimeoutError):
            deadline.watch(ours)
        assert ended(theirs)
