"""How long to wait before the next try: as planned, or as the receiver asks. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import uniform
from typing import Final

from onboarding.webhooks.states import JITTER, LONGEST_WAIT, PAUSES

NO_WAIT: Final = timedelta(0)


def asked(retry_after: str, at: datetime) -> timedelta:
    """Return how long `Retry-After` asks to wait (RFC 9110 §10.2.3), at most LONGEST_WAIT.

    Nothing for what is neither seconds nor a date, or has passed.
    """
    if retry_after.isascii() and retry_after.isdigit():
        # Longer numbers are longer waits than any that is granted.
        return min(timedelta(seconds=int(retry_after[:9])), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(retry_after)
    except (ValueError, IndexError, OverflowError):
        return NO_WAIT
    if date.tzinfo is None:  # "-0000": the time is UTC, the place unknown
        date = date.replace(tzinfo=UTC)
    return min(max(date - at, NO_WAIT), LONGEST_WAIT)


def pause(tries: int, wait: timedelta) -> timedelta:
    """Return the pause after so many tries: the planned one, or `wait` if that is longer."""
    planned = PAUSES[tries - 1] * uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return max(planned, wait)
