"""Noting how changes of keys went, before the traces that show it are gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Count, F, Max, Min, Q

from onboarding.checklists.facts import PERIOD
from onboarding.checklists.models import KeyChange
from onboarding.checklists.queries import attribution
from onboarding.core.environments import Environment
from onboarding.keys.models import Key
from onboarding.traffic.models import Trace
from onboarding.traffic.states import Endpoint, Origin, Outcome

BEFORE: Final = timedelta(hours=1)
AFTER: Final = timedelta(hours=24)
AT_ONCE: Final = 200


class _Use(NamedTuple):
    first: datetime | None
    last: datetime | None
    tokens: int


def note_key_changes(*, at: datetime) -> int:
    """Note each key of a client in test that has retired while a later one applied.

    What a row says is counted anew for as long as requests may still come that belong to it, and
    then stays. Safe to repeat; returns how many rows were written.
    """
    retired = Q(revoked_at__gt=at - PERIOD) | Q(
        revoked_at=None, expires_at__gt=at - PERIOD, expires_at__lte=at
    )
    settled = KeyChange.objects.filter(noted_at__gt=F("retired_at") + AFTER)
    due = Key.objects.filter(retired, client__environment=Environment.TEST)
    waiting = due.exclude(pk__in=settled.values("old")).order_by("-created_at")[:AT_ONCE]
    return sum(_note(old, at) for old in waiting)


def _note(old: Key, at: datetime) -> bool:
    retired_at = old.revoked_at or old.expires_at
    new = _successor(old, retired_at)
    if new is None:
        return False
    before, after = _use(old), _use(new)
    KeyChange.objects.update_or_create(
        old=old,
        defaults={
            "client_id": old.client_id,
            "new": new,
            "retired_at": retired_at,
            "new_first_used_at": after.first,
            "old_last_used_at": before.last,
            "tokens_old": before.tokens,
            "tokens_new": after.tokens,
            "refused": _refused(old, before, after, retired_at),
            "noted_at": at,
        },
    )
    return True


def _successor(old: Key, retired_at: datetime) -> Key | None:
    """Return the first later key that still applied when the old one retired."""
    later = Key.objects.filter(
        Q(revoked_at=None) | Q(revoked_at__gt=retired_at),
        client=old.client_id,
        created_at__gt=old.created_at,
        created_at__lte=retired_at,
        expires_at__gt=retired_at,
    )
    return later.order_by("created_at", "pk").first()


def _use(key: Key) -> _Use:
    """When the client itself signed with a key, and how many tokens it got."""
    mine = Trace.objects.filter(
        client=key.client_id, kid=key.kid, signed=True, endpoint=Endpoint.TOKEN
    ).filter(origin=Origin.CLIENT)
    issued = Q(outcome=Outcome.OK)
    found = mine.aggregate(
        first=Min("at", filter=issued), last=Max("at"), tokens=Count("pk", filter=issued)
    )
    return _Use(**found)


def _refused(old: Key, before: _Use, after: _Use, retired_at: datetime) -> int:
    """How many of the client's own requests were refused for their key around the change."""
    begin = (after.first or retired_at) - BEFORE
    end = (before.last or retired_at) + AFTER
    around = Trace.objects.filter(
        client=old.client_id, at__gte=begin, at__lte=end, origin=Origin.CLIENT
    )
    return len(attribution.own(around))
