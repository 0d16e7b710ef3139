"""Who may do what with keys and checks, and when. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right, may
from onboarding.suppliers.states import Right
from onboarding.testtokens.models import TokenKey

USES_A_MINUTE: Final = 60
CHECKS_AN_HOUR: Final = 10


def may_write(actor: Actor, organization_id: int) -> bool:
    """Say whether the actor may make test tokens, keys and checks for the organisation."""
    return may(Right.APIS, actor, organization_id, Environment.TEST)


def check_write(actor: Actor, organization_id: int) -> None:
    """Raise NotPermitted unless the actor may write for the organisation in test."""
    may_not = _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
    check_right(Right.APIS, actor, organization_id, Environment.TEST, may_not)


def check_end(actor: Actor, key: TokenKey, at: datetime) -> None:
    """Raise NotPermitted or, for a key that is over already, NotPossibleNow."""
    check_write(actor, key.organization_id)
    if key.ended_at is not None or key.expires_at <= at:
        raise NotPossibleNow(_("Nøkkelen er allerede ute av bruk."))


def check_start(actor: Actor, api: Api) -> None:
    """Raise NotPermitted, or NotPossibleNow for an API that cannot be checked."""
    check_write(actor, api.organization_id)
    if api.environment != Environment.TEST:
        raise NotPermitted(_("API-sjekken finnes bare i testmiljøet."))
    if not api.test_url:
        raise NotPossibleNow(
            _("API-et har ingen adresse for tokentest. Legg den inn i oppsettet først.")
        )


def check_audience(api: Api, *, barred: Collection[str], is_ours: bool) -> None:
    """Raise NotPermitted for an audience that valid tokens are only ever sent to us for.

    `is_ours` says that the API is called at the fixed address of one of this portal's.
    """
    if api.short_name.lower() in barred and not is_ours:
        raise NotPermitted(_("Det lages ikke testtokener for %(name)s.") % {"name": api.short_name})


def check_caller(is_there: bool) -> None:
    """Raise NotPossibleNow unless there is a client that an API of real registrations knows."""
    if not is_there:
        raise NotPossibleNow(
            _(
                "API-et svarer bare klienter som finnes. Sjekken trenger en aktiv klient i test "
                "som dere eier, med tilgang til API-ets scope."
            )
        )
