"""Reads over what people have been told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from onboarding.notices.models import Notice, NoticeQuerySet, Reader

AT_ONCE = 200


def waiting(at: datetime) -> list[UUID]:
    """Return the letters to send now, the oldest first, as many as one sweep hands out."""
    due = Notice.objects.due(at).order_by("send_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


def unread(actor: Reader) -> NoticeQuerySet:
    """Return what this person has not opened yet, the newest first."""
    return Notice.objects.visible_to(actor).unread().order_by("-created_at", "pk")
