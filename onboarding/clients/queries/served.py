"""Whom a supplier serves in production."""

from __future__ import annotations

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.environments import Environment


def served_in_production(supplier_id: int) -> tuple[int, list[int]]:
    """Return how many active production clients are made from a supplier's systems, and whose.

    Organisations come as ids in order, the supplier itself among them where it has a client.
    """
    rows = ClientConfiguration.objects.filter(
        revision__system__organization=supplier_id,
        environment=Environment.PRODUCTION,
        status=Status.ACTIVE,
    )
    organizations = rows.order_by("organization_id").values_list("organization_id", flat=True)
    return rows.count(), list(organizations.distinct())
