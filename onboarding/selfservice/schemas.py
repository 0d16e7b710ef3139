"""The shapes of the API, in the names that its callers know."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, SkipValidation
from pydantic.alias_generators import to_camel

from onboarding.selfservice.reading import MOST_CUSTOMERS

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


class ClientDraftsIn(Camel):
    """Drafts for many customers, each of them as `POST client-drafts` takes it."""

    # Each is read by itself: one that is no draft is a finding about that one.
    drafts: Annotated[
        list[SkipValidation[ClientDraftIn]], Field(min_length=1, max_length=MOST_CUSTOMERS)
    ]


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


class WritingMany(Writing):
    ask_again: Annotated[
        bool, Field(description="Make new drafts for customers that have declined theirs, too.")
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


class CustomerOut(Camel):
    """How it is with one draft of the list.

    `changes` is what a new draft asks for, or where the list asks otherwise than the draft that
    waits: a draft never changes.
    """

    organization_number: str
    state: Annotated[
        Literal["new", "waiting", "confirmed", "declined", "faulty"],
        Field(description="`new` had none and has got one, or would in a dry run."),
    ]
    client_id: str | None
    confirmation_uri: Annotated[str | None, Field(description="To be opened by the customer.")]
    changes: list[ChangeOut]
    errors: list[FaultOut]


class ClientDraftsOut(Camel):
    """What became of each draft, in the order of the list, and how many there are of each state."""

    dry_run: bool
    counts: dict[str, int]
    drafts: list[CustomerOut]


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
