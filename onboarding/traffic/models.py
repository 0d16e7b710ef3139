"""What was asked of the token endpoint and of the portal's APIs, kept for thirty days.

Nothing here can be used by whoever reads it: no token, assertion, proof or key, and in place of
each value that names one (`…_ref`) a keyed hash, which tells whether two are the same.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from onboarding.clients.models import OPENED_BY, ClientConfiguration
from onboarding.core.tenancy import TenantQuerySet
from onboarding.traffic.states import (
    AudienceKind,
    DetailsKind,
    DpopKind,
    Endpoint,
    Origin,
    Outcome,
)

REF = 22  # characters: 128 bits in base64url


class TraceQuerySet(TenantQuerySet["Trace"]):
    organization_path = "client__organization"
    environment_path = "client__environment"
    shared_paths = ("client__revision__system__organization", "client__created_for")
    opened_by = OPENED_BY


class Trace(models.Model):
    """One request. Written in batches by the process that answered it, never changed.

    `signed` says that a registered key of the client signed the assertion; without it anybody may
    have sent the request in the client's name. `checks` are codes in the order of judging, with
    "!" before what failed and "~" before what was noted; `findings` has for each of those what
    was expected and what was found; `content` what header and claims said, without secrets.
    `revision` and `leniencies_on` are the set-up that the client had at that moment.
    """

    # Of version 7: sorts by time.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="traces")
    at = models.DateTimeField()
    endpoint = models.CharField(max_length=5, choices=Endpoint)
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.CLIENT)
    outcome = models.CharField(max_length=11, choices=Outcome)
    status = models.PositiveSmallIntegerField()
    error = models.CharField(max_length=40, blank=True)  # the OAuth code of the answer
    check_code = models.CharField(max_length=40, blank=True)  # of the first check that failed
    signed = models.BooleanField(default=False)
    revision = models.UUIDField(null=True, blank=True)
    leniencies_on = models.CharField(max_length=120, blank=True)
    # Those without which this request would have been refused, of the ones that were on.
    leniencies = models.CharField(max_length=120, blank=True)

    # The client assertion.
    alg = models.CharField(max_length=20, blank=True)
    kid = models.CharField(max_length=128, blank=True)
    typ = models.CharField(max_length=60, blank=True)
    aud_kind = models.CharField(max_length=15, choices=AudienceKind, blank=True)
    life_s = models.IntegerField(null=True, blank=True)
    jti_ref = models.CharField(max_length=REF, blank=True)
    details_kind = models.CharField(max_length=21, choices=DetailsKind, default=DetailsKind.NONE)
    org_ref = models.CharField(max_length=REF, blank=True)

    # The DPoP proof, and the nonces of its answer and of its own.
    dpop = models.CharField(max_length=11, choices=DpopKind, default=DpopKind.NONE)
    jkt = models.CharField(max_length=43, blank=True)
    proof_jti_ref = models.CharField(max_length=REF, blank=True)
    nonce_sent = models.CharField(max_length=REF, blank=True)
    nonce_given = models.CharField(max_length=REF, blank=True)
    # Arrival minus `iat` of the proof, or of the assertion where there is no proof.
    clock_s = models.IntegerField(null=True, blank=True)

    # What was asked for and given; at an API, the token and its scheme.
    scopes_asked = models.TextField(blank=True)
    scopes_given = models.TextField(blank=True)
    scopes_rejected = models.TextField(blank=True)
    token_ref = models.CharField(max_length=REF, blank=True)
    token_aud = models.CharField(max_length=100, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    scheme = models.CharField(max_length=6, blank=True)

    # Where a signature was no good: what it was over and what it is, to find out whose it was.
    signed_digest = models.CharField(max_length=86, blank=True)
    signature = models.CharField(max_length=700, blank=True)

    checks = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    content = models.JSONField(default=dict)

    objects = TraceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(endpoint__in=Endpoint.values), name="trace_endpoint_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="trace_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="trace_origin_known"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-at", "-id"], name="traces_of_client"),
            models.Index(fields=["at"], name="traces_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.outcome} {self.id}"


class DayCountQuerySet(TenantQuerySet["DayCount"]):
    organization_path = "client__organization"
    environment_path = "client__environment"
    shared_paths = ("client__revision__system__organization", "client__created_for")
    opened_by = OPENED_BY


class DayCount(models.Model):
    """How many requests of a kind a client made on a day, by the clocks of the people here.

    It is exact in a flood too. `dropped` of the `count` left no trace, because the client had used
    up its room for the day: whoever counts over the traces of such a day knows that some are
    missing.
    """

    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="day_counts")
    day = models.DateField()
    endpoint = models.CharField(max_length=5, choices=Endpoint)
    origin = models.CharField(max_length=6, choices=Origin)
    outcome = models.CharField(max_length=11, choices=Outcome)
    error = models.CharField(max_length=40, blank=True)
    signed = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)

    objects = DayCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "day", "endpoint", "origin", "outcome", "error", "signed"],
                name="day_counted_once",
            ),
            models.CheckConstraint(
                condition=Q(dropped__lte=models.F("count")), name="dropped_were_counted"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="day_counts_by_age")]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome} {self.count}"


class Announced(models.Model):
    """What tells the portal's own requests: the keyed hash of a value that only these carry.

    A client cannot choose its own origin: each value is new, and announced before it is first sent.
    """

    ref = models.CharField(primary_key=True, max_length=REF)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="announced_by_age")]

    def __str__(self) -> str:
        return self.ref
