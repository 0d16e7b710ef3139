"""The brake on production: nothing new and no changes without approval and terms in order.

The services for clients, their keys, automation keys, packages and drafts ask it, so that pages,
APIs and automation keys meet it alike. APIs in production are changed on pages only, which
`portal.brakes` guards. Whatever stops or takes back goes on.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries.approval import supplier_of
from onboarding.suppliers.queries.terms import missing_version
from onboarding.suppliers.rules.terms import Braked, check_change_in_production


def check_change(*, organization_id: int | None, environment: str, at: datetime) -> None:
    """Return unless the organisation may create and change nothing there now.

    Only production is concerned. Three queries there. Raises Braked.
    """
    if environment != Environment.PRODUCTION or organization_id is None:
        return
    state = supplier_of(organization_id).state
    check_change_in_production(state, missing_version(organization_id, at))


def check_software(*, supplier: Organization, environment: str, at: datetime) -> None:
    """Return unless nobody may take anything of this supplier's into use there now.

    Raises Braked, in words for the customer.
    """
    try:
        check_change(organization_id=supplier.pk, environment=environment, at=at)
    except Braked as error:
        said = _(
            "%(name)s, som leverer fagsystemet, har ikke alt i orden i produksjon. Fagsystemet kan "
            "ikke tas i bruk før det er ordnet. Spør dem."
        )
        raise Braked(said % {"name": supplier.name}, missing=error.missing) from error
