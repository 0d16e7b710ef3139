"""A client as its own software sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.selfservice.content import Content
from onboarding.systems.states import UriKind


def active_client(environment: str, client_id: object) -> ClientConfiguration | None:
    """Return the client that a token was issued to, if it is in use, with its system's version."""
    try:
        pk = UUID(str(client_id))
    except ValueError:
        return None
    rows = ClientConfiguration.objects.select_related("revision", "organization")
    return rows.filter(pk=pk, environment=environment, status=Status.ACTIVE).first()


def content(client: ClientConfiguration) -> Content:
    """Return how a client is set up now. Four queries."""
    uris = sorted(client.uris.all(), key=lambda row: row.pk)
    claims = client.claims.values_list("claim__claim_type", "value").order_by("claim__claim_type")
    return Content(
        scopes=tuple(client.scopes.values_list("scope__name", flat=True).order_by("scope__name")),
        claims=tuple(claims),
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
        "audienceSpecificClientClaims": [
            _claim(row.claim.claim_type, row.value, row.claim.api_id in ready) for row in claims
        ],
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


def _claim(name: str, value: str, is_ready: bool) -> dict[str, str | None]:
    return {
        "claimType": name,
        "activeClaimValue": value if is_ready else None,
        "pendingClaimValue": None if is_ready else value,
        "status": "ok" if is_ready else "pending",
        "statusReason": None if is_ready else "No scope of the API is ready to use yet.",
    }
