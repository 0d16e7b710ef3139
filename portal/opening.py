"""Which environments an organisation may enter."""

from django.conf import settings

from onboarding.core.environments import Environment
from onboarding.suppliers.models import Organization


def is_open(environment: str, organization: Organization) -> bool:
    """Say whether the organisation has pages there; in production only a real one has."""
    if environment not in settings.OPEN_ENVIRONMENTS:
        return False
    return environment != Environment.PRODUCTION or not organization.is_synthetic
