"""What people are told: a row first, in the transaction of what it tells of, and then a letter."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Protocol, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

# How long to wait after each attempt to send, whether its sender failed or died; then no more.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)


class Reader(Protocol):
    """Whoever looks: notices are a person's own, whatever else that person may see."""

    @property
    def user_id(self) -> int | None: ...


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Reader) -> Self:
        """Narrow to what this person has been told."""
        return self.filter(user_id=actor.user_id or 0)

    def unread(self) -> Self:
        return self.filter(opened_at__isnull=True)

    def due(self, at: datetime) -> Self:
        """Letters whose time has come and that nobody is sending."""
        return self.filter(
            ~Q(email=""), sent_at__isnull=True, send_at__lte=at, attempts__lt=len(PAUSES)
        )

    def claim(self, notice: Notice, at: datetime) -> bool:
        """Take one letter to send it; of two that arrive together one gets it."""
        free = self.due(at).filter(pk=notice.pk, attempts=notice.attempts)
        pause = PAUSES[min(notice.attempts, len(PAUSES) - 1)]
        return bool(free.update(attempts=F("attempts") + 1, send_at=at + pause))


class Notice(models.Model):
    """One thing told to one person, or to an address that belongs to no person.

    `words` holds subject and text in each language of the portal: the page speaks the reader's,
    the letter the one the person has chosen last. `url` is a path of this site.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices"
    )
    # Where the letter goes; "" for a person without an address, who reads it here.
    email = models.EmailField(blank=True)
    # user:<id> or mail:<address>; one is told a thing once, even with a new address.
    recipient = models.CharField(max_length=260)
    kind = models.CharField(max_length=60)
    words = models.JSONField()
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    # The outbox: when to try next, how often it was tried, when the mail server took it.
    send_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "dedupe_key"], name="a_thing_is_told_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(email=""), name="notice_has_a_recipient"
            ),
            models.CheckConstraint(
                condition=Q(url="") | (Q(url__startswith="/") & ~Q(url__startswith="//")),
                name="notice_leads_to_a_page_of_ours",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notices_of_a_person"),
            models.Index(
                fields=["send_at"],
                condition=Q(sent_at__isnull=True) & ~Q(email=""),
                name="letters_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def subject(self) -> str:
        return self.said_in(get_language() or "")[0]

    @property
    def text(self) -> str:
        return self.said_in(get_language() or "")[1]

    def said_in(self, language: str) -> tuple[str, str]:
        """Return subject and text in a language, in bokmål where it was not said in that one."""
        subject, text = self.words.get(language) or self.words[settings.LANGUAGE_CODE]
        return subject, text
