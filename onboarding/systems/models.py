"""Client systems: the set-up that customers' clients are made from, saved as revisions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.apis.models import Scope
from onboarding.core.environments import Environment
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Right
from onboarding.systems.states import (
    Algorithm,
    ApplicationType,
    Selection,
    Tag,
    Tenancy,
    UriKind,
)


class ClientSystemQuerySet(TenantQuerySet["ClientSystem"]):
    opened_by = {"organization": Right.SYSTEMS}

    def offered(self, environment: str) -> ClientSystemQuerySet:
        """Systems that organisations may make client configurations from, whoever owns them."""
        return self.filter(environment=environment, current__isnull=False)


class ClientSystem(models.Model):
    """What keeps its identity while its revisions come and go.

    `current` is the newest published revision; None until the first one is published.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(max_length=10, choices=Environment)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="systems")
    current = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+")
    # The name in the newest revision, published or not: lists and searches read it here.
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    objects = ClientSystemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="system_environment_known"
            )
        ]
        indexes = [
            models.Index(
                fields=["environment", "organization", "-created_at", "-id"],
                name="systems_of_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RevisionQuerySet(TenantQuerySet["Revision"]):
    organization_path = "system__organization"
    environment_path = "system__environment"
    opened_by = {"system__organization": Right.SYSTEMS}


class Revision(models.Model):
    """One saved state of a client system.

    A draft (`published_at` empty) may change; there is one at most. A published revision and its
    parts never change again: triggers refuse it, whatever the code does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(ClientSystem, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    application_type = models.CharField(max_length=20, choices=ApplicationType, blank=True)
    machine_to_machine = models.BooleanField(default=False)
    user_login = models.BooleanField(default=False)
    refresh_tokens = models.BooleanField(default=False)
    tenancy = models.CharField(max_length=20, choices=Tenancy, default=Tenancy.SINGLE)
    algorithm = models.CharField(max_length=5, choices=Algorithm, default=Algorithm.PS256)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="revision_numbered_once"),
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(published_at__isnull=True),
                name="one_draft_revision_for_each_system",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="revision_publication_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(machine_to_machine=True)
                | Q(user_login=True),
                name="published_revision_can_do_something",
            ),
            models.CheckConstraint(
                condition=Q(refresh_tokens=False) | Q(user_login=True),
                name="refresh_tokens_need_user_login",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | ~Q(application_type=""),
                name="published_revision_has_application_type",
            ),
            models.CheckConstraint(
                condition=Q(algorithm__in=Algorithm.values), name="revision_algorithm_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class RevisionTag(models.Model):
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=20, choices=Tag)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "tag"], name="revision_tagged_once")
        ]

    def __str__(self) -> str:
        return self.get_tag_display()


class RevisionUri(models.Model):
    """A redirect or post-logout redirect URI that clients of this revision may use."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="uris")
    kind = models.CharField(max_length=20, choices=UriKind)
    uri = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "kind", "uri"], name="revision_uri_once")
        ]

    def __str__(self) -> str:
        return self.uri


class RevisionScope(models.Model):
    """A scope that clients of this revision get (preselected) or may choose (available)."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="scopes")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    selection = models.CharField(max_length=20, choices=Selection)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "scope"], name="revision_scope_once"),
            models.CheckConstraint(
                condition=Q(selection__in=Selection.values), name="scope_selection_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.selection}"


class AutomationKeyQuerySet(TenantQuerySet["AutomationKey"]):
    organization_path = "system__organization"
    environment_path = "system__environment"
    opened_by = {"system__organization": Right.SYSTEMS}


class AutomationKey(models.Model):
    """What a supplier's software sends to create drafts, and nothing else.

    Only the SHA-256 of the secret is here. Use is written down at most once a minute.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(ClientSystem, models.PROTECT, related_name="automation_keys")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AutomationKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="automation_key_end_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="automation_key_is_hashed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PackageQuerySet(TenantQuerySet["Package"]):
    organization_path = "system__organization"
    environment_path = "system__environment"
    opened_by = {"system__organization": Right.SYSTEMS}

    def offered(self, environment: str) -> PackageQuerySet:
        """Packages whose links lead somewhere: whoever holds one may open it."""
        here = self.filter(system__environment=environment, ended_at=None)
        return here.exclude(system__current=None).select_related("system__organization")


class Package(models.Model):
    """A named choice of a client system's scopes, which a customer takes as it is. It may end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(ClientSystem, models.PROTECT, related_name="packages")
    name = models.CharField(max_length=100)
    scopes = models.ManyToManyField(Scope, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PackageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "name"],
                condition=Q(ended_at__isnull=True),
                name="one_package_of_each_name",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="package_end_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def anchor(self) -> str:
        """The id of its link on a page."""
        return f"link-{self.pk}"
