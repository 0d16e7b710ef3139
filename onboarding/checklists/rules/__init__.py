"""Who may do what with checklists and evidence. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.core.refusals import NotPermitted
from onboarding.suppliers.actors import Actor


def may_edit(actor: Actor) -> bool:
    """Say whether the actor may draft and publish versions of the checklist."""
    return actor.is_operator


def check_edit(actor: Actor) -> int:
    """Return who edits the checklist; raise NotPermitted unless that is an operator."""
    if not may_edit(actor) or actor.user_id is None:
        raise NotPermitted(_("Bare en forvalter kan endre sjekklisten."))
    return actor.user_id


def may_write(actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may name evidence clients and add material for the supplier."""
    return actor.can_write_for(organization_id, environment)


def check_write(actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor may write for the subject's owner."""
    if not may_write(actor, organization_id, environment):
        raise NotPermitted(
            _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
        )


def person(actor: Actor) -> int:
    """Return who answers for what is shown as evidence; raise NotPermitted for the portal."""
    if actor.user_id is None:
        raise NotPermitted(_("Bare en person kan legge ved noe i en sak."))
    return actor.user_id
