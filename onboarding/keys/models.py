"""Public keys of clients, thumbprints that are barred, and the making of keys by the workers."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from onboarding.clients.models import OPENED_BY, ClientConfiguration
from onboarding.core.jobs import Job, JobQuerySet, JobStatus
from onboarding.core.tenancy import TenantQuerySet
from onboarding.keys.states import KeyState, MakingState, Origin


class KeyQuerySet(TenantQuerySet["Key"]):
    organization_path = "client__organization"
    environment_path = "client__environment"
    shared_paths = ("client__revision__system__organization", "client__created_for")
    opened_by = OPENED_BY

    def usable(self, at: datetime) -> KeyQuerySet:
        """Keys that the authorization server accepts signatures of."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class Key(models.Model):
    """The public half of a client's key. Thumbprints are unique: one key, one client, for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="keys")
    kid = models.CharField(max_length=128)
    alg = models.CharField(max_length=5)
    kty = models.CharField(max_length=3)
    bits = models.PositiveIntegerField()
    thumbprint = models.CharField(max_length=43, unique=True)
    public_jwk = models.JSONField()
    origin = models.CharField(max_length=10, choices=Origin)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    # By the first valid assertion; last_used_at is written at most once a minute.
    proved_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # When its modulus was found to share a prime with another one: anybody can work out its secret.
    weak_at = models.DateTimeField(null=True, blank=True)
    # How many days before its end its people were last told of it.
    told_days = models.PositiveSmallIntegerField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "kid"], name="one_key_for_each_kid"),
            models.CheckConstraint(
                condition=Q(public_jwk__d__isnull=True) & Q(public_jwk__k__isnull=True),
                name="key_is_public",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="key_revocation_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="key_expires_after_creation"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="keys_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.thumbprint[:8]

    def state(self, at: datetime) -> KeyState:
        """What to tell people about the key at a moment."""
        if self.revoked_at:
            return KeyState.REVOKED
        if self.expires_at <= at:
            return KeyState.EXPIRED
        if self.last_used_at:
            return KeyState.ACTIVE
        return KeyState.PROVED if self.proved_at else KeyState.UNPROVED


class BarredThumbprint(models.Model):
    """A key whose private half reached us: its public half is refused for ever."""

    thumbprint = models.CharField(max_length=43, primary_key=True)
    barred_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.thumbprint[:8]


class Modulus(models.Model):
    """The modulus of an RSA key that was registered once, whatever became of the key.

    Rows are only ever added, in the order of their ids: see services/moduli.py.
    """

    thumbprint = models.CharField(max_length=43, unique=True)
    octets = models.BinaryField()  # big-endian, without zeros in front

    def __str__(self) -> str:
        return self.thumbprint[:8]


# django-stubs gives each QuerySet class an as_manager() of its own, so no two can be combined.
class KeyMakingQuerySet(  # type: ignore[override]
    JobQuerySet["KeyMaking"], TenantQuerySet["KeyMaking"]
):
    organization_path = "client__organization"
    environment_path = "client__environment"
    shared_paths = ("client__created_for",)
    opened_by = OPENED_BY


class KeyMaking(Job):
    """A key pair made by a worker for one browser.

    The private half exists in the worker's memory, then only inside `sealed`: a JWE
    (ECDH-ES+A256KW, A256GCM) to `recipient`, the public half of a key that the browser cannot
    export. It is handed out once and wiped then, or when `expires_at` has passed.
    """

    client = models.ForeignKey(ClientConfiguration, models.PROTECT, related_name="key_makings")
    kind = models.CharField(max_length=20)
    recipient = models.JSONField()
    lifetime_days = models.PositiveSmallIntegerField(default=365)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.OneToOneField(Key, models.PROTECT, null=True, blank=True, related_name="making")
    sealed = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = KeyMakingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(status__in=["queued", "running"]),
                name="one_open_key_making_for_each_client",
            ),
            models.CheckConstraint(
                condition=Q(recipient__d__isnull=True), name="recipient_key_is_public"
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(sealed=""),
                name="delivered_key_is_wiped",
            ),
        ]
        indexes = [models.Index(fields=["status", "queued_at"], name="key_makings_due")]

    def __str__(self) -> str:
        return f"key making {self.id}"

    def state(self, at: datetime) -> MakingState:
        """What to tell people about it at a moment."""
        if self.status != JobStatus.PASSED:
            return MakingState(self.status)
        if self.delivered_at:
            return MakingState.DELIVERED
        is_over = not self.sealed or self.expires_at is None or self.expires_at <= at
        return MakingState.EXPIRED if is_over else MakingState.READY


class KeyPlan(models.Model):
    """How the first key of a draft is to be made by the portal, once the wizard is finished."""

    client = models.OneToOneField(ClientConfiguration, models.CASCADE, related_name="key_plan")
    kind = models.CharField(max_length=20)
    lifetime_days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return self.kind
