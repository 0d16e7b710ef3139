"""Whom to tell about a case."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.promotion.models import Case
from onboarding.suppliers.states import Role


def supplier(case: Case) -> QuerySet[User]:
    """Return those of the supplier who began the case or sent it in, and the administrators."""
    admins = User.objects.filter(
        memberships__organization=case.organization_id,
        memberships__environment=Environment.TEST,
        memberships__role=Role.ADMIN,
    ).values("pk")
    known = [pk for pk in (case.created_by_id, case.submitted_by_id) if pk is not None]
    return User.objects.filter(Q(pk__in=known) | Q(pk__in=admins), is_active=True)


def assigned(case: Case) -> QuerySet[User]:
    """Return the reviewers who have the case."""
    return User.objects.filter(pk__in=case.reviewer_ids, is_active=True)


def reviewers(case: Case) -> QuerySet[User]:
    """Return every reviewer who may take the case."""
    house = User.objects.filter(memberships__organization=case.organization_id).values("pk")
    part = [pk for pk in (case.created_by_id, case.submitted_by_id) if pk is not None]
    found = User.objects.filter(is_reviewer=True, is_active=True)
    return found.exclude(pk__in=part).exclude(pk__in=house)
