"""Reads over people and organisations."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.core.orgnumbers import normalized
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Invitation, Membership, Organization
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


def administrators(organization_id: int, environment: str) -> list[str]:
    """Return the names of those who can give others a role there, five at most."""
    found = Membership.objects.of(environment, organization_id).filter(
        role=Role.ADMIN, user__is_active=True
    )
    return list(found.order_by("user__name").values_list("user__name", flat=True)[:5])


def why_read_only(actor: Actor, organization_id: int, environment: str) -> str:
    """Return a sentence for who may look but not change, with who can help; "" for others."""
    if actor.can_write_for(organization_id, environment):
        return ""
    if actor.sees_all and (organization_id, environment) not in actor.roles:
        return _("Du ser alle virksomheter, uten å kunne endre noe hos dem.")
    people = administrators(organization_id, environment)
    if not people:
        return _("Du kan se alt her, men ikke endre noe. Det krever skrivetilgang.")
    return _("Du kan se alt her, men ikke endre noe. %(people)s kan gi deg skrivetilgang.") % {
        "people": get_text_list(people, _("eller"))
    }


def other_admins(membership: Membership) -> int:
    """Return how many others, who can log in, administer the same organisation there."""
    return (
        Membership.objects.of(membership.environment, membership.organization_id)
        .filter(role=Role.ADMIN, user__is_active=True)
        .exclude(pk=membership.pk)
        .count()
    )


def invitation_by_digest(digest: str) -> Invitation | None:
    """Return the invitation whose token has this digest: holding the link is what counts here."""
    rows = Invitation.objects.select_related("organization", "created_by")
    return rows.filter(token_hash=digest).first()


class Represented(NamedTuple):
    """An organisation to act for: where its pages begin, and which role is held where."""

    organization: Organization
    environment: str
    roles: list[tuple[str, str]]


def represented(actor: Actor, text: str, *, limit: int) -> list[Represented]:
    """Return organisations that the actor may see, by name; `text` is part of name or number.

    One query, and `limit` rows at most.
    """
    rows = Organization.objects.visible_to(actor)
    if text:
        number = normalized(text)
        rows = rows.filter(Q(name__icontains=text) | Q(number__startswith=number))
    return [_represented(actor, row) for row in rows.order_by("name", "pk")[:limit]]


def _represented(actor: Actor, organization: Organization) -> Represented:
    held = [
        (str(environment.label), str(actor.roles[organization.pk, environment].label))
        for environment in Environment
        if (organization.pk, environment) in actor.roles
    ]
    return Represented(organization, home_environment(actor, organization.pk), held)


def home_environment(actor: Actor, organization_id: int) -> str:
    """Return the environment to begin in: test, unless a role is held in production only."""
    if (organization_id, Environment.TEST) in actor.roles or actor.sees_all:
        return Environment.TEST
    return Environment.PRODUCTION
