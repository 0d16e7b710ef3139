"""Who may act for an organisation, and on its people. Pure: no writes, no queries, no clock.

`may` is the one place that decides what roles and rights amount to (ADR 23).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum, auto

from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.core.formats import inside, moment
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Delegation, Invitation, Membership, Organization
from onboarding.suppliers.states import RANK, Right, Role

MAX_INVITATIONS_A_DAY = 20


class Action(StrEnum):
    """What can be done to the people of an organisation."""

    INVITE = auto()
    CHANGE_ROLE = auto()
    REMOVE = auto()
    LEAVE = auto()
    REGISTER = auto()
    GIVE = auto()


class Unanswered(Refused):
    """The register of rights could not be asked, so nobody can be told to have one."""

    status = 503


class Gone(Refused):
    """An invitation that is over: used, withdrawn or expired."""

    status = 410


def may(right: Right, actor: Actor, organization_id: int | None, environment: str) -> bool:
    """Say whether the actor may do for an organisation what `right` is about.

    Members who may write have all rights; whoever was given this one has this one.
    """
    if actor.can_write_for(organization_id, environment):
        return True
    return right in actor.rights.get((organization_id or 0, environment), frozenset())


def check_right(
    right: Right, actor: Actor, organization_id: int | None, environment: str, otherwise: str = ""
) -> None:
    """Return if the actor may; raise Unanswered or NotPermitted, with `otherwise` as its text."""
    if may(right, actor, organization_id, environment):
        return
    check_answered(actor, environment)
    raise NotPermitted(
        otherwise or _("Dette krever rettigheten «%(right)s».") % {"right": right.label}
    )


def check_answered(actor: Actor, environment: str) -> None:
    """Return if it is known what the actor may do there; raise Unanswered if it is not."""
    if environment in actor.unanswered:
        raise Unanswered(
            _(
                "Altinn svarer ikke nå, så vi vet ikke hvem du kan handle for. "
                "Ingenting er gjort. Prøv igjen om noen minutter."
            )
        )


def check_see_people(actor: Actor, organization_id: int, environment: str) -> None:
    """Return for members and those who see all; raise NotPermitted for who has rights only."""
    if not (actor.sees_all or actor.has(Role.READER, organization_id, environment)):
        raise NotPermitted(_("Folk og rettigheter vises bare for dem som er med i virksomheten."))


def check_give(actor: Actor, organization_id: int, environment: str, *, kept_here: bool) -> None:
    """Return if the actor may give and take back rights of the organisation there."""
    check_people(Action.GIVE, actor, organization_id, environment)
    if not kept_here:
        raise NotPossibleNow(
            _("Rettigheter i dette miljøet gis og tas tilbake i Altinn, ikke her.")
        )


def may_take_back(delegation: Delegation, actor: Actor) -> bool:
    """Say whether the actor may end a right: where it was given, and whoever holds it."""
    if delegation.to_user_id is not None and delegation.to_user_id == actor.user_id:
        return True
    owners = (delegation.delegator_id, delegation.to_organization_id)
    return any(actor.has(Role.ADMIN, owner, delegation.environment) for owner in owners)


def check_take_back(delegation: Delegation, actor: Actor) -> None:
    """Return if the actor may end the right; raise NotPermitted if not."""
    if not may_take_back(delegation, actor):
        raise NotPermitted(needs(Role.ADMIN))


def check_represent(actor: Actor, organization: Organization, environment: str) -> None:
    """Return if a developer may represent the organisation in test by choosing it."""
    if actor.user_id is None or environment != Environment.TEST:
        raise NotPermitted(_("Bare en person som er logget inn, kan velge en virksomhet i test."))
    if not (organization.is_synthetic and organization.is_open):
        raise NotPermitted(
            _("Denne virksomheten kan ikke velges. Be en administrator der om en rettighet.")
        )


def available(actor: Actor, organization_id: int, environment: str) -> set[Action]:
    """The actions to offer on the page of an organisation's people."""
    if actor.has(Role.ADMIN, organization_id, environment):
        return {Action.INVITE, Action.CHANGE_ROLE, Action.REMOVE, Action.LEAVE, Action.GIVE}
    if actor.has(Role.READER, organization_id, environment):
        return {Action.LEAVE}
    return set()


def check_people(action: Action, actor: Actor, organization_id: int, environment: str) -> None:
    """Return if the actor may ever do this to the organisation's people; raise NotPermitted."""
    if action not in available(actor, organization_id, environment):
        raise NotPermitted(needs(Role.ADMIN))


def check_grant(role: str, actor: Actor, organization_id: int, environment: str) -> None:
    """Return if the actor may give `role`; raise NotPermitted for one above the actor's own."""
    if not actor.has(Role(role), organization_id, environment):
        raise NotPermitted(_("Du kan ikke gi en rolle som er høyere enn din egen."))


def check_last_admin(membership: Membership, other_admins: int) -> None:
    """Return unless this is the organisation's last administrator there; raise NotPossibleNow."""
    if membership.role == Role.ADMIN and not other_admins:
        raise NotPossibleNow(
            _("%(person)s er den siste administratoren. Gi rollen til en annen først.")
            % {"person": membership.user.name}
        )


def check_register(actor: Actor, environment: str) -> None:
    """Return if the actor may register an organisation: a person, and in test only."""
    if actor.user_id is None:
        raise NotPermitted(_("Bare en person som er logget inn, kan registrere en virksomhet."))
    if environment != Environment.TEST:
        raise NotPermitted(_("Syntetiske virksomheter finnes bare i testmiljøet."))


def check_invitation(invitation: Invitation, *, at: datetime, inviter: str) -> None:
    """Return if the invitation still stands; raise Gone with the words for how it ended."""
    if invitation.accepted_at:
        raise Gone(_("Invitasjonen er brukt. Hver lenke virker én gang."))
    if invitation.withdrawn_at:
        raise Gone(
            _(
                "Invitasjonen er trukket tilbake, eller avløst av en nyere. "
                "Sjekk om du har fått en ny lenke, eller spør %(inviter)s."
            )
            % {"inviter": inviter}
        )
    if invitation.expires_at <= at:
        raise Gone(
            _(
                "Invitasjonen gikk ut %(time)s; den varer i 48 timer. Be %(inviter)s sende en ny. "
                "Den gamle kan ikke brukes igjen."
            )
            % {"time": moment(invitation.expires_at, now=at), "inviter": inviter}
        )


def check_recipient(invitation: Invitation, email: str) -> None:
    """Return if the address is the invited one; raise NotPermitted, without naming that one."""
    if not email or invitation.email.casefold() != email.casefold():
        raise NotPermitted(
            _(
                "Invitasjonen er sendt til en annen e-postadresse enn din (%(email)s). "
                "Logg inn som den som er invitert, eller be om en invitasjon til din adresse."
            )
            % {"email": email or "–"}
        )


def check_inviter(invitation: Invitation, inviter: Actor) -> None:
    """Return if whoever invited could do so still; raise NotPossibleNow."""
    where = invitation.organization_id, invitation.environment
    try:
        check_people(Action.INVITE, inviter, *where)
        check_grant(invitation.role, inviter, *where)
    except NotPermitted as error:
        raise NotPossibleNow(
            _(
                "%(inviter)s kan ikke lenger gi denne tilgangen. "
                "Be en administrator i virksomheten om en ny invitasjon."
            )
            % {"inviter": inviter.name}
        ) from error


def check_pace(invited_last_day: int) -> None:
    """Return unless a person has invited as many as anyone may in 24 hours; NotPossibleNow."""
    if invited_last_day >= MAX_INVITATIONS_A_DAY:
        raise NotPossibleNow(
            _("Du har sendt %(count)d invitasjoner det siste døgnet, og flere går ikke.")
            % {"count": invited_last_day}
        )


def grantable(actor: Actor, organization_id: int, environment: str) -> list[Role]:
    """The roles that the actor may give, lowest first."""
    return [role for role in Role if actor.has(role, organization_id, environment)]


def higher(one: str, other: str) -> Role:
    """The higher of two roles."""
    return max(Role(one), Role(other), key=RANK.__getitem__)


def needs(role: Role) -> str:
    """The sentence for somebody who sees something without being allowed to do it."""
    return _("Du kan se dette, men ikke gjøre det: det krever rollen «%(role)s».") % {
        "role": inside(str(role.label))
    }
