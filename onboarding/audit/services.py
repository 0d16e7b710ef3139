"""Adding to the event log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction

from onboarding.audit import chain
from onboarding.audit.models import Event

_LOCK = 0x5E1F  # any number; it names the log's advisory lock on PostgreSQL


def record(
    kind: str,
    *,
    subject: models.Model,
    actor: str,
    at: datetime,
    organization_id: int | None = None,
    environment: str = "",
    **details: str | int | bool | None,
) -> Event:
    """Add an event, in the same transaction as the change it describes.

    `kind` is noun.verb. `details` never carry secrets or key material. Writers queue at the end
    of the chain, so order, number and chain agree and there are no gaps.
    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record() must run in the transaction it describes")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    seq, previous = head()
    event = Event(
        seq=seq + 1,
        kind=kind,
        occurred_at=at,
        actor=actor,
        organization_id=organization_id,
        environment=environment,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        details=details,
    )
    event.chain = chain.link(previous, content(event))
    event.save(force_insert=True)
    return event


def content(event: Event) -> dict[str, Any]:
    """Return what the chain covers of an event."""
    return {
        "seq": event.seq,
        "kind": event.kind,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "actor": event.actor,
        "organization_id": event.organization_id,
        "environment": event.environment,
        "subject": event.subject,
        "details": event.details,
    }


def head() -> chain.Head:
    """Return the last event's number and chain value, to be noted where the log cannot reach."""
    last = Event.objects.order_by("-seq").values_list("seq", "chain").first()
    return chain.Head(*(last or (0, chain.GENESIS)))


def verify(noted: chain.Head | None = None) -> int | None:
    """Return the number of the first event that has been tampered with or is missing, or None.

    `noted` is a `head` from earlier; without one, missing events at the end do not show.
    """
    events = Event.objects.order_by("seq").iterator()
    rows = ((event.seq, event.chain, content(event)) for event in events)
    return chain.first_break(rows, noted)
