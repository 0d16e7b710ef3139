"""The Selvbetjening API: drafts for customers, and clients that look after themselves.

The wire is HelseID Selvbetjening's, so that its published clients work here with nothing but
their addresses changed.
"""

from __future__ import annotations

import json
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from onboarding.clients.models import ClientConfiguration
from onboarding.selfservice import access, problems
from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import Wrong, wrong
from onboarding.selfservice.queries import status
from onboarding.selfservice.reading import StrictParser, faults_of
from onboarding.selfservice.schemas import ClientDraftIn, ClientDraftOut, CurrentClient, Problem
from onboarding.selfservice.services import drafts
from onboarding.selfservice.services.drafts import Asked
from onboarding.systems.models import AutomationKey


class ApiRequest(HttpRequest):
    """A request that has come through `views.machine.served`."""

    environment: str
    origin: str
    auth: Any


def automation_key(request: HttpRequest) -> AutomationKey:
    """Return the automation key. Raises Wrong."""
    return access.key_of(request, cast(ApiRequest, request).environment)


def own_client(request: HttpRequest) -> ClientConfiguration:
    """Return the client that the token belongs to. Raises Wrong."""
    asked = cast(ApiRequest, request)
    return access.client_of(request, asked.environment, asked.origin, timezone.now())


api = NinjaAPI(
    title="Selvbetjening API",
    version="1.0",
    description="Drafts for customers, and clients that look after themselves.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="selfservice",
    parser=StrictParser(),
    auth=own_client,
)
REFUSALS: Final[dict[int, Any]] = dict.fromkeys((400, 401, 403, 404, 413, 503), Problem)


@api.post(
    "client-drafts",
    response={200: ClientDraftOut, **REFUSALS, 409: Problem},
    by_alias=True,
    auth=automation_key,
    tags=["ClientDrafts"],
)
def client_drafts(request: HttpRequest, draft: ClientDraftIn) -> dict[str, Any]:
    """Make a draft of a client. Send the user to confirm it within 24 hours."""
    made = drafts.create(_asked(draft), key=cast(ApiRequest, request).auth, at=timezone.now())
    return {"client_id": str(made.pk)}


@api.get("client", response={200: CurrentClient, **REFUSALS}, by_alias=True, tags=["Client"])
def client(request: HttpRequest) -> dict[str, Any]:
    """The client as it is: what is in use, and what waits for whom."""
    return status.current(cast(ApiRequest, request).auth)


@api.get("client-status", response={200: CurrentClient, **REFUSALS}, by_alias=True, tags=["Client"])
def client_status(request: HttpRequest) -> dict[str, Any]:
    """The same as `GET client`, under the name that it had before."""
    return status.current(cast(ApiRequest, request).auth)


@api.exception_handler(Wrong)
def refused(request: HttpRequest, error: Wrong) -> HttpResponse:
    return problems.answer(error, request.path)


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.answer(Wrong(faults_of(error.errors)), request.path)


@api.exception_handler(HttpError)
def not_read(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja has its own words for a body that its parser refused; ours are the cause."""
    cause = error.__cause__
    refusal = cause if isinstance(cause, Wrong) else wrong("api.json", "The body was not read.")
    return problems.answer(refusal, request.path)


def _asked(draft: ClientDraftIn) -> Asked:
    return Asked(
        organization_number=draft.organization_number,
        public_jwk=as_text(draft.public_jwk),
        content=Content(
            scopes=_each(draft.api_scopes),
            claims=tuple(
                (claim.key, claim.value) for claim in draft.audience_specific_client_claims or ()
            ),
            redirect_uris=_each(draft.redirect_uris),
            post_logout_uris=_each(draft.post_logout_redirect_uris),
            children=_each(draft.child_organization_numbers),
        ),
        return_to=draft.post_client_confirmation_redirect_uri or "",
    )


def as_text(key: str | dict[str, Any]) -> str:
    """Return a key as text, in whichever of the two forms it came."""
    return key if isinstance(key, str) else json.dumps(key)


def _each(values: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values or ()))
