"""What supplier and reviewer say to each other, item by item."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from onboarding.promotion.models.cases import Case


class Answer(models.Model):
    """The supplier's answer to one item: one of the given choices, and what stands behind it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="answers")
    item = models.CharField(max_length=10)
    choice = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "item"], name="one_answer_to_each_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.choice}"


class Comment(models.Model):
    """One line of the thread of an item, or of the whole case (`item` empty). Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="comments")
    item = models.CharField(max_length=10, blank=True)
    text = models.TextField()
    by_reviewer = models.BooleanField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Made with the form that wrote it: sent twice, it is one.
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]
        indexes = [models.Index(fields=["case", "created_at"], name="comments_of_case")]

    def __str__(self) -> str:
        return self.text[:40]
