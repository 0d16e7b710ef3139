"""Telling a client's people that a key of theirs ends, in good time and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.clients.states import Status
from onboarding.core import formats
from onboarding.keys.models import Key, KeyQuerySet
from onboarding.notices.services import notify
from onboarding.suppliers.queries import recipients

# How many days before a key ends its people are told.
DAYS: Final = (1, 7, 30, 60)
MOST_NAMED: Final = 20


def remind(*, at: datetime) -> int:
    """Tell of keys that end within 60, 30, 7 and 1 days, once for each; return of how many.

    An organisation gets one notice for all its keys of an environment that are due. Nobody is told
    of a key whose client has a later one in use, nor of a day that was over when the key was
    registered. Nothing else happens to a key that ends: its row stays. Safe to repeat.
    """
    told = 0
    for days in DAYS:
        owners = _due(days, at).values_list("client__organization", "client__environment")
        for organization_id, environment in sorted(set(owners)):
            told += _tell(organization_id, environment, days, at)
    return told


def _due(days: int, at: datetime) -> KeyQuerySet:
    life = timedelta(days=days)
    later = Key.objects.filter(
        client=OuterRef("client"), expires_at__gt=OuterRef("expires_at"), revoked_at=None
    ).exclude(last_used_at=None)
    not_told = Q(told_days=None) | Q(told_days__gt=days)
    due = Key.objects.usable(at).filter(not_told, client__status=Status.ACTIVE)
    return due.filter(
        ~Exists(later), expires_at__lte=at + life, created_at__lt=F("expires_at") - life
    )


@transaction.atomic
def _tell(organization_id: int, environment: str, days: int, at: datetime) -> int:
    due = _due(days, at).filter(
        client__organization=organization_id, client__environment=environment
    )
    keys = list(
        due.select_for_update(of=("self",), skip_locked=True)
        .select_related("client__organization")
        .order_by("expires_at", "pk")
    )
    if not keys:
        return 0
    notify(
        users=recipients.writers_of(organization_id, environment),
        kind="key.expiring",
        subject=lambda: _subject(keys),
        text=lambda: _text(keys),
        url=_address(keys),
        dedupe_key=f"key.expiring:{days}:{keys[0].pk}",
        at=at,
    )
    Key.objects.filter(pk__in=[key.pk for key in keys]).update(told_days=days)
    return len(keys)


def _subject(keys: Sequence[Key]) -> str:
    if len(keys) > 1:
        return _("%(count)s nøkler går snart ut") % {"count": formats.number(len(keys))}
    values = {"client": keys[0].client.name, "day": formats.day(keys[0].expires_at)}
    return _("En nøkkel til %(client)s går ut %(day)s") % values


def _text(keys: Sequence[Key]) -> str:
    lines = [
        _("%(client)s: %(kid)s går ut %(day)s.")
        % {"client": key.client.name, "kid": key.kid, "day": formats.day(key.expires_at)}
        for key in keys[:MOST_NAMED]
    ]
    if len(keys) > MOST_NAMED:
        lines.append(_("Og %(count)s til.") % {"count": formats.number(len(keys) - MOST_NAMED)})
    advice = _(
        "Registrer en ny nøkkel og ta den i bruk før den gamle går ut. Begge virker så lenge. "
        "Uten en ny nøkkel får klienten ikke token fra den dagen."
    )
    return "\n\n".join(("\n".join(lines), advice))


def _address(keys: Sequence[Key]) -> str:
    client = keys[0].client
    tenant = [client.environment, client.organization.number]
    if len(keys) > 1:
        return reverse("clients:list", args=tenant)
    return reverse("client", args=[*tenant, client.pk]) + "#keys"
