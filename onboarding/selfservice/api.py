"""The Selvbetjening API: drafts for customers, and clients that look after themselves.

The wire is HelseID Selvbetjening's, so that its published clients work here with nothing but
their addresses changed. What is more than that: PATCH, dry_run, If-Match and Idempotency-Key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, NinjaAPI, Query
from ninja.errors import HttpError, ValidationError

from onboarding.clients.models import ClientConfiguration
from onboarding.selfservice import access, asking, problems, replying
from onboarding.selfservice.content import Content, changes
from onboarding.selfservice.faults import Wrong, wrong
from onboarding.selfservice.queries import status
from onboarding.selfservice.reading import StrictParser, faults_of
from onboarding.selfservice.replying import ApiRequest, answer, dry, members, written
from onboarding.selfservice.schemas import (
    ClientDraftIn,
    ClientDraftOut,
    ClientDraftsIn,
    ClientDraftsOut,
    ClientSecret,
    ClientUpdateIn,
    CurrentClient,
    DryRun,
    Expiration,
    KeyIn,
    MultiTenantDelegation,
    Problem,
    Writing,
    WritingMany,
)
from onboarding.selfservice.services import drafts, fleet, own
from onboarding.selfservice.services.repeating import Reply
from onboarding.systems.models import AutomationKey


def automation_key(request: HttpRequest) -> AutomationKey:
    """Return the automation key. Raises Wrong."""
    asked = cast(ApiRequest, request)
    found = access.key_of(request, asked.environment, timezone.now())
    asked.caller = f"key:{found.pk}"
    return found


def own_client(request: HttpRequest) -> ClientConfiguration:
    """Return the client that the token belongs to. Raises Wrong."""
    asked = cast(ApiRequest, request)
    found = access.client_of(request, asked.environment, asked.origin, timezone.now())
    asked.caller = f"client:{found.pk}"
    return found


api = NinjaAPI(
    title="Selvbetjening API",
    version="1.1",
    description="Drafts for customers, and clients that look after themselves.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="selfservice",
    parser=StrictParser(),
    auth=own_client,
)
READ: Final[dict[int, Any]] = dict.fromkeys((400, 401, 403, 404, 413, 429, 503), Problem)
WRITE: Final[dict[int, Any]] = READ | dict.fromkeys((409, 412, 422), Problem)
CLIENT: Final = ["Client"]


@api.post(
    "client-drafts",
    response={200: ClientDraftOut | DryRun, **WRITE},
    auth=automation_key,
    by_alias=True,
    tags=["ClientDrafts"],
)
def client_drafts(
    request: HttpRequest, draft: ClientDraftIn, writing: Query[Writing]
) -> HttpResponse:
    """Make a draft of a client. Send the user to confirm it within 24 hours."""
    asked, key, at = asking.for_draft(draft), cast(ApiRequest, request).auth, timezone.now()
    if writing.dry_run:
        return dry(changes(None, Content.of_json(drafts.judge(asked, key=key, at=at).content)))

    def act() -> Reply:
        made = drafts.create(asked, key=key, at=at)
        return Reply(members(ClientDraftOut(client_id=str(made.pk))))

    return written(request, act, at)


@api.post(
    "client-drafts:batch",
    response={200: ClientDraftsOut, **WRITE},
    auth=automation_key,
    by_alias=True,
    tags=["ClientDrafts"],
)
def client_drafts_batch(
    request: HttpRequest, batch: ClientDraftsIn, writing: Query[WritingMany]
) -> HttpResponse:
    """Make the drafts that are missing for up to 500 customers. It may be repeated.

    Each customer is judged alone: one that is faulty stops no other, and the answer is 200.
    Whose draft is whose is told by client system, organisation number and key.
    """
    key, at = cast(ApiRequest, request).auth, timezone.now()
    access.count_drafts(key, len(batch.drafts), at)
    customers = asking.for_customers(batch.drafts, "drafts")
    if writing.dry_run:
        lines = fleet.plan(customers, key=key, at=at, again=writing.ask_again)
        return answer(replying.of_list(lines, dry_run=True))

    def act() -> Reply:
        lines = fleet.apply(customers, key=key, at=at, again=writing.ask_again)
        return Reply(replying.of_list(lines, dry_run=False))

    return written(request, act, at, repeatable=True)


@api.get("client", response={200: CurrentClient, **READ}, by_alias=True, tags=CLIENT)
def client(request: HttpRequest) -> HttpResponse:
    """The client as it is: what is in use, and what waits for whom."""
    return _current(request)


@api.get("client-status", response={200: CurrentClient, **READ}, by_alias=True, tags=CLIENT)
def client_status(request: HttpRequest) -> HttpResponse:
    """The same as `GET client`, under the name that it had before."""
    return _current(request)


@api.put("client", response={200: CurrentClient | DryRun, **WRITE}, by_alias=True, tags=CLIENT)
def replace_client(
    request: HttpRequest, update: ClientUpdateIn, writing: Query[Writing]
) -> HttpResponse:
    """Replace the whole set-up: what is left out, or null, is gone."""
    return _updated(request, asking.to_replace(update), writing.dry_run, timezone.now())


@api.patch("client", response={200: CurrentClient | DryRun, **WRITE}, by_alias=True, tags=CLIENT)
def change_client(
    request: HttpRequest, update: ClientUpdateIn, writing: Query[Writing]
) -> HttpResponse:
    """Change what is named (RFC 7396): null takes it away, what is left out stays."""
    return _updated(request, asking.to_merge(update), writing.dry_run, timezone.now())


@api.delete("client", response={200: DryRun, 204: None, **WRITE}, by_alias=True, tags=CLIENT)
def end_client(request: HttpRequest, writing: Query[Writing]) -> HttpResponse:
    """Stop the client, as an uninstaller does. Only the customer's people can start it again."""
    pk, if_match = cast(ApiRequest, request).auth.pk, request.headers.get("If-Match", "")
    at, tried = timezone.now(), writing.dry_run
    found = own.end(client_id=pk, if_match=if_match, at=at, dry_run=tried)
    return dry(found) if tried else HttpResponse(status=204)


@api.get(
    "client-secret",
    response={200: list[ClientSecret], **READ},
    by_alias=True,
    tags=["ClientSecret"],
)
def client_secrets(request: HttpRequest) -> HttpResponse:
    """The client's keys that are in use."""
    at = timezone.now()
    return answer(status.keys(cast(ApiRequest, request).auth, at))


@api.post(
    "client-secret",
    response={200: Expiration | DryRun, **WRITE},
    by_alias=True,
    tags=["ClientSecret"],
)
def new_client_secret(
    request: HttpRequest, key: Body[KeyIn], writing: Query[Writing]
) -> HttpResponse:
    """Register a new public key beside the others: a JWK, or a JSON string that holds one.

    It is in use at once, and counts as unproved until the first token request that it signs.
    """
    pk, text, at = cast(ApiRequest, request).auth.pk, asking.as_text(key), timezone.now()
    if writing.dry_run:
        return dry(own.judge_key(client_id=pk, text=text, at=at))

    def act() -> Reply:
        registered = own.register_key(client_id=pk, text=text, at=at)
        return Reply(members(Expiration(expiration=status.moment(registered.expires_at))))

    return written(request, act, at)


@api.get(
    "multi-tenant-delegations",
    response={200: list[MultiTenantDelegation], **READ},
    by_alias=True,
    tags=["MultiTenantDelegations"],
)
def multi_tenant_delegations(request: HttpRequest) -> HttpResponse:
    """The organisations that let a multi-tenant client act for them."""
    return answer(status.delegations(cast(ApiRequest, request).auth, timezone.now()))


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


def _current(request: HttpRequest) -> HttpResponse:
    found = status.current(cast(ApiRequest, request).auth)
    return answer(found, etag=status.version(found))


def _updated(request: HttpRequest, wanted: own.Wanted, dry_run: bool, at: datetime) -> HttpResponse:
    pk, if_match = cast(ApiRequest, request).auth.pk, request.headers.get("If-Match", "")
    if dry_run:
        judged = own.update(wanted, client_id=pk, if_match=if_match, at=at, dry_run=True)
        return dry(judged.changes)

    def act() -> Reply:
        updated = own.update(wanted, client_id=pk, if_match=if_match, at=at)
        return Reply(updated.client, updated.version)

    return written(request, act, at)
