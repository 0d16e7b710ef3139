"""Reads over suppliers and their approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from onboarding.core.orgnumbers import normalized
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization, Supplier, SupplierStep
from onboarding.suppliers.states import SupplierState


class Hit(NamedTuple):
    """What stops in production when a supplier is stopped."""

    clients: int
    customers: list[int]


def supplier_of(organization_id: int) -> Supplier:
    """Return an organisation as a supplier; one that never applied as a row that is not saved."""
    found = Supplier.objects.filter(organization_id=organization_id).first()
    return found or Supplier(organization_id=organization_id, state=SupplierState.NONE)


def history(supplier: Supplier) -> QuerySet[SupplierStep]:
    """Return the steps of an approval, the newest first."""
    rows = SupplierStep.objects.filter(supplier_id=supplier.pk or 0).select_related("by")
    return rows.order_by("-number")


def listed(actor: Actor, *, state: str, text: str) -> QuerySet[Organization]:
    """Return organisations for the operators' list, by name. `state` is "" for any but NONE."""
    rows = Organization.objects.visible_to(actor).select_related("supplier")
    if state == SupplierState.NONE:
        rows = rows.filter(Q(supplier__isnull=True) | Q(supplier__state=state))
    elif state:
        rows = rows.filter(supplier__state=state)
    elif not text:
        rows = rows.filter(supplier__isnull=False)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number__startswith=normalized(text)))
    return rows.order_by("name", "pk")


def waiting_count() -> int:
    """Return how many applications wait for an operator, at most 100."""
    return len(Supplier.objects.filter(state=SupplierState.APPLIED).values_list("pk")[:100])


def hit_by_stopping(organization_id: int) -> Hit:
    """Return which production clients are made from the supplier's systems.

    Clients stand above suppliers in the column: settings.SUPPLIER_CUSTOMERS names who knows.
    """
    ask: Callable[[int], tuple[int, list[int]]] = import_string(settings.SUPPLIER_CUSTOMERS)
    return Hit(*ask(organization_id))
