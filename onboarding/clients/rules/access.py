"""Who may decide on a client's access to a scope, and when. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.clients.models import ClientClaim, ClientScope, Consent
from onboarding.clients.states import DECISIONS, UNFINISHED, Decision
from onboarding.core.refusals import NotPossibleNow, Refused
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right, may
from onboarding.suppliers.states import Right


def may_decide(actor: Actor, owner_id: int, environment: str) -> bool:
    """Say whether the actor answers requests for the organization that owns the API."""
    return may(Right.APIS, actor, owner_id, environment)


def check_may_decide(actor: Actor, owner_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor answers requests for the API's owner."""
    may_not = _("Det krever skrivetilgang i virksomheten som eier API-et.")
    check_right(Right.APIS, actor, owner_id, environment, may_not)


def check(decision: Decision, request: ClientScope, actor: Actor) -> None:
    """Return if the decision may be made now; raise NotPermitted or NotPossibleNow if not.

    `request.scope.api` and `request.client` are loaded.
    """
    check_may_decide(actor, request.scope.api.organization_id, request.client.environment)
    if request.client.status in UNFINISHED:
        raise NotPossibleNow(
            _("Klientkonfigurasjonen er ikke ferdig, så det er ingenting å svare på.")
        )
    if request.access not in DECISIONS[decision].sources:
        raise NotPossibleNow(
            _("Forespørselen er «%(state)s» fra før.") % {"state": request.get_access_display()}
        )


def check_claim(asked: ClientClaim, seen: str, actor: Actor) -> None:
    """Return if the actor may answer now; raise NotPermitted or NotPossibleNow if not.

    `seen` is the value on his page. `asked.claim.api` and `asked.client` are loaded.
    """
    check_may_decide(actor, asked.claim.api.organization_id, asked.client.environment)
    if asked.asked_at is None or asked.pending_value != seen:
        raise NotPossibleNow(
            _("Ingen ber lenger om denne verdien, så det du trykket på, er ikke gjort.")
        )


def check_unanswered(request: ClientScope | Consent, seen: str | None) -> None:
    """Raise NotPossibleNow if the answer is no longer the one (`seen`) that the actor saw."""
    if seen is None or seen == request.access:
        return
    raise NotPossibleNow(
        _(
            "%(person)s kom deg i forkjøpet, så det du trykket på, er ikke gjort. "
            "Forespørselen er nå «%(state)s»."
        )
        % {
            "person": request.decided_by.name if request.decided_by else _("Noen"),
            "state": request.get_access_display(),
        }
    )


def available(request: ClientScope, actor: Actor) -> list[Decision]:
    """Return the decisions to offer: the same rules as check(), asked about each."""
    return [decision for decision in DECISIONS if _is_allowed(decision, request, actor)]


def _is_allowed(decision: Decision, request: ClientScope, actor: Actor) -> bool:
    try:
        check(decision, request, actor)
    except Refused:
        return False
    return True
