"""What is done to organisations and to who may act for them.

Whatever changes an organisation's people locks the organisation first, so that two changes
cannot each leave the other's administrator as the last one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.audit.services import record
from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid
from onboarding.suppliers import rules, tokens
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import (
    Invitation,
    InvitationQuerySet,
    Membership,
    Organization,
    Signatory,
)
from onboarding.suppliers.queries import actor_for, other_admins
from onboarding.suppliers.rules import Action
from onboarding.suppliers.states import Role

LIFETIME = timedelta(hours=48)


class Invited(NamedTuple):
    """An invitation and the token of its link, which is known here and now only."""

    invitation: Invitation
    token: str


@transaction.atomic
def register_organization(*, number: str, name: str, by: Actor, at: datetime) -> Organization:
    """Make a synthetic organisation and let `by` administer it in test.

    `number` is nine digits whose last one fits. Raises Invalid for a number that is in use,
    without saying whose it is or where it is used, and NotPermitted when nobody is logged in.
    """
    rules.check_register(by, Environment.TEST)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(
                number=number, name=name, is_synthetic=True, created_at=at
            )
    except IntegrityError as error:
        raise Invalid(
            _("Virksomheten finnes allerede. Be en administrator der om en invitasjon."),
            field="number",
        ) from error
    Membership.objects.create(
        organization=organization,
        user_id=by.user_id or 0,
        environment=Environment.TEST,
        role=Role.ADMIN,
        created_at=at,
    )
    record(
        "organization.registered",
        subject=organization,
        actor=by.name,
        at=at,
        organization_id=organization.pk,
        environment=Environment.TEST,
        name=name,
    )
    return organization


@transaction.atomic
def invite(
    *, organization_id: int, environment: str, email: str, role: str, by: Actor, at: datetime
) -> Invited:
    """Invite whoever has `email` to hold `role` in this environment, for 48 hours.

    An open invitation to the same address is withdrawn: there is one valid link at a time.
    The answer is the same for people that the portal knows and for others.
    Raises NotPermitted, and NotPossibleNow after too many invitations in a day.
    """
    rules.check_people(Action.INVITE, by, organization_id, environment)
    rules.check_grant(role, by, organization_id, environment)
    Organization.objects.select_for_update().get(pk=organization_id)
    recent = Invitation.objects.filter(created_by=by.user_id, created_at__gt=at - timedelta(days=1))
    rules.check_pace(recent.count())
    _open_invitations(organization_id, environment, email).update(withdrawn_at=at)
    token = tokens.new()
    invitation = Invitation.objects.create(
        token_hash=tokens.digest(token),
        organization_id=organization_id,
        environment=environment,
        role=role,
        email=email,
        created_at=at,
        created_by_id=by.user_id or 0,
        expires_at=at + LIFETIME,
    )
    _record("invitation.sent", invitation, by=by.name, at=at, role=role)
    return Invited(invitation, token)


@transaction.atomic
def resend(*, invitation_id: UUID, by: Actor, at: datetime) -> Invited:
    """Invite the same address to the same role again; the earlier link is dead from now on.

    Raises Gone if the invitation has been accepted, else as `invite` does.
    """
    earlier = _locked_invitation(invitation_id)
    rules.check_people(Action.INVITE, by, earlier.organization_id, earlier.environment)
    if earlier.accepted_at:
        rules.check_invitation(earlier, at=at, inviter=by.name)
    return invite(
        organization_id=earlier.organization_id,
        environment=earlier.environment,
        email=earlier.email,
        role=earlier.role,
        by=by,
        at=at,
    )


@transaction.atomic
def withdraw(*, invitation_id: UUID, by: Actor, at: datetime) -> Invitation:
    """End an invitation before it is used. Raises NotPermitted, and Gone if it is over already."""
    invitation = _locked_invitation(invitation_id)
    rules.check_people(Action.INVITE, by, invitation.organization_id, invitation.environment)
    rules.check_invitation(invitation, at=at, inviter=invitation.created_by.name)
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    _record("invitation.withdrawn", invitation, by=by.name, at=at, role=invitation.role)
    return invitation


@transaction.atomic
def accept(*, invitation_id: UUID, by: Actor, at: datetime) -> Membership:
    """Make the invited person a member; a higher role that he holds already stays.

    Raises Gone for an invitation that is over, NotPermitted for anybody but the invited address,
    NotPossibleNow if whoever invited may not give this role any longer.
    """
    invitation = _locked_invitation(invitation_id)
    rules.check_invitation(invitation, at=at, inviter=invitation.created_by.name)
    user = User.objects.get(pk=by.user_id or 0)
    rules.check_recipient(invitation, user.email)
    rules.check_inviter(invitation, actor_for(invitation.created_by))
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership, is_new = Membership.objects.get_or_create(
        user=user,
        organization_id=invitation.organization_id,
        environment=invitation.environment,
        defaults={"role": invitation.role, "created_at": at},
    )
    if not is_new:
        membership.role = rules.higher(membership.role, invitation.role)
        membership.save(update_fields=["role"])
    _record("invitation.accepted", invitation, by=by.name, at=at, role=membership.role)
    return membership


@transaction.atomic
def change_role(*, membership_id: int, role: str, by: Actor, at: datetime) -> Membership:
    """Give a member another role. Safe to repeat.

    Raises NotPermitted, and NotPossibleNow where it would leave nobody to administer.
    """
    membership = _locked_membership(membership_id)
    where = membership.organization_id, membership.environment
    rules.check_people(Action.CHANGE_ROLE, by, *where)
    rules.check_grant(role, by, *where)
    before = membership.role
    if before == role:
        return membership
    rules.check_last_admin(membership, other_admins(membership))
    membership.role = role
    membership.save(update_fields=["role"])
    _record(
        "membership.role_changed",
        membership,
        by=by.name,
        at=at,
        person=membership.user.name,
        before=before,
        after=role,
    )
    return membership


@transaction.atomic
def set_signatory(*, membership_id: int, may_bind: bool, by: Actor, at: datetime) -> Membership:
    """Say whether a member may bind the organisation to terms of use. Safe to repeat.

    The mark belongs to the membership and goes with it. Raises NotPermitted for who does not
    administer the organisation there.
    """
    membership = _locked_membership(membership_id)
    rules.check_people(Action.CHANGE_ROLE, by, membership.organization_id, membership.environment)
    marked = Signatory.objects.filter(membership=membership)
    if marked.exists() == may_bind:
        return membership
    if may_bind:
        Signatory.objects.create(
            membership=membership, created_at=at, created_by_id=by.user_id or 0
        )
    else:
        marked.delete()
    _record(
        "membership.may_bind" if may_bind else "membership.may_not_bind",
        membership,
        by=by.name,
        at=at,
        person=membership.user.name,
    )
    return membership


@transaction.atomic
def remove(*, membership_id: int, by: Actor, at: datetime) -> Membership:
    """Take away what a member may do here; members may leave by themselves.

    Raises NotPermitted, and NotPossibleNow for the last administrator.
    """
    membership = _locked_membership(membership_id)
    action = Action.LEAVE if membership.user_id == by.user_id else Action.REMOVE
    rules.check_people(action, by, membership.organization_id, membership.environment)
    rules.check_last_admin(membership, other_admins(membership))
    _record(
        "membership.removed",
        membership,
        by=by.name,
        at=at,
        person=membership.user.name,
        before=membership.role,
    )
    membership.delete()
    return membership


def _open_invitations(organization_id: int, environment: str, email: str) -> InvitationQuerySet:
    return Invitation.objects.of(environment, organization_id).filter(
        email__iexact=email, accepted_at=None, withdrawn_at=None
    )


def _locked_invitation(pk: UUID) -> Invitation:
    organization_id = Invitation.objects.values_list("organization_id", flat=True).get(pk=pk)
    Organization.objects.select_for_update().get(pk=organization_id)
    return Invitation.objects.select_related("created_by").get(pk=pk)


def _locked_membership(pk: int) -> Membership:
    organization_id = Membership.objects.values_list("organization_id", flat=True).get(pk=pk)
    Organization.objects.select_for_update().get(pk=organization_id)
    return Membership.objects.select_related("user").get(pk=pk)


def _record(
    kind: str, row: Invitation | Membership, *, by: str, at: datetime, **details: str
) -> None:
    record(
        kind,
        subject=row,
        actor=by,
        at=at,
        organization_id=row.organization_id,
        environment=row.environment,
        **details,
    )
