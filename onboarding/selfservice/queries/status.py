"""A client as its own software sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from onboarding.clients.models import ClientClaim, ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.keys.models import Key
from onboarding.keys.states import Origin
from onboarding.selfservice.content import Content
from onboarding.suppliers.queries import delegators_to
from onboarding.systems.states import Tenancy, UriKind


def active_client(environment: str, client_id: object) -> ClientConfiguration | None:
    """Return the client that a token was issued to, if it is in use, with its system's version."""
    try:
        pk = UUID(str(client_id))
    except ValueError:
        return None
    rows = ClientConfiguration.objects.select_related("revision", "organization")
    return rows.filter(pk=pk, environment=environment, status=Status.ACTIVE).first()


def content(client: ClientConfiguration) -> Content:
    """Return how a client's software has set it up; of a claim the value that was asked last.

    Four queries.
    """
    uris = sorted(client.uris.all(), key=lambda row: row.pk)
    claims = client.claims.select_related("claim").order_by("claim__claim_type")
    return Content(
        scopes=tuple(client.scopes.values_list("scope__name", flat=True).order_by("scope__name")),
        claims=tuple((row.claim.claim_type, row.pending_value or row.value) for row in claims),
        redirect_uris=tuple(row.uri for row in uris if row.kind == UriKind.REDIRECT),
        post_logout_uris=tuple(row.uri for row in uris if row.kind == UriKind.POST_LOGOUT),
        children=tuple(client.children.values_list("number", flat=True).order_by("number")),
    )


def current(client: ClientConfiguration) -> dict[str, Any]:
    """Return the client with the state of each part: what `GET client` answers. Four queries."""
    scopes = client.scopes.select_related("scope__api").order_by("scope__name")
    rows = list(scopes)
    ready = {row.scope.api_id for row in rows if row.access == Access.OK}
    claims = client.claims.select_related("claim").order_by("claim__claim_type")
    uris = sorted(client.uris.all(), key=lambda row: row.pk)
    return {
        "apiScopes": [
            {
                "scope": row.scope.name,
                "status": "ok" if row.access == Access.OK else "pending",
                "statusReason": _scope_reason(row.access, row.reason, row.created_at),
            }
            for row in rows
        ],
        "audienceSpecificClientClaims": [_claim(row, row.claim.api_id in ready) for row in claims],
        "redirectUris": [row.uri for row in uris if row.kind == UriKind.REDIRECT],
        "postLogoutRedirectUris": [row.uri for row in uris if row.kind == UriKind.POST_LOGOUT],
        "childOrganizationNumbers": [row.number for row in client.children.order_by("number")],
    }


def _scope_reason(access: str, reason: str, asked: datetime) -> str | None:
    match access:
        case Access.OK:
            return None
        case Access.DECLINED:
            return f"The owner of the API has declined it: {reason}"
    return f"Waits for the owner of the API since {asked:%Y-%m-%d}."


def _claim(row: ClientClaim, is_ready: bool) -> dict[str, str | None]:
    active = row.value if row.value and is_ready else None
    if row.asked_at:
        waits = f"The owner of the API has been asked for the new value on {row.asked_at:%Y-%m-%d}."
        pending, reason = row.pending_value, waits
    elif not is_ready:
        pending, reason = row.value, "No scope of the API is ready to use yet."
    else:
        pending, reason = None, None
    return {
        "claimType": row.claim.claim_type,
        "activeClaimValue": active,
        "pendingClaimValue": pending,
        "status": "ok" if pending is None else "updatePending" if active else "pending",
        "statusReason": reason,
    }


def version(client: Mapping[str, Any]) -> str:
    """Return the entity tag of what current() returned (RFC 9110 §8.8.3)."""
    return f'"{sha256(json.dumps(client, sort_keys=True).encode()).hexdigest()[:32]}"'


def keys(client: ClientConfiguration, at: datetime) -> list[dict[str, Any]]:
    """Return the client's keys that are in use, the oldest first. One query."""
    return [
        {
            "expiration": moment(key.expires_at),
            "kid": key.kid,
            "jwkThumbprint": key.thumbprint,
            "origin": "Api" if key.origin == Origin.API else "Gui",
            "publicJwk": None,
        }
        for key in Key.objects.filter(client=client).usable(at).order_by("created_at", "pk")
    ]


def moment(at: datetime) -> str:
    """Return a moment as every client can read it: ISO 8601 to the second, with its zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def delegations(client: ClientConfiguration) -> list[dict[str, Any]]:
    """Return the organisations that a multi-tenant client may act for; none for any other.

    The portal keeps no register of who is a member of Helsenettet: synthetic organisations count
    as members, others do not.
    """
    if client.revision is None or client.revision.tenancy != Tenancy.MULTI:
        return []
    return [
        {
            "delegator": {
                "organizationNumber": delegator.number,
                "name": delegator.name,
                "isHelsenettMember": delegator.is_synthetic,
            },
            "serviceTerms": [],
        }
        for delegator in delegators_to(client.organization_id, client.environment)
    ]
