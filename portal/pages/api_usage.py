"""Whether anybody uses the scopes and claims of an API. Apps above `apis` are the ones who know."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.clients.models import ClientClaim, ClientScope
from onboarding.systems.models import RevisionScope


def scopes(api: Api) -> QuerySet[Scope]:
    """Return the scopes with `is_used` and `is_waited_for`. One query."""
    uses = ClientScope.objects.filter(scope=OuterRef("pk"))
    return api.scopes.order_by("name").annotate(
        is_used=Exists(RevisionScope.objects.filter(scope=OuterRef("pk"))) | Exists(uses),
        is_waited_for=Exists(uses.waiting()),
    )


def claims(api: Api) -> QuerySet[ApiClaim]:
    """Return the claims with `is_used`. One query."""
    values = ClientClaim.objects.filter(claim=OuterRef("pk"))
    return api.claims.order_by("claim_type").annotate(is_used=Exists(values))
