"""Use once: one INSERT decides, in whichever process it happens first."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection

from onboarding.core.models import UsedOnce
from onboarding.core.statements import fetch


def digest(purpose: str, value: str) -> bytes:
    """Return what is stored for a value; the purpose keeps issuers, clients and targets apart."""
    return hashlib.sha256(f"{purpose}\x00{value}".encode("utf-8", "surrogatepass")).digest()


def use_once(uses: Sequence[tuple[str, str, float]]) -> list[bool]:
    """Mark each (purpose, value, until as Unix seconds) as used; say for each whether it was new.

    One statement for all: a value that was used before does not undo the marking of a new one.
    Raises `django.db.DatabaseError` when the store cannot be reached: callers answer 503, never
    200.
    """
    keys = [digest(purpose, value) for purpose, value, _ in uses]
    ends = {key: datetime.fromtimestamp(use[2], UTC) for key, use in zip(keys, uses, strict=True)}
    adapt = connection.ops.adapt_datetimefield_value
    # In one order for everyone, so that two requests with the same values cannot deadlock.
    params = [part for key in sorted(ends) for part in (key, adapt(ends[key]))]
    new = {bytes(row[0]) for row in fetch(_insert(len(ends)), params)}
    answers = []
    for key in keys:
        answers.append(key in new)
        new.discard(key)
    return answers


def forget(at: datetime, *, limit: int = 5000) -> int:
    """Delete values that cannot be used again anyway, at most `limit`; return how many."""
    old = UsedOnce.objects.filter(until__lt=at).values_list("pk", flat=True)[:limit]
    return UsedOnce.objects.filter(pk__in=list(old)).delete()[0]


def _insert(count: int) -> str:
    rows = ", ".join(["(%s, %s)"] * count)
    return (
        f"INSERT INTO core_usedonce (digest, until) VALUES {rows} "  # noqa: S608 - placeholders only
        "ON CONFLICT DO NOTHING RETURNING digest"
    )
