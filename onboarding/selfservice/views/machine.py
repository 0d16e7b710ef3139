"""The door of the API: which environment is meant, and how every answer is dressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseNotAllowed
from django.urls import reverse
from django.utils import translation

from onboarding.core.machines import machine
from onboarding.selfservice import openapi as description
from onboarding.selfservice import problems
from onboarding.selfservice.faults import Wrong, wrong
from onboarding.selfservice.replying import ApiRequest
from onboarding.sts.access import at_the_door, dressed


def served(view: Callable[..., HttpResponse], *, largest: int = 0) -> Callable[..., HttpResponse]:
    """Return an operation as a view of this site: below an environment, or at a host's root.

    `largest` is how many octets a body may have, if not as many as anywhere.
    """

    @machine
    def answer(request: HttpRequest, environment: str = "") -> HttpResponse:
        with translation.override("en"):
            try:
                return dressed(_answer(request, environment))
            except Wrong as refusal:
                return dressed(problems.answer(refusal, request.path))

    def _answer(request: HttpRequest, environment: str) -> HttpResponse:
        asked = cast(ApiRequest, request)
        asked.origin, asked.environment = _meant(request, environment)
        if no_entry := at_the_door(request):
            raise problems.of_decision(no_entry)
        _read_body(request, largest)
        response = view(request)
        if isinstance(response, HttpResponseNotAllowed):
            raise wrong("api.method", "Use another method.", status=405, Allow=response["Allow"])
        return response

    return answer


@machine
def openapi(request: HttpRequest, environment: str) -> HttpResponse:
    """Answer with the API's description (OpenAPI 3.1)."""
    if environment not in settings.OPEN_ENVIRONMENTS:
        return problems.answer(_nothing(), request.path)
    prefix = reverse("selfservice:openapi", args=[environment]).removesuffix("openapi.json")
    return JsonResponse(description.document(prefix))


def _meant(request: HttpRequest, environment: str) -> tuple[str, str]:
    """Return origin and environment that a request is for. Raises Wrong where there is no API.

    The address decides, or at the root the host: only hosts of the settings count.
    """
    origin, of_host = settings.API_ROOTS.get(request.get_host(), (settings.BASE_URL, ""))
    meant = environment or of_host
    if meant not in settings.OPEN_ENVIRONMENTS:
        raise _nothing()
    return origin, meant


def _read_body(request: HttpRequest, largest: int) -> None:
    """Read the body. Raises Wrong for one that is larger than anything that makes sense."""
    try:
        if not largest:
            len(request.body)
            return
        # Django has one limit for all addresses; what is read here, `request.body` returns.
        body = request.read(largest + 1)
        if len(body) > largest:
            raise RequestDataTooBig
        request._body = body
    except RequestDataTooBig as error:
        raise wrong("api.too_large", "The body is too large.", status=413) from error


def _nothing() -> Wrong:
    return wrong("api.not_found", "The API is not served here.", status=404)
