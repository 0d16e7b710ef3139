"""Answers to writes: what was done, once; or what would be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse

from onboarding.selfservice.content import Change
from onboarding.selfservice.schemas import Camel, ChangeOut, DryRun
from onboarding.selfservice.services import repeating
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


def written(request: HttpRequest, act: Callable[[], Reply], at: datetime) -> HttpResponse:
    """Do a write, or answer as before where it was done already. Raises Wrong."""
    asked = cast(ApiRequest, request)
    reply = repeating.once(
        act,
        caller=asked.caller,
        key=request.headers.get("Idempotency-Key", ""),
        request=f"{request.method} {request.path}\n".encode() + request.body,
        at=at,
    )
    return answer(reply.body, etag=reply.etag, status=reply.status)


def members(body: Camel) -> dict[str, Any]:
    """Return a body in the names of the wire."""
    return body.model_dump(by_alias=True, mode="json")
