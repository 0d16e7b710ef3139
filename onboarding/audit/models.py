"""The event log: who did what, when. Rows are added and never changed; triggers see to it."""

from django.db import models


class Event(models.Model):
    """One act, described in the transaction that did it.

    No foreign keys: the log outlives what it tells of. `chain` is the SHA-256 over the previous
    event's chain value and this event's canonical JSON, so that a later change shows.
    """

    seq = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    organization_id = models.BigIntegerField(null=True, blank=True)
    environment = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=120)
    details = models.JSONField(default=dict)
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(
                fields=["environment", "organization_id", "-seq"], name="events_of_organization"
            ),
            models.Index(fields=["subject", "-seq"], name="events_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
