"""Where an organisation is reached, and who there follows changes of the security profile."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import get_language

from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models.people import Organization
from onboarding.suppliers.states import Reach


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def visible_to(self, actor: Actor) -> Self:
        """Narrow to organisations that the actor is a member of, or supervises."""
        if actor.sees_all:
            return self
        return self.filter(organization__in={organization for organization, _ in actor.roles})


class ContactPoint(models.Model):
    """An address of an organisation for one purpose. It counts once a letter was answered.

    Only the SHA-256 of the letter's link is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="contact_points")
    purpose = models.CharField(max_length=12, choices=Reach)
    email = models.EmailField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "purpose", Lower("email"), name="one_contact_point_for_an_address"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=Reach.values), name="contact_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class Follower(models.Model):
    """That a person follows the change notices for an organisation."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="followers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="one_follows_an_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.user_id}"


class ChangeNoticeQuerySet(models.QuerySet["ChangeNotice"]):
    def visible_to(self, actor: Actor) -> Self:
        """Published notices are for everybody who is logged in, drafts for operators."""
        return self if actor.is_operator else self.published()

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)


class ChangeNotice(models.Model):
    """What an operator announces to all followers. Once published it never changes.

    A change of the security profile has to be acknowledged by each organisation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title_nb = models.CharField(max_length=150)
    title_en = models.CharField(max_length=150)
    text_nb = models.TextField()
    text_en = models.TextField()
    is_profile_change = models.BooleanField(default=False)
    applies_from = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ChangeNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="publishing_of_a_change_is_whole",
            )
        ]

    def __str__(self) -> str:
        return self.title_nb

    @property
    def title(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title_nb

    @property
    def text(self) -> str:
        return self.text_en if (get_language() or "").startswith("en") else self.text_nb


class Acknowledgement(models.Model):
    """That an organisation has taken note of a change, and who said so. Rows never change."""

    change = models.ForeignKey(ChangeNotice, models.PROTECT, related_name="acknowledgements")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["change", "organization"], name="a_change_is_acknowledged_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.change_id}"


class ChangeReminder(models.Model):
    """That an organisation was reminded on a day of changes that it has not acknowledged."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.DateTimeField()
    changes = models.PositiveSmallIntegerField()  # that waited
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "on"], name="reminded_of_changes_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.on}"
