"""Rights that an organisation gives to others, and takes back.

All lock the organisation whose rights they are, as what is done to its people does.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers import registers, rules
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Delegation, Organization
from onboarding.suppliers.states import Right


@transaction.atomic
def give(
    *,
    organization_id: int,
    environment: str,
    number: str = "",
    email: str = "",
    rights: Collection[str],
    by: Actor,
    at: datetime,
) -> str:
    """Let another use `rights` for the organisation from the next request on; return his name.

    With `number` it is another organisation, whose writers there use them; with `email` it is
    whoever has proved that address, with the same answer for people that the portal knows and for
    others. Rights that are held already stay as they are.
    Raises Invalid for a number that the portal does not know, NotPermitted and NotPossibleNow.
    """
    delegator = Organization.objects.select_for_update().get(pk=organization_id)
    kept_here = registers.is_kept_here(environment)
    rules.check_give(by, organization_id, environment, kept_here=kept_here)
    if not number:
        _give(delegator, environment, rights, by, at, to_email=email.lower())
        return email
    receiver = Organization.objects.filter(number=number).first()
    if receiver is None:
        raise Invalid(
            _("Ingen virksomhet i portalen har dette nummeret. Sjekk det, og prøv igjen."),
            field="receiver",
        )
    if receiver == delegator:
        raise Invalid(_("Virksomheten har alt disse rettighetene selv."), field="receiver")
    _give(delegator, environment, rights, by, at, to_organization=receiver)
    return receiver.name


@transaction.atomic
def represent(*, organization_id: int, by: Actor, at: datetime) -> Organization:
    """Let a developer act for a synthetic organisation in test, as a customer. Safe to repeat.

    Raises NotPermitted for one that is closed or real, NotPossibleNow where Altinn decides.
    """
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    rules.check_represent(by, organization, Environment.TEST)
    if not registers.is_kept_here(Environment.TEST):
        raise NotPossibleNow(_("I testmiljøet er det Altinn som sier hvem du kan representere."))
    _give(organization, Environment.TEST, [Right.USE], by, at, to_user_id=by.user_id)
    return organization


@transaction.atomic
def take_back(*, delegation_id: UUID, by: Actor, at: datetime) -> Delegation:
    """End a right from the next request on. Safe to repeat.

    The organisation that gave it may, and whoever holds it may do without: a person his own, the
    administrators of an organisation theirs. Raises NotPermitted.
    """
    organization_id = Delegation.objects.values_list("delegator", flat=True).get(pk=delegation_id)
    Organization.objects.select_for_update().get(pk=organization_id)
    delegation = Delegation.objects.select_related("delegator", "to_organization", "to_user").get(
        pk=delegation_id
    )
    rules.check_take_back(delegation, by)
    if delegation.withdrawn_at:
        return delegation
    delegation.withdrawn_at, delegation.withdrawn_by_id = at, by.user_id
    delegation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record("right.taken_back", delegation, by, at)
    return delegation


@transaction.atomic
def set_open(
    *, organization_id: int, environment: str, is_open: bool, by: Actor, at: datetime
) -> Organization:
    """Say whether developers may choose to represent this synthetic organisation in test.

    Closing ends it for those who have chosen it. Raises NotPermitted.
    """
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    rules.check_people(rules.Action.GIVE, by, organization_id, environment)
    if organization.is_open == is_open:
        return organization
    organization.is_open = is_open
    organization.save(update_fields=["is_open"])
    record(
        "organization.opened" if is_open else "organization.closed",
        subject=organization,
        actor=by.name,
        at=at,
        organization_id=organization.pk,
        environment=environment,
    )
    if not is_open:
        chosen = organization.given.filter(withdrawn_at=None, to_user__isnull=False)
        for delegation in chosen.select_related("delegator", "to_organization", "to_user"):
            delegation.withdrawn_at, delegation.withdrawn_by_id = at, by.user_id
            delegation.save(update_fields=["withdrawn_at", "withdrawn_by"])
            _record("right.taken_back", delegation, by, at)
    return organization


def _give(
    delegator: Organization,
    environment: str,
    rights: Collection[str],
    by: Actor,
    at: datetime,
    **receiver: object,
) -> None:
    standing = Delegation.objects.standing().of(environment, delegator.pk).filter(**receiver)
    held = set(standing.values_list("right", flat=True))
    for right in Right:
        if right in rights and right not in held:
            delegation = Delegation.objects.create(
                delegator=delegator,
                environment=environment,
                right=right,
                created_at=at,
                created_by_id=by.user_id or 0,
                **receiver,
            )
            _record("right.given", delegation, by, at)


def _record(kind: str, delegation: Delegation, by: Actor, at: datetime) -> None:
    receiver = delegation.to_organization or delegation.to_user
    record(
        kind,
        subject=delegation,
        actor=by.name,
        at=at,
        organization_id=delegation.delegator_id,
        environment=delegation.environment,
        right=delegation.right,
        receiver=delegation.to_email or str(receiver),
    )
