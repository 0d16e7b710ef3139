"""One case: a version of a client system, or an API, on its way from test to production."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from onboarding.apis.models import Api
from onboarding.checklists.models import ChecklistVersion
from onboarding.promotion.states import (
    APPROVED,
    OPEN,
    TURN,
    Risk,
    SpotCheck,
    Status,
    Turn,
)
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import UriKind

OURS = sorted(status for status, turn in TURN.items() if turn == Turn.REVIEWER)
DECIDED = [*sorted(APPROVED), Status.DECLINED, Status.LIVE]


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> Self:
        """Narrow to what this actor may know exists: a case belongs to both environments."""
        if actor.sees_all:
            return self
        mine = {organization for organization, _where in actor.represented}
        return self.filter(organization__in=mine)

    def of(self, organization_id: int) -> Self:
        """Narrow to one organisation's own."""
        return self.filter(organization=organization_id)

    def in_queue(self) -> Self:
        """Those that wait for the reviewers."""
        return self.filter(status__in=OURS)


class Case(models.Model):
    """One way from test to production, with its answers and its history.

    `status` changes in `promotion.services` only; triggers refuse what the table in `states` does
    not have, a decision by too few people, and a reviewer who has a part in the case. `content`
    is what shall go into production, fixed when the case is sent in; `digest` covers all that was
    shown to whoever decided.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="cases")
    number = models.PositiveIntegerField()  # of the organisation's
    name = models.CharField(max_length=100)
    system = models.ForeignKey(
        ClientSystem, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    revision = models.ForeignKey(
        Revision, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    api = models.ForeignKey(Api, models.PROTECT, null=True, blank=True, related_name="cases")
    checklist = models.ForeignKey(ChecklistVersion, models.PROTECT, related_name="+")
    earlier = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="later")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # How often it was sent in; yes and no belong to one round.
    round = models.PositiveSmallIntegerField(default=0)
    # Of an API, what token tests may call in production.
    test_url = models.URLField(max_length=500, blank=True)
    content = models.JSONField(default=dict)
    submitted_at = models.DateTimeField(null=True, blank=True)  # first: the place in the queue
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    turn_since = models.DateTimeField()
    our_seconds = models.PositiveIntegerField(default=0)
    their_seconds = models.PositiveIntegerField(default=0)
    risk = models.CharField(max_length=10, choices=Risk, default=Risk.NORMAL)
    is_sensitive = models.BooleanField(default=False)
    reviewers_needed = models.PositiveSmallIntegerField(default=1)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # As they stood when somebody last looked, for the list; decisions count anew.
    fails = models.PositiveSmallIntegerField(default=0)
    warns = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    passed_through = models.BooleanField(default=False)
    spot_check = models.CharField(max_length=10, choices=SpotCheck, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="case_risk_known"),
            models.CheckConstraint(
                condition=Q(spot_check__in=SpotCheck.values), name="case_spot_check_known"
            ),
            models.UniqueConstraint(
                fields=["organization", "number"], name="case_numbered_once_for_each_organization"
            ),
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(status__in=sorted(OPEN)),
                name="one_open_case_for_each_system",
            ),
            models.UniqueConstraint(
                fields=["api"],
                condition=Q(status__in=sorted(OPEN)),
                name="one_open_case_for_each_api",
            ),
            models.CheckConstraint(
                condition=Q(system__isnull=False, revision__isnull=False, api__isnull=True)
                | Q(system__isnull=True, revision__isnull=True, api__isnull=False),
                name="case_is_of_a_version_or_an_api",
            ),
            models.CheckConstraint(
                condition=Q(round=0, submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(round__gt=0, submitted_at__isnull=False, submitted_by__isnull=False),
                name="case_submission_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(round__gt=0) | Q(status__in=[Status.DRAFT, Status.WITHDRAWN]),
                name="case_is_sent_in_before_review",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("submitted_by")),
                name="case_reviewer_did_not_submit",
            ),
            models.CheckConstraint(
                condition=Q(second_reviewer__isnull=True) | ~Q(second_reviewer=F("submitted_by")),
                name="case_second_reviewer_did_not_submit",
            ),
            models.CheckConstraint(
                condition=Q(second_reviewer__isnull=True) | ~Q(second_reviewer=F("reviewer")),
                name="case_has_two_different_reviewers",
            ),
            models.CheckConstraint(
                condition=Q(second_reviewer__isnull=True) | Q(reviewer__isnull=False),
                name="case_has_a_first_reviewer_first",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.IN_REVIEW, Status.RESUBMITTED])
                | Q(reviewer__isnull=False),
                name="case_in_review_has_a_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(is_sensitive=False) | Q(reviewers_needed__gte=2),
                name="sensitive_case_needs_two_reviewers",
            ),
            models.CheckConstraint(
                condition=Q(reviewers_needed__gte=1) | Q(passed_through=True, risk=Risk.LOW),
                name="case_passes_without_reviewer_at_low_risk_only",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DECIDED, decided_at__isnull=False)
                | (~Q(status__in=DECIDED) & Q(decided_at__isnull=True)),
                name="case_decision_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["submitted_at", "id"], name="cases_in_queue"),
            models.Index(fields=["status", "submitted_at", "id"], name="cases_by_status"),
            models.Index(fields=["organization", "-created_at", "-id"], name="cases_of_owner"),
            models.Index(fields=["-decided_at"], name="cases_decided"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def turn(self) -> Turn:
        return TURN[Status(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def reviewer_ids(self) -> frozenset[int]:
        """Those who have the case now."""
        found = (self.reviewer_id, self.second_reviewer_id)
        return frozenset(pk for pk in found if pk is not None)

    @property
    def submitter_id(self) -> int:
        """Who sent it in last. Raises ValueError before anybody has."""
        if self.submitted_by_id is None:
            raise ValueError(f"case {self.pk} has not been sent in")
        return self.submitted_by_id

    def seconds_of(self, turn: Turn, at: datetime) -> int:
        """How long it has been somebody's turn altogether, from when it was first sent in."""
        known = {Turn.REVIEWER: self.our_seconds, Turn.SUPPLIER: self.their_seconds}.get(turn, 0)
        if self.submitted_at is None or self.turn != turn:
            return known
        return known + max(int((at - self.turn_since).total_seconds()), 0)


class CaseUri(models.Model):
    """A redirect or post-logout redirect URI for production: test's own do not go along."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="uris")
    kind = models.CharField(max_length=20, choices=UriKind)
    uri = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "uri"], name="case_uri_once"),
            models.CheckConstraint(
                condition=Q(kind__in=UriKind.values), name="case_uri_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.uri
