"""Allowing a client in test an old habit by name, and taking that back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration, ClientLeniency
from onboarding.clients.rules import leniencies as rules
from onboarding.clients.states import Leniency
from onboarding.core.refusals import NotPermitted
from onboarding.suppliers.actors import Actor


@transaction.atomic
def switch(*, client_id: UUID, name: Leniency, on: bool, by: Actor, at: datetime) -> None:
    """Let the authorization server tolerate a habit of the client from now on, or no longer.

    It holds at the next token request. Doing it twice does nothing the second time.
    Raises Refused, in production always.
    """
    client = ClientConfiguration.objects.select_for_update(of=("self",)).get(pk=client_id)
    rules.check(client, by)
    if by.user_id is None:
        raise NotPermitted(_("Et testunntak må slås på av en person."))
    if on:
        changed = ClientLeniency.objects.get_or_create(
            client=client,
            name=name,
            defaults={
                "environment": client.environment,
                "switched_at": at,
                "switched_by_id": by.user_id,
            },
        )[1]
    else:
        changed = bool(ClientLeniency.objects.filter(client=client, name=name).delete()[0])
    if changed:
        record(
            "client.leniency_on" if on else "client.leniency_off",
            subject=client,
            actor=by.name,
            at=at,
            organization_id=client.organization_id,
            environment=client.environment,
            name=str(name),
        )
