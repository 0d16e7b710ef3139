"""The CommunicationParty REST API of the demo: who sends what to whom, with synthetic parties."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError

from onboarding.cpapi import directory
from onboarding.cpapi.queries import protected
from onboarding.cpapi.schemas import Events, Export, Position, Problem
from onboarding.jose.checks import first_failure
from onboarding.jose.resource_server import Decision
from onboarding.sts.access import Denied, admit

PROBLEM = "application/problem+json"


class ApiRequest(HttpRequest):
    """A request that has come through `views.guarded`."""

    environment: str
    auth: dict[str, Any]


def access_token(request: HttpRequest) -> dict[str, Any]:
    """Return the claims of the access token. Raises Denied."""
    environment = cast(ApiRequest, request).environment
    found = admit(request, protected(environment), environment=environment, at=timezone.now())
    return found.claims


api = NinjaAPI(
    title="CommunicationParty REST API",
    version="1.0",
    description="Parties that electronic messages can be sent to. All of them are made up.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="cpapi",
    auth=access_token,
)
REFUSALS: dict[int, Any] = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 503: Problem}
TAGS = ["CommunicationParty"]


@api.get("CommunicationPartyEvents", response={200: Events, **REFUSALS}, by_alias=True, tags=TAGS)
def communication_party_events(request: HttpRequest, query: Query[Position]) -> dict[str, Any]:
    """The events after EventId, or the first ones. `links.next` leads to those that follow."""
    events = directory.events_after(query.event_id)
    last = events[-1]["eventId"] if events else str(query.event_id)
    environment = cast(ApiRequest, request).environment
    here = reverse("cpapi:communication_party_events", args=[environment])
    href = f"{settings.BASE_URL}{here}?EventId={last}"
    return {"communicationParties": events, "links": {"next": {"href": href}}}


@api.get("CommunicationPartyExport", response={200: Export, **REFUSALS}, by_alias=True, tags=TAGS)
def communication_party_export(request: HttpRequest) -> dict[str, Any]:
    """Every party as it is now, and the event to go on from."""
    newest = directory.newest_event()
    return {
        "lastDateTimeOffset": newest["fromDatetime"],
        "lastEventId": newest["eventId"],
        "communicationParties": directory.parties(),
    }


@api.exception_handler(Denied)
def denied(request: HttpRequest, error: Denied) -> HttpResponse:
    return refusal(error.decision)


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(400, "EventId must be the eventId of an event")


@api.exception_handler(directory.UnknownEvent)
def unknown_event(request: HttpRequest, error: directory.UnknownEvent) -> HttpResponse:
    return problem(404, "No event has that EventId; begin again with CommunicationPartyExport")


def refusal(decision: Decision) -> HttpResponse:
    """Return the answer to somebody who is not let in."""
    failure = first_failure(decision.checks)
    title = decision.error or "An access token is needed"
    response = problem(decision.status, title, failure.code if failure else "")
    for name, value in decision.headers.items():
        response[name] = value
    return response


def problem(status: int, title: str, code: str = "") -> HttpResponse:
    """Return an answer in RFC 9457's form."""
    body = Problem(title=title, status=status, code=code).model_dump_json()
    return HttpResponse(body, status=status, content_type=PROBLEM)
