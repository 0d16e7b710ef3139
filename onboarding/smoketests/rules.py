"""Who may run a token test, and when. Pure: no writes, no queries, no clock of its own."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.keys.models import Key
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import may
from onboarding.suppliers.states import Right


def check(client: ClientConfiguration, actor: Actor) -> None:
    """Return if the actor may test this client now; raise `Refused`, with the reason, if not."""
    owners = (client.organization_id, client.created_for_id)
    if not any(may(Right.USE, actor, owner, client.environment) for owner in owners):
        raise NotPermitted(_("Du kan se testene, men ikke kjøre dem: det krever skrivetilgang."))
    if client.status != Status.ACTIVE:
        raise NotPossibleNow(_("Klienten er ikke aktiv, så den får ikke token."))


def check_key(key: Key, at: datetime) -> None:
    """Return if the authorization server would accept the key now; raise `Refused` if not."""
    if key.revoked_at or key.expires_at <= at:
        raise NotPossibleNow(_("Nøkkelen er sperret eller utløpt. Legg til en ny først."))


def check_pace(asked: int, *, most: int) -> None:
    """Raise NotPossibleNow if the organisation has asked for all the tests of this hour."""
    if asked >= most:
        raise NotPossibleNow(
            _("Dere har kjørt %(most)d tokentester den siste timen. Prøv igjen om en stund.")
            % {"most": most}
        )


def is_offered(client: ClientConfiguration, actor: Actor) -> bool:
    """Say whether to show the form at all: the same rule as `check`."""
    try:
        check(client, actor)
    except Refused:
        return False
    return True
