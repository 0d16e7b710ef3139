"""Webhooks: addresses that are told of what happens, and what was sent to them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.core.environments import Environment
from onboarding.core.jobs import OPEN, Job, JobQuerySet
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.models import Organization
from onboarding.webhooks.states import Stopped


class EndpointQuerySet(TenantQuerySet["Endpoint"]):
    pass


class Endpoint(models.Model):
    """An https address of an organisation, and the kinds of messages that it wants.

    The secrets are sealed under a key derived from SECRET_KEY. The earlier one signs besides the
    present one until `previous_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(max_length=10, choices=Environment)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    name = models.CharField(max_length=100)
    kinds = models.JSONField(default=list)
    sealed_secret = models.CharField(max_length=200)
    sealed_previous = models.CharField(max_length=200, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Since when it has taken nothing; None while it takes what comes.
    failing_since = models.DateTimeField(null=True, blank=True)
    # The receiver has asked for quiet until then.
    waits_until = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_why = models.CharField(max_length=10, choices=Stopped, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="endpoint_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_why="")
                | Q(stopped_at__isnull=False, stopped_why__in=Stopped.values),
                name="endpoint_stop_is_whole",
            ),
            models.UniqueConstraint(
                fields=["environment", "organization", "url"], name="endpoint_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def rests(self, at: datetime) -> bool:
        """Say whether the receiver has asked for quiet that is not over."""
        return self.waits_until is not None and self.waits_until > at

    @property
    def purpose(self) -> str:
        """What its secrets are sealed for."""
        return f"webhook:{self.pk}"


# django-stubs gives each QuerySet class an as_manager() of its own, so no two can be combined.
class DeliveryQuerySet(  # type: ignore[override]
    JobQuerySet["Delivery"], TenantQuerySet["Delivery"]
):
    organization_path = "endpoint__organization"
    environment_path = "endpoint__environment"

    def ripe(self, at: datetime) -> DeliveryQuerySet:
        """Those whose time has come, at addresses that neither stand still nor asked to wait."""
        rests = Q(endpoint__waits_until__isnull=True) | Q(endpoint__waits_until__lte=at)
        return self.filter(rests, due_at__lte=at, endpoint__stopped_at=None)


class Delivery(Job):
    """One message to one address. `body` is what is signed, octet for octet.

    `attempts` of the job counts claims since the last answer; `tries` counts answers, and silence.
    """

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    body = models.TextField()
    # The event of the log that it tells of; None for a test.
    event_seq = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_milliseconds = models.PositiveIntegerField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event_seq"],
                condition=Q(event_seq__isnull=False),
                name="event_delivered_once_to_an_endpoint",
            )
        ]
        indexes = [
            models.Index(fields=["endpoint", "-created_at", "-id"], name="deliveries_of_endpoint"),
            models.Index(
                fields=["due_at"], condition=Q(status__in=OPEN), name="deliveries_to_make"
            ),
            models.Index(fields=["created_at"], name="deliveries_by_age"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Try(models.Model):
    """What one try of a delivery met: a status, or the code of why there was none."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log")
    number = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    failure = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.number}"


class Feed(models.Model):
    """How far the event log has been turned into deliveries: one row."""

    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.seq)
