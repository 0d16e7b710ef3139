"""The signing keys of the authorization servers that ship with the portal."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from onboarding.core.environments import Environment


class SigningKey(models.Model):
    """One signing key of one environment's issuer.

    Published from `created_at`, signs from `signs_from` until the next one does, and stays in the
    JWKS until `published_until` (empty while it has no successor). The private half is sealed
    with a key derived from SECRET_KEY.
    """

    environment = models.CharField(max_length=10, choices=Environment)
    kid = models.CharField(max_length=43, unique=True)
    alg = models.CharField(max_length=5, default="RS256")
    public_jwk = models.JSONField()
    sealed_private = models.TextField()
    created_at = models.DateTimeField()
    signs_from = models.DateTimeField()
    published_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(public_jwk__d__isnull=True), name="signing_key_published_is_public"
            ),
            models.CheckConstraint(
                condition=Q(signs_from__gte=F("created_at")), name="signing_key_published_first"
            ),
        ]
        indexes = [models.Index(fields=["environment", "signs_from"], name="signing_keys_in_turn")]

    def __str__(self) -> str:
        return f"{self.environment} {self.kid[:8]}"
