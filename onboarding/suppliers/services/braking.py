"""The brake on production: nothing new and no changes without approval and terms in order.

Every service that makes or changes what production runs on asks it, so that pages, APIs and
automation keys meet it alike. Whatever stops or takes back goes on.
"""

from __future__ import annotations

from datetime import datetime

from onboarding.core.environments import Environment
from onboarding.suppliers.queries.approval import supplier_of
from onboarding.suppliers.queries.terms import missing_version
from onboarding.suppliers.rules.terms import check_change_in_production


def check_change(*, organization_id: int | None, environment: str, at: datetime) -> None:
    """Return unless the organisation may create and change nothing there now.

    Only production is concerned. Three queries there. Raises Braked.
    """
    if environment != Environment.PRODUCTION or organization_id is None:
        return
    state = supplier_of(organization_id).state
    check_change_in_production(state, missing_version(organization_id, at))
