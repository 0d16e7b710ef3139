"""Who may do what to a client configuration, and when. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.apis.models import Scope
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import STEPS, Access, Action, TokenLife
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow, Refused
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right
from onboarding.suppliers.states import Right
from onboarding.systems.models import Revision


def check_begin(actor: Actor, organization_id: int | None, environment: str) -> None:
    """Return if the actor may make clients for the organisation there; raise NotPermitted."""
    may_not = _("Dette krever skrivetilgang i virksomheten som eier klienten.")
    check_right(Right.USE, actor, organization_id, environment, may_not)


def check_version(revision: Revision) -> None:
    """Return if a client may be made of the version now; its client system is loaded.

    In production that is the one that is live and no other: one that was taken back is nobody's
    any more. Raises NotPossibleNow.
    """
    system = revision.system
    if system.environment == Environment.PRODUCTION and system.current_id != revision.pk:
        raise NotPossibleNow(
            _(
                "Versjon %(number)d av %(name)s er ikke den som er i produksjon nå. "
                "Velg fagsystemet på nytt."
            )
            % {"number": revision.number, "name": revision.name}
        )


def check(action: Action, client: ClientConfiguration, actor: Actor) -> None:
    """Return if the action may go ahead; raise `Refused`, with the reason, if not."""
    check_begin(actor, client.organization_id, client.environment)
    if client.status not in STEPS[action].sources:
        raise NotPossibleNow(
            _("Klientkonfigurasjonen er «%(status)s», så dette er ikke mulig nå.")
            % {"status": client.get_status_display()}
        )


def available(client: ClientConfiguration, actor: Actor) -> list[Action]:
    """The actions to offer: the same rules as `check`, asked about each."""
    return [action for action in STEPS if _is_allowed(action, client, actor)]


def check_token_life(client: ClientConfiguration, seconds: int | None, actor: Actor) -> None:
    """Return if tokens of the client may live for so long; raise `Refused`, with the reason."""
    check_begin(actor, client.organization_id, client.environment)
    if client.environment != Environment.TEST:
        raise NotPossibleNow(_("Levetiden på tokener kan bare velges i testmiljøet."))
    if seconds is not None and seconds not in TokenLife.values:
        raise NotPossibleNow(_("Velg en av levetidene i listen."))


def access(scope: Scope, organization_id: int) -> Access:
    """Return what a client of the organisation gets for a scope without anyone being asked.

    The API's owner has no one to ask for his own. `scope.api` is loaded.
    """
    if scope.needs_approval and scope.api.organization_id != organization_id:
        return Access.PENDING
    return Access.OK


def _is_allowed(action: Action, client: ClientConfiguration, actor: Actor) -> bool:
    try:
        check(action, client, actor)
    except Refused:
        return False
    return True
