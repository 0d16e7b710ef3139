"""What may happen once only, remembered for as long as it could be tried again."""

from django.db import models


class UsedOnce(models.Model):
    """A value that has been used: an assertion's or a proof's `jti`, as a SHA-256 over its purpose.

    Durable and shared by all processes, because a replay must be refused by each of them.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:16]
