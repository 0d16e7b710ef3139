"""What the registration of an API says to whoever guards it."""

from __future__ import annotations

from typing import Final, Literal

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop

Binding = Literal["required", "allowed", "none"]

_BINDINGS: Final[dict[str, Binding]] = {
    Dpop.REQUIRED: "required",
    Dpop.ALLOWED: "allowed",
    Dpop.NONE: "none",
}


def binding_of(environment: str, audience: str, *, otherwise: Binding) -> Binding:
    """Return what an API's registration says about DPoP; `otherwise` while it has none."""
    found = Api.objects.filter(environment=environment, short_name__iexact=audience)
    registered = found.values_list("dpop", flat=True).first()
    return _BINDINGS[registered] if registered else otherwise
