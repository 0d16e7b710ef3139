"""The portal's own register of rights: the rows of `Delegation`."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Q

from onboarding.accounts.models import User
from onboarding.suppliers.models import Delegation
from onboarding.suppliers.registers.port import Rights
from onboarding.suppliers.states import RANK, Right, Role

WRITERS = [role for role in Role if RANK[role] >= RANK[Role.WRITER]]


class OwnRegister:
    """What was given to an organisation is used by those who may write for it there."""

    def held_by(self, user: User, environments: Collection[str], *, is_act: bool) -> Rights:
        """Return the rights that stand. One query, and never NoAnswer."""
        to_mine = Q(
            to_organization__memberships__user=user,
            to_organization__memberships__role__in=WRITERS,
            to_organization__memberships__environment=F("environment"),
        )
        to_me = Q(to_user=user)
        if user.email:
            to_me |= Q(to_email=user.email.lower())
        standing = Delegation.objects.standing().filter(environment__in=environments)
        rows = standing.filter(to_me | to_mine).values_list("delegator", "environment", "right")
        found: dict[tuple[int, str], set[Right]] = {}
        for delegator, environment, right in rows:
            found.setdefault((delegator, environment), set()).add(Right(right))
        return {where: frozenset(rights) for where, rights in found.items()}
