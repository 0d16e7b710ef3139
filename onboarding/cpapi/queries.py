"""What the API has to ask about itself."""

from __future__ import annotations

from typing import Final, Literal

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop

AUDIENCE = "nhn:cp-api"
SCOPE = "nhn:cp-api/access"


_POLICY: Final[dict[str, Literal["required", "allowed", "none"]]] = {
    Dpop.REQUIRED: "required",
    Dpop.ALLOWED: "allowed",
    Dpop.NONE: "none",
}


def dpop_of(environment: str) -> Literal["required", "allowed", "none"]:
    """Return what the API's registration says about DPoP; allowed while it is not registered."""
    found = Api.objects.filter(environment=environment, short_name__iexact=AUDIENCE)
    return _POLICY[found.values_list("dpop", flat=True).first() or Dpop.ALLOWED]
