"""Who may describe APIs. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor


def may_write(actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may add, change and remove what belongs to the organization there."""
    return actor.can_write_for(organization_id, environment)


def check_write(actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor may write for the API's owner."""
    if not may_write(actor, organization_id, environment):
        raise NotPermitted(
            _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
        )


def check_fresh(api: Api, seen: str | None) -> None:
    """Raise NotPossibleNow if the API has been changed since it looked as somebody saw it."""
    if seen is not None and seen != api.changed_at.isoformat():
        raise NotPossibleNow(
            _(
                "%(name)s ble endret av en annen mens du skrev. Ingenting er lagret, og det du har "
                "skrevet, står her. Åpne siden på nytt for å se hvordan det er nå."
            )
            % {"name": api.name}
        )
