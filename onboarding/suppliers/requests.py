"""The request as views see it, with what the middleware has put on it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from onboarding.accounts.models import User
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization


class PortalRequest(HttpRequest):
    htmx: HtmxDetails
    actor: Actor
    user: User


class TenantRequest(PortalRequest):
    """A request for a page under /<environment>/<organisation number>/.

    The middleware has taken both out of the address and let only those through who may know
    the organisation there.
    """

    environment: str
    organization: Organization
