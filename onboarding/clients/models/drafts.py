"""Drafts that a supplier's software made for a customer, who answers them (ADR 20)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from onboarding.clients.states import DraftState, DraftStatus
from onboarding.core.environments import Environment
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.states import Right
from onboarding.systems.models import AutomationKey, Revision


class ClientDraftQuerySet(TenantQuerySet["ClientDraft"]):
    organization_path = "revision__system__organization"
    opened_by = {"revision__system__organization": Right.SYSTEMS}


class ClientDraft(models.Model):
    """What was asked, word for word, and the answer. Its id becomes the client's.

    Until somebody confirms there is no client, no key and no access: nothing of it reaches the
    authorization server. `content` is the document that is shown and confirmed; it never changes.
    The organisation is a number, since it may be unknown here until somebody logs in for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(max_length=10, choices=Environment)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="drafts")
    automation_key = models.ForeignKey(AutomationKey, models.PROTECT, related_name="drafts")
    organization_number = models.CharField(max_length=9)
    content = models.JSONField()
    public_jwk = models.JSONField()
    thumbprint = models.CharField(max_length=43)
    # Where the browser goes with the answer; empty for software that does not listen.
    return_to = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=DraftStatus, default=DraftStatus.WAITING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ClientDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="draft_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=DraftStatus.WAITING, answered_at__isnull=True, answered_by__isnull=True
                )
                | Q(
                    status__in=[DraftStatus.CONFIRMED, DraftStatus.DECLINED],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="draft_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__lt=F("expires_at")),
                name="draft_is_answered_in_time",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="draft_expires_after_creation"
            ),
            models.CheckConstraint(
                condition=Q(organization_number__regex=r"^[0-9]{9}$"),
                name="draft_organization_is_nine_digits",
            ),
            models.CheckConstraint(
                condition=Q(public_jwk__d__isnull=True) & Q(public_jwk__k__isnull=True),
                name="draft_key_is_public",
            ),
        ]
        indexes = [
            models.Index(fields=["revision", "-created_at", "-id"], name="drafts_of_revision"),
            models.Index(fields=["expires_at"], name="drafts_by_age"),
        ]

    def __str__(self) -> str:
        return f"draft {self.id}"

    def state(self, at: datetime) -> DraftState:
        """What to tell people about it at a moment."""
        if self.status == DraftStatus.WAITING and self.expires_at <= at:
            return DraftState.EXPIRED
        return DraftState(self.status)
