"""Reads over people and organisations."""

from __future__ import annotations

from onboarding.accounts.models import User
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Membership
from onboarding.suppliers.states import Role


def actor_for(user: User) -> Actor:
    """Return who `user` is towards the rules, with every role held. One query."""
    rows = Membership.objects.filter(user=user).values_list(
        "organization_id", "environment", "role"
    )
    return Actor(
        name=user.name,
        user_id=user.pk,
        is_reviewer=user.is_reviewer,
        is_operator=user.is_operator,
        roles={(organization, environment): Role(role) for organization, environment, role in rows},
    )
