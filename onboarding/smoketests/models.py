"""Token tests: runs and their steps, kept with the hash of what they were made with."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.apis.models import Api
from onboarding.clients.models import OPENED_BY, ClientConfiguration
from onboarding.core.jobs import Job, JobQuerySet
from onboarding.core.tenancy import TenantQuerySet
from onboarding.keys.models import Key
from onboarding.smoketests.states import Signer, StepName, StepStatus


# django-stubs gives each QuerySet class an as_manager() of its own, so no two can be combined.
class RunQuerySet(JobQuerySet["Run"], TenantQuerySet["Run"]):  # type: ignore[override]
    organization_path = "client__organization"
    environment_path = "client__environment"
    shared_paths = ("client__revision__system__organization", "client__created_for")
    opened_by = OPENED_BY


class Run(Job):
    """One token test of one client with one key, against one API.

    `assertions` holds the two client assertions that the browser signed (one for each side of
    the DPoP nonce round). They are wiped when a worker claims the run: each is good for one use
    within 60 seconds, and a second attempt needs new ones.
    """

    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="runs")
    key = models.ForeignKey(Key, models.PROTECT, related_name="runs")
    api = models.ForeignKey(Api, models.PROTECT, null=True, blank=True, related_name="+")
    signer = models.CharField(max_length=10, choices=Signer)
    assertions = models.JSONField(default=list)
    configuration_hash = models.CharField(max_length=64)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(status__in=["queued", "running"]),
                name="one_open_run_for_each_client",
            )
        ]
        indexes = [
            models.Index(fields=["client", "-created_at", "-id"], name="runs_of_client"),
            models.Index(fields=["status", "queued_at"], name="runs_due"),
        ]

    def __str__(self) -> str:
        return f"run {self.id}"


class Step(models.Model):
    """One step of a run: what was sent, what came back (redacted), how long it took.

    For a failure: expected, found, and a stable code whose text says what to do.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=20, choices=StepName)
    status = models.CharField(max_length=10, choices=StepStatus, default=StepStatus.WAITING)
    started_at = models.DateTimeField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    sent = models.TextField(blank=True)
    received = models.TextField(blank=True)
    code = models.CharField(max_length=60, blank=True)
    expected = models.CharField(max_length=300, blank=True)
    found = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="step_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"
