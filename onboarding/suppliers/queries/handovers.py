"""Reads over links that hand work over."""

from __future__ import annotations

from onboarding.suppliers.models import HandOver


def by_digest(digest: str) -> HandOver | None:
    """Return the hand-over whose token has this digest: holding the link is what counts here."""
    rows = HandOver.objects.select_related("organization", "created_by")
    return rows.filter(token_hash=digest).first()
