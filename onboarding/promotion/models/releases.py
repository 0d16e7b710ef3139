"""What is in production, and by which case it came there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.apis.models import Api
from onboarding.core.environments import Environment
from onboarding.core.tenancy import TenantQuerySet
from onboarding.promotion.models.cases import Case
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem, Revision


class ReleaseQuerySet(TenantQuerySet["Release"]):
    def of_system(self, system: ClientSystem) -> ReleaseQuerySet:
        """Releases of one client system, newest first."""
        return self.filter(system=system).order_by("-number")


class Release(models.Model):
    """One time that something was put into production: from a case, or back to what was before.

    The newest of a system or an API is the one that is live. `content` is what was released.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(
        max_length=10, choices=Environment, default=Environment.PRODUCTION
    )
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="releases")
    case = models.ForeignKey(Case, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    # In production, and what it was made from.
    system = models.ForeignKey(
        ClientSystem, models.PROTECT, null=True, blank=True, related_name="releases"
    )
    revision = models.ForeignKey(
        Revision, models.PROTECT, null=True, blank=True, related_name="releases"
    )
    api = models.ForeignKey(Api, models.PROTECT, null=True, blank=True, related_name="releases")
    content = models.JSONField()
    # Set where an earlier release was taken back into use.
    back_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(environment=Environment.PRODUCTION), name="release_is_in_production"
            ),
            models.CheckConstraint(
                condition=Q(system__isnull=False, revision__isnull=False, api__isnull=True)
                | Q(system__isnull=True, revision__isnull=True, api__isnull=False),
                name="release_is_of_a_version_or_an_api",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(back_to__isnull=True),
                name="one_release_of_each_case",
            ),
            models.UniqueConstraint(
                fields=["system", "number"], name="system_release_numbered_once"
            ),
            models.UniqueConstraint(fields=["api", "number"], name="api_release_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.number}"
