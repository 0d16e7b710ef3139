"""Saying beforehand which requests are the portal's own, so that they never count as a client's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from onboarding.traffic.models import Announced
from onboarding.traffic.refs import ref

KEPT = timedelta(hours=1)


def announce(values: Iterable[str], *, at: datetime) -> None:
    """Say that what carries one of `values` will have been sent by the portal itself.

    A value is the `jti` of an assertion or of a token, or the thumbprint of a key for proofs: each
    new, and not known to anybody else yet. To be called, and committed, before anything of it is
    sent. Only keyed hashes are stored.
    """
    rows = [Announced(ref=ref(value), until=at + KEPT) for value in values if value]
    Announced.objects.bulk_create(rows, ignore_conflicts=True)
