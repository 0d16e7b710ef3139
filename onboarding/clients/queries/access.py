"""Reads over requests for access."""

from __future__ import annotations

from onboarding.clients.models import ClientClaim, ClientClaimQuerySet, ClientScopeQuerySet
from onboarding.clients.states import UNFINISHED

VALUES = 50  # on one page


def of_finished(asked: ClientScopeQuerySet) -> ClientScopeQuerySet:
    """Narrow to requests that have been made: what a draft will ask for is nobody's business."""
    return asked.exclude(client__status__in=UNFINISHED)


def decided(asked: ClientScopeQuerySet) -> ClientScopeQuerySet:
    """Narrow to requests that a person has answered."""
    return asked.filter(decided_at__isnull=False)


def in_full(asked: ClientScopeQuerySet) -> ClientScopeQuerySet:
    """Return requests with all that their pages show. No further queries."""
    return asked.select_related(
        "scope__api",
        "client__organization",
        "client__revision__system__organization",
        "client__created_by",
        "decided_by",
    )


def asked_values(claims: ClientClaimQuerySet) -> list[ClientClaim]:
    """Return new values that wait for an answer, the oldest first. VALUES at most, one query."""
    related = claims.waiting().select_related("claim__api", "client__organization")
    return list(related.order_by("asked_at", "pk")[:VALUES])
