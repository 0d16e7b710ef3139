"""Work for the workers, as rows: who has it, since when, how often it was tried.

A job is queued, claimed by one worker at a time under a lease, and finished by the holder of the
newest claim only. A worker that dies loses its lease; the sweep hands the row to another one. A
job that has been claimed too often is given up in sight of the person who asked for it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(seconds=25)
MAX_ATTEMPTS = 3
# A nudge is expected to arrive well within this; later the sweep nudges again.
NUDGE_GRACE = timedelta(seconds=4)
# By how much clocks of two machines may differ. A moment further ahead was noted before a clock
# was put back, and would hold a job up until it comes again.
APART = timedelta(seconds=10)

J = TypeVar("J", bound="Job")


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("I kø")
    RUNNING = "running", _("Pågår")
    PASSED = "passed", _("Bestått")
    FAILED = "failed", _("Feilet")


OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)


class JobQuerySet(models.QuerySet[J]):
    def due(self, at: datetime) -> Self:
        """Jobs nobody works on: queued for longer than a nudge takes, or with a dead holder."""
        waits = Q(queued_at__lt=at - NUDGE_GRACE) | Q(queued_at__gt=at + APART)
        return self.filter(Q(waits, status=JobStatus.QUEUED) | _deserted(at))

    def claim(self, pk: uuid.UUID, at: datetime, **fields: object) -> uuid.UUID | None:
        """Take a job for `LEASE`; return the claim to finish it with, or None if it is not free.

        One conditional UPDATE decides, so of two workers that arrive together one gets None.
        `fields` of the job are written with it.
        """
        claim = uuid.uuid4()
        free = Q(status=JobStatus.QUEUED) | _deserted(at)
        taken = self.filter(free, pk=pk, attempts__lt=MAX_ATTEMPTS).update(
            status=JobStatus.RUNNING,
            claim=claim,
            lease_until=at + LEASE,
            started_at=at,
            attempts=F("attempts") + 1,
            **fields,
        )
        return claim if taken else None

    def exhausted(self, at: datetime) -> Self:
        """Jobs whose last permitted attempt has died too."""
        return self.filter(_deserted(at), attempts__gte=MAX_ATTEMPTS)

    def held(self, pk: uuid.UUID, claim: uuid.UUID) -> Self:
        """The job, if this claim is still the newest: what a finishing UPDATE filters by."""
        return self.filter(pk=pk, claim=claim, status=JobStatus.RUNNING)


def _deserted(at: datetime) -> Q:
    """Jobs whose holder's time is over, or would be over much later than any lease lasts."""
    is_over = Q(lease_until__lt=at) | Q(lease_until__gt=at + LEASE + APART)
    return Q(is_over, status=JobStatus.RUNNING)


class Job(models.Model):
    """What every job row has. `status` is written by claim() and by the services of its app."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    queued_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # A stable code of the error catalogue; never an exception's own text.
    failure = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.status in OPEN
