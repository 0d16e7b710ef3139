"""Links that hand a piece of work over to somebody who may do it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.core.environments import Environment
from onboarding.suppliers.models.people import Organization
from onboarding.suppliers.states import Errand


class HandOver(models.Model):
    """One link, one use, until it ends. Only the link's SHA-256 is stored.

    The link gives no right: whoever opens it needs the one that the errand takes, for the
    organisation. `path` is a page of this site.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    errand = models.CharField(max_length=20, choices=Errand)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="handovers")
    environment = models.CharField(max_length=10, choices=Environment)
    path = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="use_of_a_handover_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(path__startswith="/") & ~Q(path__startswith="//"),
                name="handover_leads_to_a_page_of_ours",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("created_at")), name="handover_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.errand} {self.id}"
