"""Reads over what is in production."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.promotion.models import Release

SHOWN = 25
FEW = 10


def all_of(release: Release) -> list[Release]:
    """Return the releases of the same system or API, newest first, SHOWN at most. One query."""
    same = Release.objects.filter(system=release.system_id, api=release.api_id)
    return list(same.select_related("case", "released_by", "back_to").order_by("-number")[:SHOWN])


class Customers(NamedTuple):
    """The active clients of a release: how many, and the newest of them."""

    total: int
    newest: list[ClientConfiguration]


def customers(release: Release) -> Customers:
    """Return the clients in production that were made from this version. Two queries at most."""
    if release.revision_id is None:
        return Customers(0, [])
    made = ClientConfiguration.objects.filter(revision=release.revision_id, status=Status.ACTIVE)
    newest = made.select_related("organization").order_by("-created_at", "-pk")
    return Customers(made.count(), list(newest[:FEW]))


def elsewhere(release: Release) -> int:
    """Return how many active clients of the same system were made from other versions of it."""
    if release.revision_id is None:
        return 0
    same = ClientConfiguration.objects.filter(
        revision__system=release.system_id, status=Status.ACTIVE
    )
    return same.exclude(revision=release.revision_id).count()


def live(organization_id: int) -> list[Release]:
    """Return what an organisation has in production: the newest release of each. One query."""
    found = Release.objects.filter(organization=organization_id).select_related("case")
    return newest_of_each(found.order_by("-released_at", "-number")[:200])


def newest_of_each(releases: Iterable[Release]) -> list[Release]:
    """Return the first of each system or API in an order that has the newest first."""
    seen: set[UUID | None] = set()
    kept = []
    for release in releases:
        key = release.system_id or release.api_id
        if key not in seen:
            seen.add(key)
            kept.append(release)
    return kept
