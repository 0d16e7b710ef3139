"""A client as its own software sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.keys.models import Key
from onboarding.keys.states import Origin
from onboarding.selfservice.content import Content
from onboarding.suppliers.queries import delegators_to, terms
from onboarding.systems.states import Tenancy, UriKind


def active_client(environment: str, client_id: object) -> ClientConfiguration | None:
    """Return the client that a token was issued to, if it is in use, with its system's version."""
    try:
        pk = UUID(str(client_id))
    except ValueError:
        return None
    rows = ClientConfiguration.objects.select_related("revision", "organization")
    # Not `first()`, which has one row be sorted.
    return next(iter(rows.filter(pk=pk, environment=environment, status=Status.ACTIVE)), None)


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
    """Return the client with the state of each part: what `GET client` answers.

    Four queries, of plain values and sorted here: of what software asks for most often, making
    objects and writing SQL is most of the cost.
    """
    scopes = sorted(
        client.scopes.values_list("scope__name", "scope__api", "access", "reason", "created_at")
    )
    ready = {api for _, api, access, *_ in scopes if access == Access.OK}
    claims = sorted(
        client.claims.values_list(
            "claim__claim_type", "claim__api", "value", "pending_value", "asked_at"
        )
    )
    uris = sorted(client.uris.values_list("pk", "kind", "uri"))
    return {
        "apiScopes": [
            {
                "scope": name,
                "status": "ok" if access == Access.OK else "pending",
                "statusReason": _scope_reason(access, reason, asked),
            }
            for name, _, access, reason, asked in scopes
        ],
        "audienceSpecificClientClaims": [
            _claim(kind, value, pending, asked, is_ready=api in ready)
            for kind, api, value, pending, asked in claims
        ],
        "redirectUris": [uri for _, kind, uri in uris if kind == UriKind.REDIRECT],
        "postLogoutRedirectUris": [uri for _, kind, uri in uris if kind == UriKind.POST_LOGOUT],
        "childOrganizationNumbers": sorted(client.children.values_list("number", flat=True)),
    }


def _scope_reason(access: str, reason: str, asked: datetime) -> str | None:
    match access:
        case Access.OK:
            return None
        case Access.DECLINED:
            return f"The owner of the API has declined it: {reason}"
    return f"Waits for the owner of the API since {asked:%Y-%m-%d}."


def _claim(
    kind: str, value: str, asked_value: str, asked: datetime | None, *, is_ready: bool
) -> dict[str, str | None]:
    active = value if value and is_ready else None
    if asked:
        waits = f"The owner of the API has been asked for the new value on {asked:%Y-%m-%d}."
        pending, reason = asked_value, waits
    elif not is_ready:
        pending, reason = value, "No scope of the API is ready to use yet."
    else:
        pending, reason = None, None
    return {
        "claimType": kind,
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


def delegations(client: ClientConfiguration, at: datetime) -> list[dict[str, Any]]:
    """Return the organisations that a multi-tenant client may act for; none for any other.

    One set of terms of use stands for all of a client's scopes: the version in force, with the
    page where that organisation reads it and signs. Before there is one, there are none to sign.

    The portal keeps no register of who is a member of Helsenettet: synthetic organisations count
    as members, others do not.
    """
    if client.revision is None or client.revision.tenancy != Tenancy.MULTI:
        return []
    delegators = list(delegators_to(client.organization_id, client.environment))
    in_force = terms.current(at)
    signed = terms.who_has_signed(in_force, delegators) if in_force else set()
    names = client.scopes.values_list("scope__name", flat=True)
    scopes = sorted(names) if in_force else []
    return [
        {
            "delegator": {
                "organizationNumber": delegator.number,
                "name": delegator.name,
                "isHelsenettMember": delegator.is_synthetic,
            },
            "serviceTerms": [
                {
                    "uri": settings.BASE_URL
                    + reverse("terms:own", args=[client.environment, delegator.number]),
                    "name": f"Terms of use {in_force.version}",
                    "delegatorHasSigned": delegator.pk in signed,
                    "scopes": scopes,
                }
            ]
            if in_force
            else [],
        }
        for delegator in delegators
    ]
