"""What a client system of test has become in production (settings.RELEASED_SYSTEM)."""

from __future__ import annotations

from uuid import UUID

from onboarding.promotion.models import Release


def system_of(system_id: UUID) -> UUID | None:
    """Return the system in production that cases about this one were released as, or None."""
    found = Release.objects.filter(case__system=system_id, system__isnull=False)
    return found.order_by("-number").values_list("system", flat=True).first()
