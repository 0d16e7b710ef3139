"""What API owners answer to requests for access."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients.models import ClientClaim, ClientScope
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


@transaction.atomic
def decide_claim(
    decision: Decision, *, claim_id: int, seen: str, by: Actor, at: datetime
) -> ClientClaim:
    """Answer a client that asks for another value of an API-specific claim.

    Approved, it is in the client's tokens from the next one on; declined, the old one stays.
    `seen` is the value that was on the page. Raises NotPermitted, and NotPossibleNow if nobody
    asks for that value any more.
    """
    asked = (
        ClientClaim.objects.select_for_update(of=("self",))
        .select_related("claim__api", "client")
        .get(pk=claim_id)
    )
    rules.check_claim(asked, seen, by)
    before, wanted = asked.value, asked.pending_value
    if decision is Decision.APPROVE:
        asked.value = wanted
    asked.pending_value, asked.asked_at = "", None
    if asked.value:
        asked.save(update_fields=["value", "pending_value", "asked_at"])
    else:
        asked.delete()
    record(
        "claim_value.approve" if decision is Decision.APPROVE else "claim_value.decline",
        subject=asked.client,
        actor=by.name,
        at=at,
        organization_id=asked.claim.api.organization_id,
        environment=asked.client.environment,
        claim=asked.claim.claim_type,
        client=asked.client.name,
        before=before,
        after=asked.value,
    )
    return asked
