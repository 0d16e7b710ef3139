"""Whom to tell about an organisation."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.suppliers.models import ContactPoint
from onboarding.suppliers.states import Role


def people_of(organization_ids: Iterable[int]) -> QuerySet[User]:
    """Return who has to know what happens: administrators, and everybody in production."""
    concerned = Q(memberships__role=Role.ADMIN) | Q(memberships__environment=Environment.PRODUCTION)
    rows = User.objects.filter(
        concerned, is_active=True, memberships__organization__in=organization_ids
    )
    return rows.distinct().order_by("pk")


def addresses_of(organization_id: int) -> list[str]:
    """Return the verified contact points of an organisation that are not a member's own address.

    Members are told as people: nobody shall get the same letter twice.
    """
    mine = User.objects.filter(memberships__organization=organization_id).annotate(
        address=Lower("email")
    )
    rows = ContactPoint.objects.filter(organization=organization_id, verified_at__isnull=False)
    others = rows.annotate(address=Lower("email")).exclude(address__in=mine.values("address"))
    return list(others.order_by("address").values_list("address", flat=True).distinct())


def production_people_of(organization_ids: Iterable[int]) -> QuerySet[User]:
    """Return everybody who acts for organisations in production."""
    rows = User.objects.filter(
        is_active=True,
        memberships__environment=Environment.PRODUCTION,
        memberships__organization__in=organization_ids,
    )
    return rows.distinct().order_by("pk")


def operators() -> QuerySet[User]:
    """Return the operators of the platform."""
    return User.objects.filter(is_operator=True, is_active=True).order_by("pk")


def writers_of(organization_id: int, environment: str) -> QuerySet[User]:
    """Return who may change what an organisation has in an environment."""
    rows = User.objects.filter(
        is_active=True,
        memberships__organization=organization_id,
        memberships__environment=environment,
        memberships__role__in=[Role.WRITER, Role.ADMIN],
    )
    return rows.distinct().order_by("pk")


def administrators_of(organization_id: int) -> QuerySet[User]:
    """Return who administers an organisation, in any environment."""
    rows = User.objects.filter(
        is_active=True,
        memberships__role=Role.ADMIN,
        memberships__organization=organization_id,
    )
    return rows.distinct().order_by("pk")
