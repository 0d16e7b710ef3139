"""Terms of use as versions, what they bind to, and who accepted them for which organisation."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models.people import Membership, Organization
from onboarding.suppliers.states import Duty

LANGUAGES = ("nb", "en")
_HEADED = re.compile(r"\*\*(?P<heading>[^*]+)\*\*\s*(?P<body>.*)", re.DOTALL)


class Paragraph(NamedTuple):
    """A paragraph of the terms: its heading ("" where it has none) and its text."""

    heading: str
    body: str


class Signatory(models.Model):
    """That a member may bind the organisation, as an administrator has said.

    It belongs to the membership and goes with it; the role says nothing of it (ADR 14).
    """

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="signatory")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.membership_id}"


class TermsQuerySet(models.QuerySet["Terms"]):
    def visible_to(self, actor: Actor) -> Self:
        """Published versions are for everybody who is logged in, drafts for operators."""
        return self if actor.is_operator else self.published()

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def in_force(self, at: datetime) -> Self:
        """The version that applies at a time, as the first row."""
        return self.published().filter(valid_from__lte=at).order_by("-valid_from")

    def to_come(self, at: datetime) -> Self:
        """Versions that have been announced and do not apply yet, the nearest first."""
        return self.published().filter(valid_from__gt=at).order_by("valid_from")


class Terms(models.Model):
    """One version of the terms of use, in each language. Once published it never changes.

    `sha256_…` is of the text as UTF-8; whoever accepts accepts the text with that hash. From
    `valid_from` on an organisation that has not accepted it can change nothing in production.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.CharField(max_length=20, unique=True)
    text_nb = models.TextField()
    text_en = models.TextField()
    # Shown beside the text for as long as it is in use.
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Counts the times a draft was saved: whoever saves says what he has seen.
    edits = models.PositiveIntegerField(default=0)
    sha256_nb = models.CharField(max_length=64, blank=True)
    sha256_en = models.CharField(max_length=64, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TermsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    published_at__isnull=True,
                    published_by__isnull=True,
                    valid_from__isnull=True,
                    sha256_nb="",
                    sha256_en="",
                )
                | (
                    Q(
                        published_at__isnull=False,
                        published_by__isnull=False,
                        valid_from__isnull=False,
                        sha256_nb__regex=r"^[0-9a-f]{64}$",
                        sha256_en__regex=r"^[0-9a-f]{64}$",
                    )
                    & ~Q(text_nb="")
                    & ~Q(text_en="")
                ),
                name="published_terms_are_whole",
            ),
            models.UniqueConstraint(fields=["valid_from"], name="one_version_of_terms_from_a_time"),
        ]

    def __str__(self) -> str:
        return self.version

    def text(self, language: str) -> str:
        return self.text_en if language == "en" else self.text_nb

    def sha256(self, language: str) -> str:
        return self.sha256_en if language == "en" else self.sha256_nb

    def paragraphs(self, language: str) -> list[Paragraph]:
        """Return the text in pieces; `**1. …**` at the beginning of one is its heading."""
        found = []
        for piece in re.split(r"\n\s*\n", self.text(language).strip()):
            headed = _HEADED.fullmatch(piece.strip())
            parts = (headed["heading"], headed["body"]) if headed else ("", piece)
            found.append(Paragraph(parts[0].strip(), " ".join(parts[1].split())))
        return found


class TermsDuty(models.Model):
    """One of the duties that a version binds to: where it stands, and which items check it."""

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="duties")
    code = models.CharField(max_length=30, choices=Duty)
    section = models.PositiveSmallIntegerField()
    # Items of the code-review checklist, as people read them: "U01, K01–K06".
    checked_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terms", "code"], name="each_duty_once_in_terms"),
            models.CheckConstraint(condition=Q(code__in=Duty.values), name="duty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.terms_id} {self.code}"


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    def visible_to(self, actor: Actor) -> Self:
        """Narrow to organisations that the actor is a member of, or supervises."""
        if actor.sees_all:
            return self
        return self.filter(organization__in={organization for organization, _ in actor.roles})


class Acceptance(models.Model):
    """That an organisation is bound to a version: who said so, as what, having read which text.

    Name, role and hash are kept as they were then. Rows never change; triggers see to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="acceptances")
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=100)
    language = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "terms"], name="an_organization_accepts_a_version_once"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(role=""), name="acceptance_names_a_person_and_a_role"
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="acceptance_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.terms_id}"


class Reminder(models.Model):
    """That an organisation's people were reminded of a version, so many days before it applies."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="reminders")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()  # 0: the day has come
    people = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["terms", "organization", "days"], name="one_reminder_of_each_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.terms_id} {self.organization_id} {self.days}"
