"""From the event log to deliveries: each event once for each address that wants it (ADR 24)."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef

from onboarding.audit.models import Event
from onboarding.audit.services import record
from onboarding.clients.states import Status
from onboarding.core.nudges import nudge
from onboarding.keys.models import Key
from onboarding.suppliers.actors import SYSTEM
from onboarding.webhooks.content import Message, messages
from onboarding.webhooks.models import Delivery, Endpoint, Feed
from onboarding.webhooks.states import AT_ONCE, Stopped

BATCH = 500
# Days before a key ends on which it is told.
WARNED = (30, 7, 1)


@transaction.atomic
def fan_out(*, at: datetime) -> int:
    """Turn the next events of the log into deliveries; return how many events were read.

    The log has no gaps and is committed in its order, so a number says how far one has come. The
    row that holds it is locked: of two workers one reads, the other finds nothing to do.
    """
    feed = _feed()
    if feed is None:
        return 0
    events = list(Event.objects.filter(seq__gt=feed.seq).order_by("seq")[:BATCH])
    if not events:
        return 0
    found = messages(events)
    wanted = _deliveries(found, at) if found else []
    Delivery.objects.bulk_create(wanted)
    feed.seq = events[-1].seq
    feed.save(update_fields=["seq"])
    begun: dict[object, int] = defaultdict(int)
    for delivery in wanted:
        begun[delivery.endpoint_id] += 1
        if begun[delivery.endpoint_id] <= AT_ONCE:
            nudge("webhooks.deliver", delivery_id=str(delivery.pk))
    return len(events)


@transaction.atomic
def announce_expiring(*, at: datetime) -> int:
    """Note in the log which keys end soon, once for each of the days told of; return how many.

    Silent about a key whose client has used a newer one.
    """
    if _feed() is None:
        return 0
    newer = Key.objects.usable(at).filter(
        client=OuterRef("client"), last_used_at__isnull=False, expires_at__gt=OuterRef("expires_at")
    )
    ending = Key.objects.usable(at).filter(
        ~Exists(newer),
        expires_at__lte=at + timedelta(days=max(WARNED)),
        client__status=Status.ACTIVE,
    )
    keys = list(ending.select_related("client"))
    subjects = [f"keys.key:{key.pk}" for key in keys]
    told = Event.objects.filter(kind="key.expiring", subject__in=subjects)
    known = set(told.values_list("subject", "details__days_left"))
    count = 0
    for key in keys:
        days = min(day for day in WARNED if key.expires_at <= at + timedelta(days=day))
        if (f"keys.key:{key.pk}", days) not in known:
            record(
                "key.expiring",
                subject=key,
                actor=SYSTEM.name,
                at=at,
                organization_id=key.client.organization_id,
                environment=key.client.environment,
                client=str(key.client_id),
                kid=key.kid,
                days_left=days,
            )
            count += 1
    return count


def _feed() -> Feed | None:
    """Lock the place in the log; None where another worker has it."""
    Feed.objects.get_or_create(pk=1)
    return Feed.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _deliveries(found: list[Message], at: datetime) -> list[Delivery]:
    concerned = {pk for message in found for pk in message.concerns}
    endpoints = defaultdict(list)
    # What happens while an address is switched off waits for it, unless it said that it is gone.
    there = Endpoint.objects.exclude(stopped_why=Stopped.GONE).filter(organization__in=concerned)
    for endpoint in there:
        endpoints[endpoint.organization_id, endpoint.environment].append(endpoint)
    return [
        Delivery(
            endpoint=endpoint,
            message_id=f"msg_{uuid4().hex}",
            kind=message.kind,
            body=json.dumps(message.content, ensure_ascii=False),
            event_seq=message.event.seq,
            created_at=at,
            queued_at=at,
            due_at=at,
        )
        for message in found
        for organization_id in sorted(message.concerns)
        for endpoint in endpoints[organization_id, message.data["environment"]]
        if message.kind in endpoint.kinds and endpoint.created_at <= message.event.occurred_at
    ]
