"""Who may describe APIs. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right, may
from onboarding.suppliers.states import Right


def may_write(actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may add, change and remove what belongs to the organization there.

    In production an API is what was released; the portal's own is registered by the portal.
    """
    if environment == Environment.PRODUCTION and not actor.is_system:
        return False
    return may(Right.APIS, actor, organization_id, environment)


def check_write(actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor may write for the API's owner.

    In production nobody but the portal may: NotPossibleNow.
    """
    may_not = _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
    check_right(Right.APIS, actor, organization_id, environment, may_not)
    if environment == Environment.PRODUCTION and not actor.is_system:
        raise NotPossibleNow(
            _("I produksjon kommer hver endring fra en godkjent sak. Gjør endringen i test.")
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
