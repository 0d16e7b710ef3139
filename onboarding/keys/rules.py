"""Who may do what with a client's keys, and when. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.keys.models import KeyMaking
from onboarding.keys.states import POSSIBLE, USABLE, Action, KeyState, MakingState
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right, may
from onboarding.suppliers.states import Right


class Gone(NotPossibleNow):
    """It was there, once."""

    status = 410


def check(action: Action, client: ClientConfiguration, actor: Actor) -> None:
    """Return if the action may go ahead; raise `Refused`, with the reason, if not."""
    may_not = _(
        "Du kan se dette, men ikke gjøre det: det krever skrivetilgang hos %(organization)s."
    ) % {"organization": client.organization.name}
    check_right(Right.USE, actor, client.organization_id, client.environment, may_not)
    if client.status not in POSSIBLE[action]:
        raise NotPossibleNow(_why_not(Status(client.status)))


def available(client: ClientConfiguration, actor: Actor) -> frozenset[Action]:
    """The actions to offer: the same rules as `check`, asked about each."""
    return frozenset(action for action in POSSIBLE if _is_allowed(action, client, actor))


def check_revocation(state: KeyState) -> None:
    """Return if a key in this state can be revoked; raise NotPossibleNow if not."""
    if state not in USABLE:
        raise NotPossibleNow(_("Nøkkelen er allerede sperret eller utløpt."))


def check_proof(state: KeyState) -> None:
    """Return if a key in this state can be proved; raise NotPossibleNow if not."""
    if state not in USABLE:
        raise NotPossibleNow(_("Nøkkelen er sperret eller utløpt, så den kan ikke verifiseres."))


def check_delivery(making: KeyMaking, state: MakingState, actor: Actor) -> None:
    """Return if this person may fetch the key now.

    Only whoever asked for it: nobody else's browser could open it, and it is handed out once.
    Raises NotPermitted, NotPossibleNow, or Gone for a key that was fetched or has run out.
    """
    client = making.client
    is_theirs = actor.user_id is not None and actor.user_id == making.requested_by_id
    if not (is_theirs and may(Right.USE, actor, client.organization_id, client.environment)):
        raise NotPermitted(
            _(
                "Bare %(person)s kan hente nøkkelen: "
                "den er kryptert for nettleseren som bestilte den."
            )
            % {"person": making.requested_by.name}
        )
    match state:
        case MakingState.DELIVERED:
            raise Gone(_("Nøkkelen er hentet, og vi har den ikke lenger. Lag en ny nøkkel."))
        case MakingState.EXPIRED:
            raise Gone(_("Nøkkelen ble ikke hentet i tide og er slettet. Lag en ny nøkkel."))
        case MakingState.FAILED:
            raise NotPossibleNow(_("Nøkkelen ble ikke laget. Prøv igjen."))
        case MakingState.QUEUED | MakingState.RUNNING:
            raise NotPossibleNow(
                _("Nøkkelen er ikke ferdig ennå. Det tar vanligvis noen sekunder.")
            )


def _is_allowed(action: Action, client: ClientConfiguration, actor: Actor) -> bool:
    try:
        check(action, client, actor)
    except Refused:
        return False
    return True


def _why_not(status: Status) -> str:
    match status:
        case Status.ACTIVE:
            return _("Klientkonfigurasjonen er ferdig. Nøkler endrer du på klientens egen side.")
        case Status.STOPPED:
            return _("Klienten er stanset. Gjenoppta den først.")
        case Status.DISCARDED:
            return _("Klientkonfigurasjonen er forkastet. Lag en ny.")
        case _:
            return _("Klientkonfigurasjonen er en kladd. Gjør den ferdig først.")
