"""What is kept for a while: answers, for requests that come again; lists that were uploaded."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.states import Right
from onboarding.systems.models import AutomationKey


class CustomerListQuerySet(TenantQuerySet["CustomerList"]):
    organization_path = "key__system__organization"
    environment_path = "key__system__environment"
    opened_by = {"key__system__organization": Right.SYSTEMS}


class CustomerList(models.Model):
    """Customers that a person has uploaded, to be read as a plan and made into drafts.

    `rows` has what a draft takes, with the public half of the key only; of a customer that was
    faulty only the number and the faults. The drafts are made in the name of `key`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(AutomationKey, models.PROTECT, related_name="lists")
    name = models.CharField(max_length=100)
    again = models.BooleanField(default=False)
    rows = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    objects = CustomerListQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="customer_lists_by_age")]

    def __str__(self) -> str:
        return self.name


class GivenAnswer(models.Model):
    """What was answered to a request with an `Idempotency-Key`.

    `caller` is an automation key or a client; of its key and of the request only the SHA-256 is
    here. While `status` is 0, the first request is still at work, in a transaction of its own.
    """

    caller = models.CharField(max_length=50)
    digest = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # As text: a second answer has the same octets.
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "digest"], name="one_answer_for_each_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="given_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.caller} {self.status}"
