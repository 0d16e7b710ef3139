"""The brake on production, in the words of the API."""

from __future__ import annotations

from datetime import datetime

from onboarding.clients.models import ClientConfiguration
from onboarding.selfservice.faults import wrong
from onboarding.suppliers.models import Organization
from onboarding.suppliers.rules.terms import Braked
from onboarding.suppliers.services import braking


def check_client(client: ClientConfiguration, at: datetime) -> None:
    """Return unless its owner, or whose software it is, may change nothing there. Raises Wrong.

    `organization` and `revision.system.organization` are loaded.
    """
    check(client.organization, client.environment, at)
    if client.revision:
        check(client.revision.system.organization, client.environment, at)


def check(organization: Organization, environment: str, at: datetime) -> None:
    """Return unless the organisation may create and change nothing there. Raises Wrong."""
    try:
        braking.check_change(organization_id=organization.pk, environment=environment, at=at)
    except Braked as error:
        who = f"{organization.name} ({organization.number})"
        said = f"The approval of {who} as a supplier does not apply now."
        if error.missing:
            said = f"{who} has not accepted the terms of use, version {error.missing}."
        said += " Nothing can be created or changed in production."
        raise wrong("api.production", said, status=409) from error
