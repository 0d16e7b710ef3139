"""For how long a client's access tokens live in test."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.rules import configurations as rules
from onboarding.suppliers.actors import Actor


@transaction.atomic
def choose(*, client_id: UUID, seconds: int | None, by: Actor, at: datetime) -> ClientConfiguration:
    """Let the client's access tokens live for so long from now on; None: as everybody's do.

    Raises NotPermitted, and NotPossibleNow outside test and for a life that nobody may choose.
    """
    client = ClientConfiguration.objects.select_for_update().get(pk=client_id)
    rules.check_token_life(client, seconds, by)
    client.token_life = seconds
    client.save(update_fields=["token_life"])
    record(
        "client.token_life_chosen",
        subject=client,
        actor=by.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        seconds=seconds,
    )
    return client
