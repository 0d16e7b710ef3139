"""Answers to writes: what was done, once; or what would be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from onboarding.selfservice import problems
from onboarding.selfservice.content import Change
from onboarding.selfservice.schemas import (
    Camel,
    ChangeOut,
    ClientDraftsOut,
    CustomerOut,
    DryRun,
)
from onboarding.selfservice.services import repeating
from onboarding.selfservice.services.fleet import Line, State
from onboarding.selfservice.services.repeating import Reply


class ApiRequest(HttpRequest):
    """A request that has come through `views.machine.served`; `caller` once it is known."""

    environment: str
    origin: str
    auth: Any
    caller: str


def answer(body: Any, *, etag: str = "", status: int = 200) -> HttpResponse:
    """Return a JSON answer, with the version of what it shows."""
    response = JsonResponse(body, safe=False, status=status)
    if etag:
        response["ETag"] = etag
    return response


def dry(changes: Sequence[Change]) -> HttpResponse:
    """Return the answer to a write that was only tried."""
    found = [ChangeOut(**change._asdict()) for change in changes]
    return answer(members(DryRun(changes=found)))


def of_list(lines: Sequence[Line], *, dry_run: bool) -> dict[str, Any]:
    """Return what became of a list of drafts, in the names of the wire."""
    counts = {state.value: sum(line.state is state for line in lines) for state in State}
    found = [_customer(line) for line in lines]
    return members(ClientDraftsOut(dry_run=dry_run, counts=counts, drafts=found))


def _customer(line: Line) -> CustomerOut:
    draft = line.draft
    link = reverse("selfservice:confirm", args=[draft.environment, draft.pk]) if draft else ""
    return CustomerOut(
        organization_number=line.number,
        state=line.state.value,
        client_id=str(line.client_id) if line.client_id else None,
        confirmation_uri=f"{settings.BASE_URL}{link}" if draft else None,
        changes=[ChangeOut(**change._asdict()) for change in line.changes],
        errors=[problems.fault_out(fault) for fault in line.faults],
    )


def written(
    request: HttpRequest, act: Callable[[], Reply], at: datetime, *, repeatable: bool = False
) -> HttpResponse:
    """Do a write, or answer as before where it was done already. Raises Wrong.

    `repeatable` says of an act that doing it again does no harm.
    """
    asked = cast(ApiRequest, request)
    reply = (repeating.same if repeatable else repeating.once)(
        act,
        caller=asked.caller,
        key=request.headers.get("Idempotency-Key", ""),
        request=f"{request.method} {request.get_full_path()}\n".encode() + request.body,
        at=at,
    )
    return answer(reply.body, etag=reply.etag, status=reply.status)


def members(body: Camel) -> dict[str, Any]:
    """Return a body in the names of the wire."""
    return body.model_dump(by_alias=True, mode="json")
