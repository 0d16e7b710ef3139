"""APIs, their scopes, and the claims they need filled in for each client."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from onboarding.apis.addresses import of_ours
from onboarding.apis.states import Dpop
from onboarding.core.environments import Environment
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Right


class ApiQuerySet(TenantQuerySet["Api"]):
    opened_by = {"organization": Right.APIS}

    def published(self, environment: str) -> ApiQuerySet:
        """APIs that any supplier may choose for a client system: those that have a scope."""
        has_scope = Scope.objects.filter(api=OuterRef("pk"))
        return self.filter(Exists(has_scope), environment=environment)


class Api(models.Model):
    """A service with scopes. Its short name is the audience of tokens for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(max_length=10, choices=Environment)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="apis")
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    dpop = models.CharField(max_length=10, choices=Dpop, default=Dpop.REQUIRED)
    # One harmless GET that token tests may call; empty where there is none.
    test_url = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ApiQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "environment", Lower("short_name"), name="one_api_for_each_short_name"
            ),
            models.CheckConstraint(condition=Q(dpop__in=Dpop.values), name="api_dpop_known"),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="api_environment_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["environment", "organization", "-created_at", "-id"], name="apis_of_owner"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ours(self) -> bool:
        """Say whether it is an API of this portal, called where the settings say."""
        return bool(self.test_url) and self.test_url == of_ours(self.short_name, self.environment)


class ScopeQuerySet(TenantQuerySet["Scope"]):
    organization_path = "api__organization"
    environment_path = "api__environment"
    opened_by = {"api__organization": Right.APIS}


class Scope(models.Model):
    """One right at one API. `environment` repeats the API's, so that names are unique there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    api = models.ForeignKey(Api, models.PROTECT, related_name="scopes")
    environment = models.CharField(max_length=10, choices=Environment)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=300, blank=True)
    needs_approval = models.BooleanField(default=False)
    # Two different reviewers look at whatever wants it in production.
    is_sensitive = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = ScopeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["environment", "name"], name="one_scope_for_each_name")
        ]

    def __str__(self) -> str:
        return self.name


class ApiClaimQuerySet(TenantQuerySet["ApiClaim"]):
    organization_path = "api__organization"
    environment_path = "api__environment"
    opened_by = {"api__organization": Right.APIS}


class ApiClaim(models.Model):
    """A value that the API needs in the tokens of each client, such as a HER-id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    api = models.ForeignKey(Api, models.PROTECT, related_name="claims")
    claim_type = models.CharField(max_length=200)
    label = models.CharField(max_length=100)
    help_text = models.CharField(max_length=300, blank=True)
    is_required = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = ApiClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api", "claim_type"], name="one_claim_of_each_type")
        ]

    def __str__(self) -> str:
        return self.claim_type
