"""Client configurations: one organisation's client, made from a client system."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.apis.models import ApiClaim, Scope
from onboarding.clients.states import UNFINISHED, Access, KeyWay, Leniency, Status
from onboarding.core.environments import Environment
from onboarding.core.tenancy import Sees, TenantQuerySet
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Right
from onboarding.systems.models import Revision

# Which rights let others see what belongs to a client, by the path to the organisation.
OPENED_BY = {
    "client__organization": Right.USE,
    "client__created_for": Right.USE,
    "client__revision__system__organization": Right.SYSTEMS,
}


class ClientConfigurationQuerySet(TenantQuerySet["ClientConfiguration"]):
    shared_paths = ("created_for",)
    opened_by = {"organization": Right.USE, "created_for": Right.USE}

    def visible_to(self, actor: Sees) -> Self:
        """Narrow to what this actor may know exists; what was discarded exists for nobody.

        The supplier of the client system helps its customers, so it may know of their clients,
        once they are finished.
        """
        kept = self.exclude(status=Status.DISCARDED)
        if actor.sees_all:
            return kept
        supplied = Q(pk__in=())
        for environment, organizations in actor.reach(Right.SYSTEMS).items():
            supplied |= Q(
                environment=environment, revision__system__organization__in=list(organizations)
            )
        own = super(ClientConfigurationQuerySet, kept).visible_to(actor)
        return own | kept.filter(supplied).exclude(status=Status.DRAFT)

    def at(self, environment: str, organization_id: int) -> Self:
        """Narrow to what has a page at an organisation's address: its own, and its customers'."""
        return self.filter(
            Q(organization=organization_id)
            | Q(created_for=organization_id)
            | Q(revision__system__organization=organization_id),
            environment=environment,
        )

    def drafts_begun(self, environment: str, organization_id: int) -> Self:
        """Narrow to drafts that an organisation began, for itself or for another one."""
        return self.filter(
            Q(organization=organization_id) | Q(created_for=organization_id),
            environment=environment,
            status=Status.DRAFT,
        )


class ClientConfiguration(models.Model):
    """One organisation's client. Its id is the `client_id` towards the authorization server.

    A draft is filled in by the wizard, step by step, and may lack anything; the constraints say
    what an active one has. `created_for` is the organisation represented by whoever began it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.CharField(max_length=10, choices=Environment)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="clients")
    created_for = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    revision = models.ForeignKey(
        Revision, models.PROTECT, null=True, blank=True, related_name="clients"
    )
    name = models.CharField(max_length=150, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    # The furthest wizard step that has been answered, and the answer about the key.
    step = models.CharField(max_length=20, blank=True)
    key_way = models.CharField(max_length=10, choices=KeyWay, blank=True)
    key_kind = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # When the authorization server last issued a token to it; written at most once a minute.
    last_token_at = models.DateTimeField(null=True, blank=True)
    # How many seconds its access tokens live; None for as long as everybody's. In test only.
    token_life = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ClientConfigurationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="client_status_known"
            ),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="client_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED) | Q(revision__isnull=False),
                name="finished_client_has_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=UNFINISHED, finished_at__isnull=True, finished_by__isnull=True
                )
                | Q(
                    ~Q(status__in=UNFINISHED),
                    finished_at__isnull=False,
                    finished_by__isnull=False,
                ),
                name="client_finish_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(token_life__isnull=True)
                | Q(environment=Environment.TEST, token_life__gte=60, token_life__lte=600),
                name="token_life_is_chosen_in_test_only",
            ),
        ]
        indexes = [
            models.Index(
                fields=["environment", "organization", "-created_at", "-id"],
                name="clients_of_organization",
            ),
            models.Index(fields=["revision", "-created_at", "-id"], name="clients_of_revision"),
            # Few among many: nobody leaves a hundred thousand drafts behind.
            models.Index(
                fields=["organization"], condition=Q(status="draft"), name="drafts_of_organization"
            ),
            models.Index(
                fields=["created_for"], condition=Q(status="draft"), name="drafts_begun_for"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class ClientScopeQuerySet(TenantQuerySet["ClientScope"]):
    """Rows of the API's owner: he decides, the consumer reads them through the client."""

    organization_path = "scope__api__organization"
    environment_path = "client__environment"
    shared_paths = ("client__organization",)
    opened_by = {"scope__api__organization": Right.APIS, "client__organization": Right.USE}

    def waiting(self) -> ClientScopeQuerySet:
        return self.filter(access=Access.PENDING).exclude(client__status__in=UNFINISHED)


class ClientScope(models.Model):
    """A scope that a client asked for, and what the API's owner says: an access request."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(ClientConfiguration, models.CASCADE, related_name="scopes")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    access = models.CharField(max_length=10, choices=Access)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = ClientScopeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "scope"], name="client_scope_once"),
            models.CheckConstraint(condition=Q(access__in=Access.values), name="access_known"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="access_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(access=Access.DECLINED) | Q(decided_at__isnull=False),
                name="declined_access_was_decided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "-created_at", "-id"],
                condition=Q(access="pending"),
                name="pending_access_of_scope",
            ),
            # The two lists of an API's owner, for who has so many that sorting them would show.
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(access="pending"),
                name="pending_access_newest",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(decided_at__isnull=False),
                name="decided_access_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_id} {self.access}"


class ClientClaimQuerySet(TenantQuerySet["ClientClaim"]):
    """Rows of the API's owner, who is asked about new values; the consumer knows them too."""

    organization_path = "claim__api__organization"
    environment_path = "client__environment"
    shared_paths = ("client__organization",)
    opened_by = {"claim__api__organization": Right.APIS, "client__organization": Right.USE}

    def waiting(self) -> ClientClaimQuerySet:
        """Narrow to those with a value that the API's owner has not answered."""
        return self.filter(asked_at__isnull=False)


class ClientClaim(models.Model):
    """The value of an API-specific claim for one client.

    `value` is in its tokens, unless it is empty. A new one that waits for the API's owner is
    `pending_value`, from when it was asked for until it is answered.
    """

    client = models.ForeignKey(ClientConfiguration, models.CASCADE, related_name="claims")
    claim = models.ForeignKey(ApiClaim, models.PROTECT, related_name="+")
    value = models.CharField(max_length=200, blank=True)
    pending_value = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    objects = ClientClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "claim"], name="client_claim_once"),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, pending_value="")
                | (Q(asked_at__isnull=False) & ~Q(pending_value="")),
                name="asked_claim_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(value="") | Q(asked_at__isnull=False), name="claim_has_a_value"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(asked_at__isnull=False), name="claims_asked_for"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}={self.value}"


class ClientLeniency(models.Model):
    """An old habit that the authorization server lets pass for this client: a test exception.

    In production there is none, and the row says so itself: `environment` is the client's, kept
    here for the database to hold the rule.
    """

    client = models.ForeignKey(ClientConfiguration, models.CASCADE, related_name="leniencies")
    environment = models.CharField(max_length=10, choices=Environment)
    name = models.CharField(max_length=30, choices=Leniency)
    switched_at = models.DateTimeField()
    switched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="client_leniency_once"),
            models.CheckConstraint(condition=Q(name__in=Leniency.values), name="leniency_known"),
            models.CheckConstraint(
                condition=Q(environment=Environment.TEST), name="leniency_in_test_only"
            ),
        ]

    def __str__(self) -> str:
        return self.name
