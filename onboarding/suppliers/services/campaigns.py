"""Telling everybody who has to accept new terms: once when they come, then as the day nears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.core.formats import day
from onboarding.notices.services import notify
from onboarding.suppliers.models import Organization, Reminder, Terms
from onboarding.suppliers.queries import terms as queries
from onboarding.suppliers.queries.recipients import addresses_of
from onboarding.suppliers.rules.terms import REMINDERS
from onboarding.suppliers.states import Role

# For how long after the day it is still worth saying that it has come.
AFTERWARDS = timedelta(days=7)


def announce(terms: Terms, at: datetime) -> None:
    """Tell the people of every organisation in the campaign of a version that was published."""
    for organization in queries.campaigned():
        _tell(terms, organization, f"terms:{terms.pk}:{organization.pk}:published", at, _announced)


def remind(*, at: datetime) -> int:
    """Remind those who have not accepted a version that comes, or has come; return how many times.

    Each kind of reminder goes to an organisation once: a row says so. A reminder that was missed
    while no worker ran is left out where a nearer one is due.
    """
    versions = Terms.objects.published().filter(valid_from__gt=at - AFTERWARDS)
    return sum(_remind_of(terms, at) for terms in versions)


def _remind_of(terms: Terms, at: datetime) -> int:
    days = _due(terms, at)
    if days is None:
        return 0
    reminded = Reminder.objects.filter(terms=terms, days=days).values("organization")
    count = 0
    for organization in queries.not_signed(terms).exclude(pk__in=reminded):
        count += _remind(terms, organization, days, at)
    return count


def _due(terms: Terms, at: datetime) -> int | None:
    """Return which reminder is due: the nearest whose time has come since the announcement."""
    if terms.valid_from is None or terms.published_at is None:
        return None
    for days in sorted(REMINDERS):
        time = terms.valid_from - timedelta(days=days)
        if time <= at:
            # The announcement itself has said it where it came no earlier than the day before.
            return days if terms.published_at < time - timedelta(days=1) else None
    return None


@transaction.atomic
def _remind(terms: Terms, organization: Organization, days: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            reminder = Reminder.objects.create(
                terms=terms, organization=organization, days=days, people=0, at=at
            )
    except IntegrityError:  # another worker was faster
        return 0
    words = _has_come if days == 0 else _comes
    key = f"terms:{terms.pk}:{organization.pk}:{days}"
    reminder.people = _tell(terms, organization, key, at, words)
    reminder.save(update_fields=["people"])
    return 1


def _tell(
    terms: Terms,
    organization: Organization,
    key: str,
    at: datetime,
    words: Callable[[Terms, str, datetime], str],
) -> int:
    who = Q(memberships__signatory__isnull=False) | Q(memberships__role=Role.ADMIN)
    users = User.objects.filter(who, memberships__organization=organization).distinct()
    name = organization.name
    return notify(
        users=users,
        emails=addresses_of(organization.pk),
        kind="terms.campaign",
        subject=lambda: words(terms, name, at),
        text=lambda: _what_follows(terms, name),
        url=reverse("terms:own", args=[Environment.TEST, organization.number]),
        dedupe_key=key,
        at=at,
    )


def _announced(terms: Terms, name: str, at: datetime) -> str:
    words = {"version": terms.version, "day": _day(terms), "name": name}
    return _("Nye bruksvilkår for %(name)s: versjon %(version)s gjelder fra %(day)s") % words


def _comes(terms: Terms, name: str, at: datetime) -> str:
    left = max(1, ((terms.valid_from or at) - at + timedelta(hours=12)).days)
    words = {"version": terms.version, "name": name, "days": left}
    return (
        ngettext(
            "Én dag igjen: bruksvilkårene %(version)s er ikke godtatt for %(name)s",
            "%(days)s dager igjen: bruksvilkårene %(version)s er ikke godtatt for %(name)s",
            left,
        )
        % words
    )


def _has_come(terms: Terms, name: str, at: datetime) -> str:
    words = {"version": terms.version, "name": name}
    return _("Bruksvilkårene %(version)s gjelder, og er ikke godtatt for %(name)s") % words


def _what_follows(terms: Terms, name: str) -> str:
    words = {"version": terms.version, "day": _day(terms), "name": name}
    return (
        _(
            "En person med signaturrett må godta versjon %(version)s for %(name)s innen %(day)s. "
            "Er det ikke gjort da, kan dere ikke opprette eller endre noe i produksjon før det er "
            "gjort. Klienter som er i produksjon, får tokener som før.\n\n"
            "En administrator sier hvem som har signaturrett, på siden «Folk og tilganger»."
        )
        % words
    )


def _day(terms: Terms) -> str:
    return day(terms.valid_from) if terms.valid_from else ""
