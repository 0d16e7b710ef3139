"""Use once: one INSERT decides, in whichever process it happens first."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection

from onboarding.core.models import UsedOnce


def digest(purpose: str, value: str) -> bytes:
    """Return what is stored for a value; the purpose keeps issuers, clients and targets apart."""
    return hashlib.sha256(f"{purpose}\x00{value}".encode()).digest()


def use_once(uses: Sequence[tuple[str, str, float]]) -> list[bool]:
    """Mark each (purpose, value, until as Unix seconds) as used; say for each whether it was new.

    Raises `django.db.DatabaseError` when the store cannot be reached: callers answer 503, never
    200. One statement a value, so that a used value cannot undo the marking of a new one.
    """
    marked = []
    with connection.cursor() as cursor:
        for purpose, value, until in uses:
            cursor.execute(
                "INSERT INTO core_usedonce (digest, until) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [digest(purpose, value), datetime.fromtimestamp(until, UTC)],
            )
            marked.append(cursor.rowcount == 1)
    return marked


def forget(at: datetime, *, limit: int = 5000) -> int:
    """Delete values that cannot be used again anyway, at most `limit`; return how many."""
    old = UsedOnce.objects.filter(until__lt=at).values_list("pk", flat=True)[:limit]
    return UsedOnce.objects.filter(pk__in=list(old)).delete()[0]
