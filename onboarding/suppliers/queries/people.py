"""Reads over people and organisations."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.core import formats
from onboarding.core.environments import Environment
from onboarding.core.orgnumbers import normalized
from onboarding.suppliers import rules
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Delegation, Invitation, Membership, Organization
from onboarding.suppliers.registers import is_kept_here, rights_of
from onboarding.suppliers.states import Right, Role

MOST = 200


def actor_for(user: User, *, is_act: bool = True) -> Actor:
    """Return who `user` is towards the rules, with every role and right held. Two queries.

    `is_act` asks Altinn anew, where it keeps the rights; a page may make do with its last answer.
    """
    rows = list(
        Membership.objects.filter(user=user).values_list(
            "organization_id", "environment", "role", "signatory"
        )
    )
    held = rights_of(user, is_act=is_act)
    return Actor(
        name=user.name,
        user_id=user.pk,
        is_reviewer=user.is_reviewer,
        is_operator=user.is_operator,
        roles={
            (organization, environment): Role(role) for organization, environment, role, _ in rows
        },
        rights=held.rights,
        unanswered=held.unanswered,
        binds=frozenset(organization for organization, *_, signatory in rows if signatory),
    )


def administrators(organization_id: int, environment: str) -> list[str]:
    """Return the names of those who can give others a role there, five at most."""
    found = Membership.objects.of(environment, organization_id).filter(
        role=Role.ADMIN, user__is_active=True
    )
    return list(found.order_by("user__name").values_list("user__name", flat=True)[:5])


def role_since(user_id: int | None, organization_id: int, environment: str) -> datetime | None:
    """Return since when a person has a role there, None without one."""
    mine = Membership.objects.filter(user=user_id or 0, organization=organization_id)
    return mine.filter(environment=environment).values_list("created_at", flat=True).first()


def administrators_anywhere(organization_id: int) -> list[str]:
    """Return the names of those who administer an organisation in any environment, five at most."""
    found = Membership.objects.filter(
        organization=organization_id, role=Role.ADMIN, user__is_active=True
    )
    return list(found.order_by("user__name").values_list("user__name", flat=True).distinct()[:5])


def why_read_only(
    actor: Actor, organization_id: int, environment: str, right: Right | None = None
) -> str:
    """Return a sentence for who may look but not change, with who can help; "" for others.

    `right` is what changing the page takes, for those who are no members.
    """
    if actor.can_write_for(organization_id, environment):
        return ""
    if right and rules.may(right, actor, organization_id, environment):
        return ""
    if actor.sees_all and (organization_id, environment) not in actor.roles:
        return _("Du ser alle virksomheter, uten å kunne endre noe hos dem.")
    if (organization_id, environment) not in actor.roles and right:
        return missing_right(right, organization_id, environment)
    people = administrators(organization_id, environment)
    if not people:
        return _("Du kan se alt her, men ikke endre noe. Det krever skrivetilgang.")
    return _("Du kan se alt her, men ikke endre noe. %(people)s kan gi deg skrivetilgang.") % {
        "people": get_text_list(people, _("eller"))
    }


def who_can_give(organization_id: int, environment: str) -> list[str]:
    """Return the names of those who can give rights of the organisation there, five at most.

    Nobody where rights are given in Altinn: who administers there is not known here.
    """
    return administrators(organization_id, environment) if is_kept_here(environment) else []


def missing_right(right: Right, organization_id: int, environment: str) -> str:
    """Return the sentence for whoever lacks `right`, with who can give it."""
    words = {"right": right.label}
    if not is_kept_here(environment):
        return (
            _(
                "Dette krever rettigheten «%(right)s». "
                "Den som har tilgangsstyring for virksomheten i Altinn, kan gi deg den."
            )
            % words
        )
    people = who_can_give(organization_id, environment)
    if not people:
        return (
            _(
                "Dette krever rettigheten «%(right)s». "
                "Virksomheten har ingen administrator her ennå."
            )
            % words
        )
    return _("Dette krever rettigheten «%(right)s». %(people)s kan gi deg den.") % (
        words | {"people": get_text_list(people, _("eller"))}
    )


def delegators_to(organization_id: int, environment: str) -> QuerySet[Organization]:
    """Return the organisations that let this one serve them as their data processor, by name."""
    given = Delegation.objects.standing().filter(
        environment=environment, to_organization=organization_id, right=Right.USE
    )
    return Organization.objects.filter(pk__in=given.values("delegator")).order_by("name", "pk")


class Grant(NamedTuple):
    """A right as the pages show it: one receiver or giver, and whether it may be ended here."""

    delegation: Delegation
    name: str
    note: str
    can_end: bool


def given(actor: Actor, environment: str, organization_id: int) -> list[Grant]:
    """Return the rights that the organisation has given and not taken back. One query."""
    rows = Delegation.objects.visible_to(actor).standing().of(environment, organization_id)
    return [_grant(row, actor, is_giver=True) for row in _in_full(rows)]


def received(actor: Actor, environment: str, organization_id: int) -> list[Grant]:
    """Return the rights that other organisations have given to this one. One query."""
    rows = Delegation.objects.visible_to(actor).standing()
    mine = rows.filter(environment=environment, to_organization=organization_id)
    return [_grant(row, actor, is_giver=False) for row in _in_full(mine)]


def concerning(
    rows: QuerySet[Delegation], environment: str, organization_id: int
) -> QuerySet[Delegation]:
    """Narrow to rights given by or to an organisation, with all that the history shows."""
    mine = Q(delegator=organization_id) | Q(to_organization=organization_id)
    found = rows.filter(mine, environment=environment)
    return found.select_related(
        "delegator", "to_organization", "to_user", "created_by", "withdrawn_by"
    )


def open_organizations(text: str, *, limit: int) -> list[Organization]:
    """Return synthetic organisations that any developer may represent in test, by name."""
    number = normalized(text)
    rows = Organization.objects.filter(is_synthetic=True, is_open=True)
    found = rows.filter(Q(name__icontains=text) | Q(number__startswith=number))
    return list(found.order_by("name", "pk")[:limit]) if text else []


def is_synthetic(organization_id: int) -> bool:
    """Say whether there is such an organisation, for tests only."""
    return Organization.objects.filter(pk=organization_id, is_synthetic=True).exists()


def _in_full(rows: QuerySet[Delegation]) -> QuerySet[Delegation]:
    related = rows.select_related("delegator", "to_organization", "to_user", "created_by")
    return related.order_by("-created_at", "right", "pk")[:MOST]


def _grant(row: Delegation, actor: Actor, *, is_giver: bool) -> Grant:
    can_end = rules.may_take_back(row, actor)
    if not is_giver:
        can_end = actor.has(Role.ADMIN, row.to_organization_id, row.environment)
        return Grant(row, row.delegator.name, formats.org_number(row.delegator.number), can_end)
    if row.to_organization:
        note = formats.org_number(row.to_organization.number)
        return Grant(row, row.to_organization.name, note, can_end)
    if row.to_user:
        return Grant(row, row.to_user.name, _("valgte virksomheten selv, i test"), can_end)
    return Grant(row, row.to_email, _("person"), can_end)


def rights_held(actor: Actor, organization_id: int, environment: str) -> str:
    """Return a sentence for who is no member and may do some things; "" for others."""
    held = actor.rights.get((organization_id, environment))
    if not held or (organization_id, environment) in actor.roles:
        return ""
    names = [f"«{right.label}»" for right in Right if right in held]
    return _("Du er ikke med i virksomheten, men kan handle for den: %(rights)s.") % {
        "rights": get_text_list(names, _("og"))
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
    rights: int = 0  # how many, where no role is held


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
    environment = home_environment(actor, organization.pk)
    rights = actor.rights.get((organization.pk, environment), frozenset())
    return Represented(organization, environment, held, 0 if held else len(rights))


def home_environment(actor: Actor, organization_id: int) -> str:
    """Return the environment to begin in: test, unless a role is held in production only."""
    if (organization_id, Environment.TEST) in actor.represented or actor.sees_all:
        return Environment.TEST
    return Environment.PRODUCTION
