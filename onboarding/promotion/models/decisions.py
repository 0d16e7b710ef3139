"""What reviewers judge and decide. What was decided never changes; triggers see to it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from onboarding.promotion.models.cases import Case
from onboarding.promotion.states import ConditionKind, Outcome

JUDGED = ["pass", "warn", "fail"]


class Judgement(models.Model):
    """What a reviewer says of an item that no machine can see."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="judgements")
    item = models.CharField(max_length=10)
    verdict = models.CharField(max_length=15)
    note = models.TextField(blank=True)
    judged_at = models.DateTimeField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "item"], name="one_judgement_of_each_item"),
            models.CheckConstraint(condition=Q(verdict__in=JUDGED), name="judgement_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.verdict}"


class Condition(models.Model):
    """On what an item that is not met is let through: a remark with its date, or an explained
    deviation with reason, risk and date.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="conditions")
    item = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=ConditionKind)
    due_on = models.DateField()
    reason = models.TextField(blank=True)
    risk = models.TextField(blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "item"], name="one_condition_for_each_item"),
            models.CheckConstraint(
                condition=Q(kind__in=ConditionKind.values), name="condition_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=ConditionKind.REMARK) | (~Q(reason="") & ~Q(risk="")),
                name="deviation_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.kind}"


class Decision(models.Model):
    """What one reviewer said, about exactly what was shown: `snapshot`, of which `digest` is the
    SHA-256. `submitted_by` repeats the case's, for the database to hold that nobody decides on what
    he sent in. A change that passed through has no reviewer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    message = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    snapshot = models.JSONField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.PASSED, reviewer__isnull=True)
                | (
                    ~Q(outcome=Outcome.PASSED)
                    & Q(reviewer__isnull=False)
                    & ~Q(reviewer=F("submitted_by"))
                ),
                name="decision_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.APPROVED, Outcome.PASSED]) | ~Q(message=""),
                name="a_no_has_its_message",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="decision_is_of_what_was_shown"
            ),
            models.UniqueConstraint(
                fields=["case", "round", "reviewer", "digest"],
                condition=Q(outcome=Outcome.APPROVED),
                name="one_yes_of_each_reviewer",
            ),
        ]
        indexes = [models.Index(fields=["case", "decided_at"], name="decisions_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class DecisionReason(models.Model):
    """One of the reason codes that a no was given with."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="reasons")
    code = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "code"], name="reason_given_once")
        ]

    def __str__(self) -> str:
        return self.code
