"""What an organisation may do in production when its approval or its terms are not in order.

Nothing new and no changes, as the terms themselves say; whatever stops or takes back goes on.
The services ask for themselves (suppliers.services.braking): here a page is refused before
anybody fills in a form in vain. The acts are named above the apps, because it is about all.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from onboarding.core.environments import Environment
from onboarding.suppliers.rules.terms import Braked
from onboarding.suppliers.services import braking

# Apps whose forms make or change what production runs on, and those of their acts that do not.
CHANGES: Final = frozenset({"apis", "systems", "clients", "keys"})
ALWAYS: Final = frozenset(
    {
        *("apis:remove_scope", "apis:remove_claim", "systems:discard"),
        *("systems:end_key", "systems:end_package"),
        *("clients:decide", "clients:decide_claim", "clients:decide_consent"),
        *("clients:stop", "clients:discard", "keys:revoke"),
    }
)
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def refusal(request: HttpRequest, environment: str, organization_id: int) -> str:
    """Return why this request may not change production, or "" where it may."""
    match = request.resolver_match
    if environment != Environment.PRODUCTION or request.method in READING or match is None:
        return ""
    if match.namespace not in CHANGES or match.view_name in ALWAYS:
        return ""
    try:
        braking.check_change(
            organization_id=organization_id, environment=environment, at=timezone.now()
        )
    except Braked as error:
        return str(error)
    return ""
