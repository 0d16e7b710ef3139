"""The scopes of a client: the state of each, and why."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.states import Access
from onboarding.core import formats

STATES = {Access.OK: "ok", Access.PENDING: "wait", Access.DECLINED: "fail"}


class ScopeRow(NamedTuple):
    """A scope with its mark and a sentence that says why it is so."""

    scope: ClientScope
    state: str
    why: str


def rows(client: ClientConfiguration) -> list[ScopeRow]:
    """Return the scopes of a finished client by API and name. One query."""
    found = client.scopes.select_related("scope__api__organization")
    return [
        ScopeRow(scope, STATES[Access(scope.access)], _why(client, scope))
        for scope in found.order_by("scope__api__name", "scope__name")
    ]


def _why(client: ClientConfiguration, row: ClientScope) -> str:
    owner = row.scope.api.organization.name
    decided = formats.short_day(row.decided_at) if row.decided_at else ""
    match row.access:
        case Access.PENDING:
            asked = formats.short_day(client.finished_at) if client.finished_at else ""
            return _("%(owner)s ble spurt %(day)s og har ikke svart ennå.") % {
                "owner": owner,
                "day": asked,
            }
        case Access.DECLINED:
            return _("%(owner)s sa nei %(day)s: %(reason)s") % {
                "owner": owner,
                "day": decided,
                "reason": row.reason or _("uten begrunnelse"),
            }
    if decided:
        return _("Godkjent av %(owner)s %(day)s.") % {"owner": owner, "day": decided}
    return _("%(owner)s krever ikke godkjenning.") % {"owner": owner}
