"""Answers that are kept for a while, so that a request sent again gets the same one."""

from __future__ import annotations

from django.db import models


class GivenAnswer(models.Model):
    """What was answered to a request with an `Idempotency-Key`.

    `caller` is an automation key or a client; of its key and of the request only the SHA-256 is
    here. While `status` is 0, the first request is still at work, in a transaction of its own.
    """

    caller = models.CharField(max_length=50)
    digest = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # As text: a second answer has the same octets.
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "digest"], name="one_answer_for_each_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="given_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.caller} {self.status}"
