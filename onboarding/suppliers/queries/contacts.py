"""Reads over contact points, followers and change notices, and what the checklist asks of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from onboarding.accounts.models import User
from onboarding.suppliers.models import (
    Acknowledgement,
    ChangeNotice,
    ContactPoint,
    Follower,
    Organization,
)
from onboarding.suppliers.queries.terms import campaigned
from onboarding.suppliers.states import Reach

# How long an organisation has to take note of a change of the security profile.
TIME_TO_ACKNOWLEDGE = timedelta(days=30)


class Records(NamedTuple):
    """What the portal knows of how an organisation is reached and keeps up (facts P).

    Contact points are verified addresses, each counted once whatever its purposes;
    `shared_contact_points` are those that are no person's own. `followers` can be written to.
    `unacknowledged` are changes of the security profile that are older than thirty days.
    """

    contact_points: int
    shared_contact_points: int
    security_contact_points: int
    followers: int
    unacknowledged: int


def records_of(organization_id: int, at: datetime) -> Records:
    """Return the facts about an organisation at a time. Four queries."""
    verified = ContactPoint.objects.filter(
        organization=organization_id, verified_at__lte=at
    ).annotate(address=Lower("email"))
    addresses = {point.address: point.purpose for point in verified}  # type: ignore[attr-defined]
    people = User.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    personal = set(people.values_list("address", flat=True))
    return Records(
        contact_points=len(addresses),
        shared_contact_points=len(set(addresses) - personal),
        security_contact_points=sum(point.purpose == Reach.SECURITY for point in verified),
        followers=followers(organization_id).count(),
        unacknowledged=len(unacknowledged(organization_id, at - TIME_TO_ACKNOWLEDGE)),
    )


def concerned() -> set[int]:
    """Return the organisations that changes are announced to: suppliers, and who else follows."""
    followed = Follower.objects.values_list("organization_id", flat=True)
    return {*campaigned().values_list("pk", flat=True), *followed}


def followers(organization_id: int) -> QuerySet[Follower]:
    """Return who follows the changes: members who can be written to, by name.

    An address in the portal has been verified; whoever left the organisation follows no more.
    """
    rows = Follower.objects.filter(
        organization=organization_id,
        user__is_active=True,
        user__memberships__organization=organization_id,
    ).exclude(user__email="")
    return rows.select_related("user").distinct().order_by("user__name", "pk")


def profile_changes(organization_id: int) -> QuerySet[ChangeNotice]:
    """Return the published changes of the security profile since the organisation came."""
    since = Organization.objects.values_list("created_at", flat=True).get(pk=organization_id)
    return (
        ChangeNotice.objects.published()
        .filter(is_profile_change=True, published_at__gte=since)
        .order_by("-published_at")
    )


def unacknowledged(organization_id: int, published_before: datetime) -> list[ChangeNotice]:
    """Return the changes that the organisation has not taken note of."""
    done = Acknowledgement.objects.filter(change=OuterRef("pk"), organization=organization_id)
    waiting = profile_changes(organization_id).filter(~Exists(done))
    return list(waiting.filter(published_at__lte=published_before))


class Change(NamedTuple):
    """A change notice as an organisation sees it."""

    notice: ChangeNotice
    acknowledgement: Acknowledgement | None


def changes(organization_id: int) -> list[Change]:
    """Return the published notices, newest first, with what the organisation said. Two queries."""
    notices = list(ChangeNotice.objects.published().order_by("-published_at")[:50])
    done = {
        row.change_id: row
        for row in Acknowledgement.objects.filter(
            organization=organization_id, change__in=[notice.pk for notice in notices]
        )
    }
    return [Change(notice, done.get(notice.pk)) for notice in notices]


def by_digest(digest: str) -> ContactPoint | None:
    """Return the contact point whose link has this digest: holding the link is what counts."""
    return ContactPoint.objects.select_related("organization").filter(token_hash=digest).first()
