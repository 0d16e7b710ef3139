"""Who may do what to an organisation's webhooks, and when. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.suppliers.actors import Actor
from onboarding.webhooks.models import Endpoint
from onboarding.webhooks.states import MOST_ENDPOINTS, Action


def may_write(actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may add and change addresses: members who may write."""
    return actor.can_write_for(organization_id, environment)


def check_write(actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor may add and change addresses."""
    if not may_write(actor, organization_id, environment):
        raise NotPermitted(
            _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
        )


def check_add(actor: Actor, organization_id: int, environment: str, count: int) -> None:
    """Return if one more address may be added; raise NotPermitted or NotPossibleNow."""
    check_write(actor, organization_id, environment)
    if count >= MOST_ENDPOINTS:
        raise NotPossibleNow(
            _("Virksomheten har %(most)d adresser i dette miljøet, og flere går ikke.")
            % {"most": MOST_ENDPOINTS}
        )


def check(action: Action, endpoint: Endpoint, actor: Actor) -> None:
    """Return if the action may go ahead; raise `Refused`, with the reason, if not."""
    check_write(actor, endpoint.organization_id, endpoint.environment)
    is_stopped = endpoint.stopped_at is not None
    if is_stopped and action in (Action.TEST, Action.REPLAY, Action.STOP):
        raise NotPossibleNow(_("Adressen er slått av, så ingenting blir sendt. Slå den på først."))
    if not is_stopped and action == Action.START:
        raise NotPossibleNow(_("Adressen er på fra før."))


def available(endpoint: Endpoint, actor: Actor) -> set[Action]:
    """The actions to offer: the same rules as `check`, asked about each."""
    return {action for action in Action if _is_allowed(action, endpoint, actor)}


def _is_allowed(action: Action, endpoint: Endpoint, actor: Actor) -> bool:
    try:
        check(action, endpoint, actor)
    except Refused:
        return False
    return True
