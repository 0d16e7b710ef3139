"""The checklist in versions; what is judged by it; and the material that shows how it stands."""

from __future__ import annotations

import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT

from onboarding.apis.models import Api
from onboarding.checklists.items import Spec, parse
from onboarding.checklists.states import MediaType
from onboarding.clients.models import ClientConfiguration
from onboarding.core.environments import Environment
from onboarding.core.tenancy import TenantQuerySet
from onboarding.keys.models import Key
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Right
from onboarding.systems.models import Revision


class ChecklistVersionQuerySet(models.QuerySet["ChecklistVersion"]):
    def published(self) -> ChecklistVersionQuerySet:
        """Versions that anybody may read; they never change."""
        return self.filter(published_at__isnull=False)


class ChecklistVersion(models.Model):
    """One checklist. A draft may change, and there is one at most; a published one never does.

    Triggers see to that, for its items too. `published_by` is empty for the version that came
    with the portal.
    """

    number = models.PositiveIntegerField(unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ChecklistVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(published_at__isnull=True),
                name="one_draft_of_the_checklist",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | Q(published_by__isnull=True),
                name="checklist_publication_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Item(models.Model):
    """One requirement of one version: `block` is what items.parse takes."""

    version = models.ForeignKey(ChecklistVersion, models.CASCADE, related_name="items")
    key = models.CharField(max_length=3)
    position = models.PositiveSmallIntegerField()
    block = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="item_once_in_each_version"),
            models.UniqueConstraint(
                fields=["version", "position"], name="item_position_once_in_each_version"
            ),
            models.CheckConstraint(condition=Q(key=KT("block__id")), name="item_has_its_own_key"),
        ]

    def __str__(self) -> str:
        return self.key

    @cached_property
    def spec(self) -> Spec:
        """What the item says."""
        return parse(self.block)


class SubjectQuerySet(TenantQuerySet["Subject"]):
    # Who was given a right about client systems, or about APIs, sees subjects of that kind.
    shared_paths = ("revision__system__organization", "api__organization")
    opened_by = {
        "revision__system__organization": Right.SYSTEMS,
        "api__organization": Right.APIS,
    }


class Subject(models.Model):
    """What is judged: one published version of a client system, or one API; in test.

    `organization` and `environment` repeat those of what is judged.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(max_length=10, choices=Environment)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    revision = models.OneToOneField(
        Revision, models.PROTECT, null=True, blank=True, related_name="subject"
    )
    api = models.OneToOneField(Api, models.PROTECT, null=True, blank=True, related_name="subject")
    created_at = models.DateTimeField()

    objects = SubjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revision__isnull=True, api__isnull=False)
                | Q(revision__isnull=False, api__isnull=True),
                name="subject_is_a_version_or_an_api",
            ),
            models.CheckConstraint(
                condition=Q(environment=Environment.TEST), name="subject_is_judged_in_test"
            ),
        ]

    def __str__(self) -> str:
        return str(self.revision or self.api)


class EvidenceClient(models.Model):
    """A client in test, made from the subject's version, that the supplier has named.

    Its requests are what the portal judges the version by.
    """

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="evidence_clients")
    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "client"], name="evidence_client_once")
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class EvidencePeriod(models.Model):
    """The time in which traffic counts: one set-up, one version of the supplier's software.

    One period is open for each subject. The portal ends it and begins the next when the set-up
    changes; the supplier may do so at any time. `instances` says how many programs run in
    parallel, each with a token cache of its own.
    """

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="periods")
    setup_hash = models.CharField(max_length=64)
    software_version = models.CharField(max_length=60, blank=True)
    instances = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(ended_at__isnull=True),
                name="one_open_period_for_each_subject",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="period_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(instances__gte=1, instances__lte=1000), name="period_has_an_instance"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.software_version}"


class MaterialQuerySet(TenantQuerySet["Material"]):
    organization_path = "subject__organization"
    environment_path = "subject__environment"
    shared_paths = ("subject__revision__system__organization", "subject__api__organization")
    opened_by = {
        "subject__revision__system__organization": Right.SYSTEMS,
        "subject__api__organization": Right.APIS,
    }


class Material(models.Model):
    """A file or a link that the supplier shows for an item.

    A file lies outside the web root under a name of our own, and is handed out as a download
    only. Nothing is taken away again: a decision may rest on it; what was withdrawn says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="materials")
    item_key = models.CharField(max_length=3)
    title = models.CharField(max_length=120)
    url = models.URLField(max_length=500, blank=True)
    stored_as = models.CharField(max_length=40, blank=True)
    media_type = models.CharField(max_length=30, choices=MediaType, blank=True)
    size = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    Q(url__startswith="https://"),
                    stored_as="",
                    media_type="",
                    sha256="",
                    size__isnull=True,
                )
                | Q(
                    ~Q(stored_as=""),
                    url="",
                    media_type__in=MediaType.values,
                    sha256__regex=r"^[0-9a-f]{64}$",
                    size__isnull=False,
                ),
                name="material_is_a_file_or_a_link",
            ),
        ]
        indexes = [models.Index(fields=["subject", "item_key"], name="materials_of_item")]

    def __str__(self) -> str:
        return self.title


class KeyChange(models.Model):
    """How the change from one key of a client to the next went, noted when the old one retired.

    Traces are kept for thirty days, and a change counts for longer: so what they showed is
    written down here. `refused` are requests that named either key and were refused for it.
    """

    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="key_changes")
    old = models.OneToOneField(Key, models.PROTECT, related_name="+")
    new = models.ForeignKey(Key, models.PROTECT, related_name="+")
    retired_at = models.DateTimeField()
    new_first_used_at = models.DateTimeField(null=True, blank=True)
    old_last_used_at = models.DateTimeField(null=True, blank=True)
    tokens_old = models.PositiveIntegerField()
    tokens_new = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(old=F("new")), name="key_change_has_two_keys")
        ]
        indexes = [models.Index(fields=["client", "-retired_at"], name="key_changes_of_client")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"
