"""What API owners have said, for tests."""

from __future__ import annotations

from typing import Any

from onboarding.apis.models import Scope
from onboarding.clients.models import Consent
from onboarding.clients.states import Access
from onboarding.systems.models import ClientSystem
from tests.constants import NOON
from tests.factories import make_user


def make_consent(
    system: ClientSystem, scope: Scope, access: Access = Access.PENDING, **fields: Any
) -> Consent:
    """What the owner of a scope of production has been asked, and has said."""
    person = make_user()
    decided: dict[str, Any] = {}
    if access != Access.PENDING:
        decided = {"decided_at": NOON, "decided_by": person}
    if access == Access.DECLINED:
        decided["reason"] = "Avtalen mangler."
    fields = {"asked_at": NOON, "asked_by": person, **decided} | fields
    return Consent.objects.create(system=system, scope=scope, access=access, **fields)
