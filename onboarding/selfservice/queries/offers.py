"""What a version of a client system offers the software that asks."""

from __future__ import annotations

from onboarding.apis.models import ApiClaim
from onboarding.selfservice.rules import Offer
from onboarding.systems.models import Revision, RevisionScope, RevisionUri
from onboarding.systems.states import Selection


def offer(revision: Revision) -> Offer:
    """Return what clients of the version may ask for. Three queries."""
    rows = list(RevisionScope.objects.filter(revision=revision).select_related("scope__api"))
    apis = {row.scope.api_id for row in rows}
    claims = ApiClaim.objects.filter(api__in=apis)
    registered = RevisionUri.objects.filter(revision=revision).values_list("uri", flat=True)
    preselected = (row.scope.name for row in rows if row.selection == Selection.PRESELECTED)
    return Offer(
        scopes={row.scope.name: row.scope for row in rows},
        preselected=tuple(sorted(preselected)),
        claims=sorted(claims, key=lambda claim: claim.claim_type),
        uris=tuple(registered),
        needs_redirects=revision.user_login,
    )
