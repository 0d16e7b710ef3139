"""What API owners say of client systems that want to use their scopes in production."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.apis.models import Scope
from onboarding.clients.states import Access
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.states import Right
from onboarding.systems.models import ClientSystem


class ConsentQuerySet(TenantQuerySet["Consent"]):
    """Rows of the API's owner, in production; the supplier reads them through his system."""

    organization_path = "scope__api__organization"
    environment_path = "scope__environment"
    opened_by = {"scope__api__organization": Right.APIS}

    def waiting(self) -> ConsentQuerySet:
        return self.filter(access=Access.PENDING)


class Consent(models.Model):
    """A client system in test asks for a scope of production, and its owner answers (ADR 29).

    One row for each, however many versions and clients there are. It gives nobody a token: each
    client of production still asks for its own access.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(ClientSystem, models.CASCADE, related_name="consents")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="+")
    access = models.CharField(max_length=10, choices=Access, default=Access.PENDING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "scope"], name="consent_once"),
            models.CheckConstraint(
                condition=Q(access__in=Access.values), name="consent_access_known"
            ),
            models.CheckConstraint(
                condition=Q(access=Access.PENDING, decided_at__isnull=True, decided_by__isnull=True)
                | Q(
                    ~Q(access=Access.PENDING),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="consent_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(access=Access.DECLINED) | ~Q(reason=""),
                name="declined_consent_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at", "id"], condition=Q(access="pending"), name="consents_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_id} {self.access}"
