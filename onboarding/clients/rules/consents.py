"""Who asks an API's owner for production, who answers, and when. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from onboarding.clients.models import Consent
from onboarding.clients.rules.access import check_may_decide
from onboarding.clients.states import DECISIONS, Access, Decision
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow, Refused
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right
from onboarding.suppliers.states import Right
from onboarding.systems.models import ClientSystem

# How long a no stands before the same owner can be asked again.
RESPITE = timedelta(days=1)


def check_ask(actor: Actor, system: ClientSystem) -> None:
    """Return if the actor may ask for the system; raise NotPermitted or NotPossibleNow.

    It is asked from test, where the system is: nobody has it in production yet.
    """
    may_not = _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
    check_right(Right.SYSTEMS, actor, system.organization_id, system.environment, may_not)
    if system.environment != Environment.TEST:
        raise NotPossibleNow(_("Samtykke til produksjon spør du om fra testmiljøet."))


def may_be_asked(consent: Consent | None, at: datetime) -> bool:
    """Say whether the owner can be asked now: for the first time, or anew after a no."""
    if consent is None:
        return True
    is_no = consent.access == Access.DECLINED and consent.decided_at is not None
    return bool(is_no and consent.decided_at and consent.decided_at + RESPITE <= at)


def check(decision: Decision, consent: Consent, actor: Actor) -> None:
    """Return if the decision may be made now; raise NotPermitted or NotPossibleNow if not.

    `consent.scope.api` is loaded.
    """
    scope = consent.scope
    check_may_decide(actor, scope.api.organization_id, scope.environment)
    if consent.access not in DECISIONS[decision].sources:
        raise NotPossibleNow(
            _("Forespørselen er «%(state)s» fra før.") % {"state": consent.get_access_display()}
        )


def available(consent: Consent, actor: Actor) -> list[Decision]:
    """Return the decisions to offer: the same rules as check(), asked about each."""
    return [decision for decision in DECISIONS if _is_allowed(decision, consent, actor)]


def _is_allowed(decision: Decision, consent: Consent, actor: Actor) -> bool:
    try:
        check(decision, consent, actor)
    except Refused:
        return False
    return True
