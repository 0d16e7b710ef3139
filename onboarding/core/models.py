"""What may happen once only, or by few at a time, remembered for all processes together."""

from django.db import models


class UsedOnce(models.Model):
    """A value that has been used: an assertion's or a proof's `jti`, as a SHA-256 over its purpose.

    Durable and shared by all processes, because a replay must be refused by each of them.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:16]


class Turn(models.Model):
    """A place among few that somebody has for a while: see `core.turns`."""

    what = models.CharField(max_length=300)
    place = models.PositiveSmallIntegerField()
    holder = models.UUIDField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "place"], name="one_holder_of_each_place")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.place}"
