"""What the API demands, as its registration says it."""

from __future__ import annotations

from typing import Final

from onboarding.sts.access import Protected
from onboarding.sts.queries.resources import binding_of

AUDIENCE: Final = "nhn:cp-api"
SCOPE: Final = "nhn:cp-api/access"


def protected(environment: str) -> Protected:
    """Return what the API demands now: bound tokens or not, as long as it is not registered."""
    binding = binding_of(environment, AUDIENCE, otherwise="allowed")
    return Protected(AUDIENCE, frozenset({SCOPE}), binding)
