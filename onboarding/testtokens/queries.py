"""Reads for test tokens."""

from __future__ import annotations

from onboarding.apis.models import Scope
from onboarding.testtokens.signers import ENVIRONMENT


def scopes_of(audience: str) -> list[str]:
    """Return the scopes that an API of that short name has registered in test."""
    found = Scope.objects.filter(environment=ENVIRONMENT, api__short_name__iexact=audience)
    return list(found.order_by("name").values_list("name", flat=True))
