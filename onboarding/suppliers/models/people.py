"""Organisations, who may act for them, invitations to do so, and rights given to others."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from onboarding.core.environments import Environment
from onboarding.core.tenancy import TenantQuerySet
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.states import Right, Role


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, actor: Actor) -> Self:
        """Narrow to what this actor may represent or supervise, in any environment."""
        if actor.sees_all:
            return self
        return self.filter(pk__in={organization for organization, _ in actor.represented})


class Organization(models.Model):
    """A legal entity with an organisation number (main unit)."""

    number = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=100)
    # Exists for tests only; such an organisation has no production.
    is_synthetic = models.BooleanField(default=False)
    # A synthetic organisation that any developer may represent in test, as a customer.
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{9}$"), name="organization_number_is_nine_digits"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(TenantQuerySet["Membership"]):
    pass


class Membership(models.Model):
    """What one person may do for one organisation in one environment."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    environment = models.CharField(max_length=10, choices=Environment)
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "environment"],
                name="one_role_for_each_person_organization_environment",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="membership_environment_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organization_id} {self.environment}"


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    pass


class Invitation(models.Model):
    """One link, one use, 48 hours, one e-mail address. Only the link's SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="invitations")
    environment = models.CharField(max_length=10, choices=Environment)
    role = models.CharField(max_length=10, choices=Role)
    email = models.EmailField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_acceptance_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_is_not_both_accepted_and_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.id}"


class DelegationQuerySet(TenantQuerySet["Delegation"]):
    organization_path = "delegator"
    shared_paths = ("to_organization",)

    def standing(self) -> DelegationQuerySet:
        """Rights that hold now: they last until they are taken back."""
        return self.filter(withdrawn_at=None)


class Delegation(models.Model):
    """A right that an organisation gave: to another one, or to whoever has proved an address.

    `to_user` is set instead where a developer chose to represent a synthetic organisation. Rows
    are never deleted; what was taken back is the history.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delegator = models.ForeignKey(Organization, models.PROTECT, related_name="given")
    environment = models.CharField(max_length=10, choices=Environment)
    right = models.CharField(max_length=10, choices=Right)
    to_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="received"
    )
    to_email = models.EmailField(blank=True)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="rights"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(right__in=Right.values), name="right_known"),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="delegation_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(to_organization__isnull=False, to_email="", to_user__isnull=True)
                | Q(to_organization__isnull=True, to_user__isnull=True) & ~Q(to_email="")
                | Q(to_organization__isnull=True, to_email="", to_user__isnull=False),
                name="delegation_is_to_one",
            ),
            models.CheckConstraint(
                condition=Q(to_organization__isnull=True) | ~Q(to_organization=F("delegator")),
                name="delegation_is_to_another",
            ),
            models.CheckConstraint(
                condition=Q(to_user__isnull=True)
                | Q(environment=Environment.TEST, right=Right.USE),
                name="organization_is_chosen_in_test_only",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="delegation_withdrawal_is_whole",
            ),
            models.UniqueConstraint(
                fields=["delegator", "environment", "right", "to_organization"],
                condition=Q(withdrawn_at__isnull=True, to_organization__isnull=False),
                name="right_given_once_to_an_organization",
            ),
            models.UniqueConstraint(
                fields=["delegator", "environment", "right", "to_email"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(to_email=""),
                name="right_given_once_to_an_address",
            ),
            models.UniqueConstraint(
                fields=["delegator", "environment", "right", "to_user"],
                condition=Q(withdrawn_at__isnull=True, to_user__isnull=False),
                name="organization_chosen_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_email"],
                condition=Q(withdrawn_at__isnull=True),
                name="standing_rights_of_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.right} {self.delegator_id} {self.environment}"


class AltinnPerson(models.Model):
    """The UUID by which Altinn knows a person. No national identity number is kept anywhere."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="altinn_person"
    )
    party = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.party)
