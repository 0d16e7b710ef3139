"""How the platform stands to a supplier, and each step that led there."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models.people import Organization
from onboarding.suppliers.states import Act, SupplierState

# What an organisation does itself needs no reason; what is done to it does.
_OWN = (Act.APPLY, Act.WITHDRAW)


class SupplierQuerySet(models.QuerySet["Supplier"]):
    def visible_to(self, actor: Actor) -> Self:
        """Narrow to the organisations that this actor may represent or supervise."""
        if actor.sees_all:
            return self
        return self.filter(organization__in={organization for organization, _ in actor.roles})


class Supplier(models.Model):
    """One organisation as a supplier. No row is the same as SupplierState.NONE.

    `steps` counts the history: whoever decides says how much of it he has seen.
    """

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="supplier")
    state = models.CharField(max_length=10, choices=SupplierState)
    since = models.DateTimeField()
    steps = models.PositiveIntegerField(default=0)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=SupplierState.values), name="supplier_state_known"
            )
        ]
        indexes = [models.Index(fields=["state", "-since"], name="suppliers_by_state")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.state}"


class SupplierStep(models.Model):
    """One act in the life of an approval. Rows are added and never changed; triggers see to it."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="history")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act)
    source = models.CharField(max_length=10, choices=SupplierState)
    target = models.CharField(max_length=10, choices=SupplierState)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "number"], name="one_supplier_step_of_each_number"
            ),
            models.CheckConstraint(
                condition=Q(act__in=_OWN) | ~Q(reason=""), name="supplier_decision_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.number} {self.act}"
