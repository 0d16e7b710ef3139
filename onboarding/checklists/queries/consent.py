"""Whether those who own the scopes of a version have said yes to them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from onboarding.clients.models import ClientScope
from onboarding.clients.states import UNFINISHED, Access
from onboarding.systems.models import Revision


class Asked(NamedTuple):
    """One scope whose owner is asked: how he has answered any client of the version."""

    scope: str
    owner: str
    owner_id: int
    owner_number: str
    access: Access | None
    since: datetime | None


def asked(revision: Revision) -> list[Asked]:
    """Return the scopes of a version that need their owner's consent, by name. Two queries.

    A yes to one client of the version, or else a request that waits, goes before a no. Nobody is
    asked for the supplier's own scopes.
    """
    rows = revision.scopes.filter(scope__needs_approval=True).exclude(
        scope__api__organization=revision.system.organization_id
    )
    wanted = rows.select_related("scope__api__organization").order_by("scope__name")
    answers = _answers(revision)
    return [
        Asked(
            row.scope.name,
            row.scope.api.organization.name,
            row.scope.api.organization_id,
            row.scope.api.organization.number,
            *answers.get(row.scope_id, (None, None)),
        )
        for row in wanted
    ]


def _answers(revision: Revision) -> dict[UUID, tuple[Access, datetime]]:
    order = (Access.OK, Access.PENDING, Access.DECLINED)
    found: dict[UUID, list[ClientScope]] = defaultdict(list)
    rows = ClientScope.objects.filter(client__revision=revision)
    for row in rows.exclude(client__status__in=UNFINISHED).order_by("created_at"):
        found[row.scope_id].append(row)
    best = {
        scope: min(mine, key=lambda row: order.index(Access(row.access)))
        for scope, mine in found.items()
    }
    return {
        scope: (Access(row.access), row.decided_at or row.created_at) for scope, row in best.items()
    }
