"""What API owners answer to requests for access."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients.models import ClientScope
from onboarding.clients.rules import access as rules
from onboarding.clients.states import DECISIONS, Decision
from onboarding.core.refusals import Invalid
from onboarding.suppliers.actors import Actor


@transaction.atomic
def decide(
    decision: Decision,
    *,
    access_id: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    seen: str | None = None,
) -> ClientScope:
    """Answer a client's request for a scope, for the first time or anew.

    The row is locked before the rules read it, so of two owners who answer at once the second is
    told of the first: `seen` is the Access that was on his page. It holds from the next token on.
    Raises NotPermitted, NotPossibleNow, and Invalid for a refusal without a reason.
    """
    request = (
        ClientScope.objects.select_for_update(of=("self",))
        # Not `decided_by`: what a lock waited for shows in the locked row only, not in its joins.
        .select_related("scope__api", "client")
        .get(pk=access_id)
    )
    rules.check_unanswered(request, seen)
    rules.check(decision, request, by)
    if decision is Decision.DECLINE and not reason:
        raise Invalid(_("Skriv hvorfor. Den som ba om tilgang, ser begrunnelsen."), field="reason")
    before, request.access = request.access, DECISIONS[decision].target
    request.decided_at, request.decided_by_id = at, by.user_id
    request.reason = reason if decision is Decision.DECLINE else ""
    request.save(update_fields=["access", "decided_at", "decided_by", "reason"])
    record(
        f"access.{decision}",
        subject=request.client,
        actor=by.name,
        at=at,
        organization_id=request.scope.api.organization_id,
        environment=request.client.environment,
        scope=request.scope.name,
        client=request.client.name,
        before=before,
        after=request.access,
    )
    return request
