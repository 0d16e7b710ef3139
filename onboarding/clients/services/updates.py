"""What a client's own software changes about it, after somebody has taken it into use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from onboarding.apis.models import ApiClaim, Scope
from onboarding.audit.services import record
from onboarding.clients.models import (
    ClientChild,
    ClientClaim,
    ClientConfiguration,
    ClientScope,
    ClientUri,
)
from onboarding.clients.rules import configurations as rules
from onboarding.clients.states import Access
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.services.braking import check_change
from onboarding.systems.states import UriKind


@transaction.atomic
def replace(
    client: ClientConfiguration,
    *,
    scopes: Iterable[Scope],
    claims: Mapping[ApiClaim, str],
    uris: Mapping[UriKind, Iterable[str]],
    children: Iterable[str],
    changed: str,
    by: Actor,
    at: datetime,
) -> None:
    """Set a client up anew: what is not named is gone, what was decided about the rest stays.

    The caller holds the client's lock and has checked what is asked for. New scopes that need
    approval wait for it. The new value of a claim waits too, where the API's owner has approved
    the client with the old one. `changed` says which parts differ, for the log. Raises Braked.
    """
    check_change(organization_id=client.organization_id, environment=client.environment, at=at)
    wanted = list(scopes)
    client.scopes.exclude(scope__in=wanted).delete()
    present = set(client.scopes.values_list("scope", flat=True))
    ClientScope.objects.bulk_create(
        ClientScope(
            client=client,
            scope=scope,
            access=rules.access(scope, client.organization_id),
            created_at=at,
        )
        for scope in wanted
        if scope.pk not in present
    )
    _replace_claims(client, claims, at)
    client.uris.all().delete()
    ClientUri.objects.bulk_create(
        ClientUri(client=client, kind=kind, uri=uri)
        for kind, addresses in uris.items()
        for uri in addresses
    )
    client.children.all().delete()
    ClientChild.objects.bulk_create(
        ClientChild(client=client, number=number) for number in children
    )
    record(
        "client.updated",
        subject=client,
        actor=by.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        changed=changed,
    )


def _replace_claims(
    client: ClientConfiguration, claims: Mapping[ApiClaim, str], at: datetime
) -> None:
    client.claims.exclude(claim__in=list(claims)).delete()
    present = {row.claim_id: row for row in client.claims.all()}
    approved = set(
        client.scopes.filter(access=Access.OK, decided_at__isnull=False).values_list(
            "scope__api", flat=True
        )
    )
    for claim, value in claims.items():
        row = present.get(claim.pk) or ClientClaim(client=client, claim=claim, value="")
        if claim.api_id in approved:
            _ask(row, value, at)
        else:
            row.value, row.pending_value, row.asked_at = value, "", None
        row.save()


def _ask(row: ClientClaim, value: str, at: datetime) -> None:
    """Have the API's owner asked about another value; the old one again needs no asking."""
    if value == row.value:
        row.pending_value, row.asked_at = "", None
    elif value != row.pending_value:
        row.pending_value, row.asked_at = value, at
