"""Who may allow a client an old habit, and where. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.rules.configurations import check_begin
from onboarding.clients.states import UNFINISHED
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor


def check(client: ClientConfiguration, actor: Actor) -> None:
    """Return if the actor may switch test exceptions of the client; raise `Refused` if not."""
    check_begin(actor, client.organization_id, client.environment)
    if client.environment != Environment.TEST:
        raise NotPermitted(_("Testunntak finnes bare i test."))
    if client.status in UNFINISHED:
        raise NotPossibleNow(_("Ta klienten i bruk først."))


def may_switch(client: ClientConfiguration, actor: Actor) -> bool:
    """Say whether `check` would let it pass."""
    try:
        check(client, actor)
    except (NotPermitted, NotPossibleNow):
        return False
    return True
