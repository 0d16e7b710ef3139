"""Reads over people and organisations."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

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


def administrators(organization_id: int, environment: str) -> list[str]:
    """Return the names of those who can give others a role there, five at most."""
    found = Membership.objects.of(environment, organization_id).filter(role=Role.ADMIN)
    return list(found.order_by("user__name").values_list("user__name", flat=True)[:5])


def why_read_only(actor: Actor, organization_id: int, environment: str) -> str:
    """Return a sentence for who may look but not change, with who can help; "" for others."""
    if actor.can_write_for(organization_id, environment):
        return ""
    people = administrators(organization_id, environment)
    if not people:
        return _("Du kan se alt her, men ikke endre noe. Det krever skrivetilgang.")
    return _("Du kan se alt her, men ikke endre noe. %(people)s kan gi deg skrivetilgang.") % {
        "people": get_text_list(people, _("eller"))
    }
