"""Whom to tell about an organisation."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.suppliers.states import Role


def people_of(organization_ids: Iterable[int]) -> QuerySet[User]:
    """Return who has to know what happens: administrators, and everybody in production."""
    concerned = Q(memberships__role=Role.ADMIN) | Q(memberships__environment=Environment.PRODUCTION)
    rows = User.objects.filter(
        concerned, is_active=True, memberships__organization__in=organization_ids
    )
    return rows.distinct().order_by("pk")


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
