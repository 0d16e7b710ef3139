"""Keys of the test token service, and API checks with what each request of them led to."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from onboarding.apis.models import Api
from onboarding.core.environments import Environment
from onboarding.core.jobs import Job, JobQuerySet
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Right
from onboarding.testtokens.states import Finding, Kind, Verdict


class TokenKeyQuerySet(TenantQuerySet["TokenKey"]):
    opened_by = {"organization": Right.APIS}

    def usable(self, at: datetime) -> TokenKeyQuerySet:
        return self.filter(ended_at__isnull=True, expires_at__gt=at)


class TokenKey(models.Model):
    """A key of the test token service (X-Auth-Key). Only its SHA-256 is stored.

    `minute_began_at` and `minute_count` are the pace of its use, over all processes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="token_keys")
    environment = models.CharField(max_length=10, default=Environment.TEST, editable=False)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute_began_at = models.DateTimeField(null=True, blank=True)
    minute_count = models.PositiveIntegerField(default=0)

    objects = TokenKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(environment=Environment.TEST), name="token_key_is_for_test"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_key_expires_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="token_key_end_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="token_keys_of_owner")
        ]

    def __str__(self) -> str:
        return self.name


# django-stubs gives each QuerySet class an as_manager() of its own, so no two can be combined.
class CheckQuerySet(JobQuerySet["Check"], TenantQuerySet["Check"]):  # type: ignore[override]
    organization_path = "api__organization"
    environment_path = "api__environment"
    opened_by = {"api__organization": Right.APIS}


class Check(Job):
    """One run of the battery against one API, with what the API was like then.

    `battery` is the version of the catalogue, `setup_hash` that of the API's registration: the
    result says something about these two and the moment, and nothing else.
    """

    api = models.ForeignKey(Api, models.PROTECT, related_name="checks")
    battery = models.CharField(max_length=10)
    setup_hash = models.CharField(max_length=64)
    url = models.URLField(max_length=500)
    total = models.PositiveSmallIntegerField()
    is_scheduled = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = CheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["api"],
                condition=Q(status__in=["queued", "running"]),
                name="one_open_check_for_each_api",
            )
        ]
        indexes = [
            models.Index(fields=["api", "-created_at", "-id"], name="checks_of_api"),
            models.Index(fields=["status", "queued_at"], name="checks_due"),
        ]

    def __str__(self) -> str:
        return f"check {self.id}"


class Result(models.Model):
    """How the API took one request: what was sent by the catalogue's id, what came back."""

    check_run = models.ForeignKey(Check, models.CASCADE, related_name="results")
    position = models.PositiveSmallIntegerField()
    # A row of the catalogue; "" for the request that is valid.
    fault = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    verdict = models.CharField(max_length=10, choices=Verdict)
    finding = models.CharField(max_length=10, choices=Finding, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    # WWW-Authenticate, cut short and without anything that looks like a token.
    header = models.CharField(max_length=300, blank=True)
    # A stable code of the error catalogue where no answer came.
    code = models.CharField(max_length=60, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_run", "position"], name="result_position_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="result_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fault or self.kind} {self.verdict}"


class NightlyQuerySet(TenantQuerySet["Nightly"]):
    organization_path = "api__organization"
    environment_path = "api__environment"
    opened_by = {"api__organization": Right.APIS}


class Nightly(models.Model):
    """The wish that an API is checked every night."""

    api = models.OneToOneField(Api, models.CASCADE, related_name="nightly")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = NightlyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"nightly check of {self.api_id}"
