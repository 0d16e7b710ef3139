"""Who may do what with checklists and evidence. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.checklists.models import Subject
from onboarding.core.refusals import NotPermitted
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right, may
from onboarding.suppliers.states import Right


def may_edit(actor: Actor) -> bool:
    """Say whether the actor may draft and publish versions of the checklist."""
    return actor.is_operator


def check_edit(actor: Actor) -> int:
    """Return who edits the checklist; raise NotPermitted unless that is an operator."""
    if not may_edit(actor) or actor.user_id is None:
        raise NotPermitted(_("Bare en forvalter kan endre sjekklisten."))
    return actor.user_id


def right_for(subject: Subject) -> Right:
    """Return the right that evidence about the subject is a matter of."""
    return Right.APIS if subject.api_id else Right.SYSTEMS


def may_write(right: Right, actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may name evidence clients and add material for the supplier."""
    return may(right, actor, organization_id, environment)


def check_write(right: Right, actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor may write for the subject's owner."""
    may_not = _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
    check_right(right, actor, organization_id, environment, may_not)


def may_write_for(subject: Subject, actor: Actor) -> bool:
    """Say whether the actor may write for the owner of this subject."""
    return may_write(right_for(subject), actor, subject.organization_id, subject.environment)


def check_subject(subject: Subject, actor: Actor) -> None:
    """Raise NotPermitted unless the actor may write for the owner of this subject."""
    check_write(right_for(subject), actor, subject.organization_id, subject.environment)


def person(actor: Actor) -> int:
    """Return who answers for what is shown as evidence; raise NotPermitted for the portal."""
    if actor.user_id is None:
        raise NotPermitted(_("Bare en person kan legge ved noe i en sak."))
    return actor.user_id
