"""How organisations stand with the platform, straight into the tables."""

from __future__ import annotations

from typing import Any

from onboarding.suppliers.models import Organization, Supplier, SupplierStep
from onboarding.suppliers.states import STEPS, SupplierState
from tests.constants import NOON
from tests.factories import make_organization, make_user


def make_supplier(
    organization: Organization | None = None,
    state: SupplierState = SupplierState.APPROVED,
    **fields: Any,
) -> Supplier:
    """An organisation as a supplier in a state, with the one step that led there."""
    fields = {"since": NOON, "steps": 1} | fields
    since: Any = fields["since"]
    supplier = Supplier.objects.create(
        organization=organization or make_organization(), state=state, **fields
    )
    act = next(act for act, step in STEPS.items() if step.target == state)
    SupplierStep.objects.create(
        supplier=supplier,
        number=1,
        act=act,
        source=STEPS[act].sources[0],
        target=state,
        reason="Avtalen er på plass.",
        at=since,
        by=make_user(is_operator=True),
    )
    return supplier
