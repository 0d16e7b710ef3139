"""Telling people: rows in the transaction of the act, letters afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.core import mail
from onboarding.core.nudges import nudge
from onboarding.notices.models import PAUSES, Notice

log = logging.getLogger(__name__)

# A text, or what makes it in the language that is active: `lambda: _("…") % {"name": name}`.
Words = str | Callable[[], str]


class Recipient(NamedTuple):
    """Whom a row is for: a person, or only an address."""

    user: User | None
    email: str

    def __str__(self) -> str:
        return f"user:{self.user.pk}" if self.user else f"mail:{self.email.casefold()}"


def notify(
    *,
    users: Iterable[User] = (),
    emails: Iterable[str] = (),
    kind: str,
    subject: Words,
    text: Words,
    url: str = "",
    dedupe_key: str,
    at: datetime,
) -> int:
    """Tell people and addresses something, in the transaction of the act; return to how many.

    Each is told once for a `dedupe_key`, however often this is called. `url` is a path of this
    site, from `reverse`. Words that are functions are asked once for each language. Letters are
    sent later, by workers: nothing here waits for a mail server.
    Raises RuntimeError outside a transaction, ValueError for an address of another site.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("notify() must run in the transaction of what it tells of")
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError("a notice leads to a page of this site")
    recipients = [Recipient(user, user.email) for user in users if user.is_active]
    recipients += [Recipient(None, email) for email in emails if email]
    wanted = {str(each): each for each in recipients}
    told = Notice.objects.filter(recipient__in=wanted, dedupe_key=dedupe_key)
    for known in told.values_list("recipient", flat=True):
        del wanted[known]
    if not wanted:
        return 0
    said = _in_each_language(subject, text)
    rows = [
        Notice(
            user=each.user,
            email=each.email,
            recipient=recipient,
            kind=kind,
            words=said,
            url=url,
            dedupe_key=dedupe_key,
            created_at=at,
            send_at=at,
        )
        for recipient, each in wanted.items()
    ]
    # Two that tell the same at once write one row: the constraint decides, nobody fails.
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    nudge("notices.sweep")
    return len(rows)


def deliver(*, notice_id: UUID, at: datetime) -> bool:
    """Send the letter of a notice, if it is due; return whether the mail server took it.

    A sender that dies between the mail server's yes and our note of it lets the letter go out
    twice, with one Message-ID, rather than never.
    """
    notice = Notice.objects.due(at).select_related("user").filter(pk=notice_id).first()
    if notice is None or not Notice.objects.claim(notice, at):
        return False
    subject, text = _letter(notice)
    if not mail.send(to=notice.email, subject=subject, text=text, name=str(notice.pk)):
        if notice.attempts + 1 == len(PAUSES):
            log.error("Gave up sending the letter of notice %s.", notice.pk)
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=at)
    return True


def open_notice(*, notice_id: UUID, at: datetime) -> Notice:
    """Note that a person has read a notice. Safe to repeat: the first time stands."""
    Notice.objects.filter(pk=notice_id, opened_at=None).update(opened_at=at)
    return Notice.objects.get(pk=notice_id)


def open_all(*, user_id: int, at: datetime) -> int:
    """Note that a person has read all there is; return how many were unread."""
    return Notice.objects.filter(user_id=user_id, opened_at=None).update(opened_at=at)


def _letter(notice: Notice) -> tuple[str, str]:
    """Subject and text of the letter: plain text, and no address but ours."""
    language = (notice.user and notice.user.language) or settings.LANGUAGE_CODE
    subject, text = notice.said_in(language)
    with translation.override(language):
        parts = [text, settings.BASE_URL + notice.url if notice.url else ""]
        if notice.user:
            parts.append(_("Du finner alle varslene dine når du har logget inn i Selvbetjening."))
    return subject, "\n\n".join(part for part in parts if part)


def _in_each_language(subject: Words, text: Words) -> dict[str, list[str]]:
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = [
                words if isinstance(words, str) else words() for words in (subject, text)
            ]
    return said
