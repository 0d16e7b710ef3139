"""What a body asks for, in the terms of the services."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import pointer
from onboarding.selfservice.reading import faults_in
from onboarding.selfservice.schemas import ClaimValue, ClientDraftIn, ClientUpdateIn
from onboarding.selfservice.services.drafts import Asked
from onboarding.selfservice.services.fleet import Customer
from onboarding.selfservice.services.own import Wanted

_MEMBERS: Final = {
    "api_scopes": "apiScopes",
    "audience_specific_client_claims": "audienceSpecificClientClaims",
    "redirect_uris": "redirectUris",
    "post_logout_redirect_uris": "postLogoutRedirectUris",
    "child_organization_numbers": "childOrganizationNumbers",
}


def for_draft(draft: ClientDraftIn) -> Asked:
    """Return what a draft asks for."""
    return Asked(
        organization_number=draft.organization_number,
        public_jwk=as_text(draft.public_jwk),
        content=_content(draft),
        return_to=draft.post_client_confirmation_redirect_uri or "",
    )


def for_customers(rows: Sequence[Any], *place: str | int) -> list[Customer]:
    """Return what a list of drafts asks for, each by itself: one that is none stops no other.

    `place` is where the list stands in the body.
    """
    return [_customer(row, *place, index) for index, row in enumerate(rows)]


def _customer(row: Any, *place: str | int) -> Customer:
    number = row.get("organizationNumber", "") if isinstance(row, dict) else ""
    shown = str(number)[:20] if isinstance(number, str | int) else ""
    try:
        asked = for_draft(ClientDraftIn.model_validate(row))
    except ValidationError as error:
        return Customer(shown, pointer(*place), None, faults_in(error.errors(), *place))
    return Customer(shown, pointer(*place), asked, [])


def to_replace(update: ClientUpdateIn) -> Wanted:
    """Return how an update by PUT wants a client to be, whatever it is now."""
    return lambda old: (_content(update), update.redirect_uris is not None)


def to_merge(update: ClientUpdateIn) -> Wanted:
    """Return how a merge patch wants a client to be: as it is but for what it names (RFC 7396)."""
    named = {_MEMBERS[name] for name in update.model_fields_set}
    takes_redirects = "redirectUris" in named and update.redirect_uris is None

    def merged(old: Content) -> tuple[Content, bool]:
        new = _content(update).to_json()
        changed = {name: new[name] for name in named}
        return Content.of_json(old.to_json() | changed), not takes_redirects

    return merged


def as_text(key: str | dict[str, Any]) -> str:
    """Return a key as text, in whichever of the two forms it came."""
    return key if isinstance(key, str) else json.dumps(key)


def _content(asked: ClientDraftIn | ClientUpdateIn) -> Content:
    return Content(
        scopes=_each(asked.api_scopes),
        claims=_claims(asked.audience_specific_client_claims),
        redirect_uris=_each(asked.redirect_uris),
        post_logout_uris=_each(asked.post_logout_redirect_uris),
        children=_each(asked.child_organization_numbers),
    )


def _claims(values: list[ClaimValue] | None) -> tuple[tuple[str, str], ...]:
    return tuple((claim.key, claim.value) for claim in values or ())


def _each(values: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values or ()))
