"""The shapes of the API, in the names that its callers know."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

Text = Annotated[str, Field(max_length=2000)]
Number = Annotated[str, Field(description="An organisation number: nine digits.")]


KeyIn = Annotated[
    Text | dict[str, Any],
    Field(description="The public key: a JSON string that holds a JWK, or the JWK itself."),
]


class Camel(Schema):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True
    )


class ClaimValue(Camel):
    """The value of an API-specific claim."""

    key: Text
    value: Text


class ClientDraftIn(Camel):
    """What software asks for on behalf of a customer. Null means the same as leaving it out."""

    organization_number: Number
    public_jwk: KeyIn
    api_scopes: Annotated[
        list[Text] | None,
        Field(description="Those that the client system preselects, if left out or empty."),
    ] = None
    audience_specific_client_claims: list[ClaimValue] | None = None
    redirect_uris: list[Text] | None = None
    post_logout_redirect_uris: list[Text] | None = None
    child_organization_numbers: list[Number] | None = None
    post_client_confirmation_redirect_uri: Annotated[
        Text | None,
        Field(
            description="Where the browser goes with `?status=…`: http://localhost or "
            "http://127.0.0.1 with a port from 1024, or https at a host of the client system."
        ),
    ] = None


class ClientDraftOut(Camel):
    client_id: Annotated[str, Field(description="Of the draft, and of the client it becomes.")]


class ClientUpdateIn(Camel):
    """How the client is to be. An update by PUT replaces everything: what is left out is gone."""

    api_scopes: list[Text] | None = None
    audience_specific_client_claims: list[ClaimValue] | None = None
    redirect_uris: list[Text] | None = None
    post_logout_redirect_uris: list[Text] | None = None
    child_organization_numbers: list[Number] | None = None


class Writing(Schema):
    """How a write is meant."""

    dry_run: Annotated[
        bool, Field(description="Check everything, answer with the changes, and write nothing.")
    ] = False


class ChangeOut(Camel):
    pointer: Annotated[str, Field(description="The member that differs (RFC 6901).")]
    before: Any = None
    after: Any = None


class DryRun(Camel):
    """What a write would change."""

    dry_run: bool = True
    changes: list[ChangeOut]


class Expiration(Camel):
    expiration: Annotated[str, Field(description="ISO 8601 with its zone.")]


class ClientSecret(Camel):
    """A key of the client that is in use."""

    expiration: str | None
    kid: str
    jwk_thumbprint: str
    origin: Literal["Gui", "Api"]
    public_jwk: str | None


class Delegator(Camel):
    organization_number: str
    name: str
    is_helsenett_member: bool


class ServiceTerms(Camel):
    uri: str
    name: str
    delegator_has_signed: bool
    scopes: list[str]


class MultiTenantDelegation(Camel):
    """An organisation that lets a multi-tenant client act for it."""

    delegator: Delegator
    service_terms: list[ServiceTerms]


class ApiScope(Camel):
    scope: str
    status: Literal["ok", "pending"]
    status_reason: str | None


class Claim(Camel):
    claim_type: str
    active_claim_value: str | None
    pending_claim_value: str | None
    status: Literal["ok", "pending", "updatePending"]
    status_reason: str | None


class CurrentClient(Camel):
    """The client as it is: what is in use, and what waits for whom."""

    api_scopes: list[ApiScope]
    audience_specific_client_claims: list[Claim]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    child_organization_numbers: list[str]


class FaultOut(Schema):
    """One thing that is wrong: where (RFC 6901), and the page that explains it."""

    pointer: str
    code: str
    type: str
    detail: str


class Problem(Schema):
    """RFC 9457. `property` and `message` say the first fault once more, for older clients."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FaultOut]
    property: str
    message: str
