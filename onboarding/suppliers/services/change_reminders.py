"""Reminding organisations of changes of the security profile that wait for their answer.

A week after the announcement, then weekly, and daily from two days before the thirty days are
over: until somebody has acknowledged each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.core.formats import day, in_words
from onboarding.notices.services import notify
from onboarding.suppliers.models import (
    Acknowledgement,
    ChangeNotice,
    ChangeReminder,
    Organization,
)
from onboarding.suppliers.queries import contacts as queries
from onboarding.suppliers.queries.recipients import administrators_of

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
# From this age of the oldest change on, each day counts.
DAILY_FROM = queries.TIME_TO_ACKNOWLEDGE - timedelta(days=2)


def remind(*, at: datetime) -> int:
    """Remind those whose reminder is due, each at most once a day; return how many."""
    published = ChangeNotice.objects.published().filter(
        is_profile_change=True, published_at__lte=at - WEEK
    )
    changes = list(published.order_by("published_at", "pk"))
    if not changes:
        return 0
    acknowledged = Acknowledgement.objects.filter(change__in=changes)
    done = set(acknowledged.values_list("organization", "change"))
    last = dict(ChangeReminder.objects.values_list("organization").annotate(Max("at")).order_by())
    count = 0
    for organization in Organization.objects.filter(pk__in=queries.concerned()).order_by("pk"):
        waiting = _waiting(organization, changes, done)
        if waiting and _is_due(waiting[0], last.get(organization.pk), at):
            count += _remind(organization, waiting, at)
    return count


def _waiting(
    organization: Organization, changes: Iterable[ChangeNotice], done: set[tuple[int, UUID]]
) -> list[ChangeNotice]:
    """What it has not acknowledged, the oldest first; what was before it came is not its."""
    return [
        change
        for change in changes
        if change.published_at
        and change.published_at >= organization.created_at
        and (organization.pk, change.pk) not in done
    ]


def _is_due(oldest: ChangeNotice, last: datetime | None, at: datetime) -> bool:
    if last is None or oldest.published_at is None or last < oldest.published_at:
        return True
    return at - last >= (DAY if at - oldest.published_at >= DAILY_FROM else WEEK)


@transaction.atomic
def _remind(organization: Organization, waiting: Sequence[ChangeNotice], at: datetime) -> int:
    try:
        with transaction.atomic():
            reminder = ChangeReminder.objects.create(
                organization=organization,
                on=localdate(at),
                at=at,
                changes=len(waiting),
                people=0,
            )
    except IntegrityError:  # another worker was faster, or it was today
        return 0
    reminder.people = _tell(organization, waiting, reminder, at)
    reminder.save(update_fields=["people"])
    return 1


def _tell(
    organization: Organization,
    waiting: Sequence[ChangeNotice],
    reminder: ChangeReminder,
    at: datetime,
) -> int:
    followers = [row.user for row in queries.followers(organization.pk)]
    users: list[User] = followers or list(administrators_of(organization.pk))
    return notify(
        users=users,
        kind="change.reminder",
        subject=lambda: _subject(organization, len(waiting)),
        text=lambda: "\n".join(map(_line, waiting)),
        url=reverse("contacts:list", args=[Environment.TEST, organization.number]),
        dedupe_key=f"change-reminder:{organization.pk}:{reminder.on.isoformat()}",
        at=at,
    )


def _subject(organization: Organization, count: int) -> str:
    text = ngettext(
        "Én endring av sikkerhetsprofilen venter på kvittering fra %(name)s",
        "%(count)s endringer av sikkerhetsprofilen venter på kvittering fra %(name)s",
        count,
    ) % {"count": in_words(count), "name": organization.name}
    return text[0].upper() + text[1:]


def _line(change: ChangeNotice) -> str:
    if change.published_at is None:
        return change.title
    until = day(change.published_at + queries.TIME_TO_ACKNOWLEDGE)
    return _("%(title)s: innen %(day)s.") % {"title": change.title, "day": until}
