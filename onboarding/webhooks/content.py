"""What a message says of an event, and whom it concerns. Ids and names, never a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any, NamedTuple
from uuid import UUID

from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.keys.models import Key
from onboarding.suppliers.models import Delegation, Organization
from onboarding.webhooks.kinds import BY_EVENT


class Message(NamedTuple):
    """One thing to tell, and the ids of the organisations that it concerns."""

    event: Event
    kind: str
    data: dict[str, Any]
    concerns: set[int]

    @property
    def content(self) -> dict[str, Any]:
        """The message as it is sent."""
        timestamp = self.event.occurred_at.astimezone(UTC).isoformat()
        return {"type": self.kind, "timestamp": timestamp, "data": self.data}


def messages(events: Iterable[Event]) -> list[Message]:
    """Return what is to be told of these events, in their order. Six queries at most.

    What no kind of the catalogue comes from is left out, and what is about a row that has gone.
    """
    told = [event for event in events if event.kind in BY_EVENT]
    subjects = {event.seq: _subject(event) for event in told}
    keys = _rows(Key.objects.all(), subjects, "keys.key")
    rights = _rows(
        Delegation.objects.select_related("delegator", "to_organization"),
        subjects,
        "suppliers.delegation",
    )
    wanted = {pk for model, pk in subjects.values() if model == "clients.clientconfiguration"}
    wanted |= {key.client_id for key in keys.values()}
    clients = ClientConfiguration.objects.select_related(
        "organization", "revision__system__organization"
    ).in_bulk(list(wanted))
    drafts = _rows(
        ClientDraft.objects.select_related("revision__system"), subjects, "clients.clientdraft"
    )
    numbers = {draft.organization_number for draft in drafts.values()}
    customers = {each.number: each for each in Organization.objects.filter(number__in=numbers)}
    found = []
    for event in told:
        pk = subjects[event.seq][1]
        if pk in rights:
            message = _of_right(event, rights[pk])
        elif pk in drafts:
            message = _of_draft(event, drafts[pk], customers)
        else:
            message = _of_client(event, clients, keys.get(pk), pk)
        found += [message] if message else []
    return found


def _rows(rows: Any, subjects: dict[int, tuple[str, UUID]], label: str) -> dict[UUID, Any]:
    wanted = {pk for model, pk in subjects.values() if model == label}
    found: dict[UUID, Any] = rows.in_bulk(list(wanted)) if wanted else {}
    return found


def _subject(event: Event) -> tuple[str, UUID]:
    model, _colon, pk = event.subject.partition(":")
    try:
        return model, UUID(pk)
    except ValueError:
        return "", UUID(int=0)


def _of_client(
    event: Event, clients: dict[UUID, ClientConfiguration], key: Key | None, pk: UUID
) -> Message | None:
    client = clients.get(key.client_id if key else pk)
    if client is None:
        return None
    data: dict[str, Any] = {
        "environment": client.environment,
        "client": {"id": str(client.pk), "name": client.name},
        "organization": _organization(client.organization),
        "system": None,
    }
    concerns = {client.organization_id, client.created_for_id}
    if client.revision:
        system = client.revision.system
        data["system"] = {"id": str(system.pk), "name": system.name}
        concerns.add(system.organization_id)
    if key:
        data["key"] = {"kid": key.kid, "expires_at": key.expires_at.astimezone(UTC).isoformat()}
    if scope := event.details.get("scope"):
        data["scope"] = scope
    if days := event.details.get("days_left"):
        data["days_left"] = days
    return Message(event, BY_EVENT[event.kind].name, data, concerns)


def _of_draft(
    event: Event, draft: ClientDraft, customers: Mapping[str, Organization]
) -> Message | None:
    """A draft that came to nothing: there is no client, only the id that it would have had."""
    customer = customers.get(draft.organization_number)
    if customer is None:
        return None
    system = draft.revision.system
    data = {
        "environment": draft.environment,
        "client": {"id": str(draft.pk), "name": draft.revision.name},
        "organization": _organization(customer),
        "system": {"id": str(system.pk), "name": system.name},
    }
    concerns = {customer.pk, system.organization_id}
    return Message(event, BY_EVENT[event.kind].name, data, concerns)


def _of_right(event: Event, right: Delegation) -> Message | None:
    """Between organisations only: what a person was given is nobody else's business."""
    if right.to_organization is None:
        return None
    data = {
        "environment": right.environment,
        "right": right.right,
        "delegator": _organization(right.delegator),
        "receiver": _organization(right.to_organization),
    }
    concerns = {right.delegator_id, right.to_organization.pk}
    return Message(event, BY_EVENT[event.kind].name, data, concerns)


def _organization(organization: Organization) -> dict[str, str]:
    return {"number": organization.number, "name": organization.name}
