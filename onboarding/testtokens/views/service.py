"""The test token service as programs call it."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from onboarding.core.machines import came_in_clear, machine
from onboarding.jose.strict import BadJson, strict_json
from onboarding.testtokens import openapi as description
from onboarding.testtokens.content.consistency import Wrong
from onboarding.testtokens.schemas import TestTokenParameters
from onboarding.testtokens.services import keys, minting
from onboarding.testtokens.signers import NoIssuer

LARGEST: Final = 64 * 1024


@machine
def create(request: HttpRequest) -> HttpResponse:
    """Answer with a token as HelseID's test token service does; errors in its shape too."""
    if request.method != "POST":
        response = _refused(405, "use POST")
        response["Allow"] = "POST"
        return response
    if came_in_clear(request):
        return _refused(400, "use https")
    at = timezone.now()
    try:
        keys.use(secret=request.headers.get("X-Auth-Key", ""), at=at)
        asked = _read(request)
        minted = minting.create(asked, audience=request.headers.get("Audience", ""), at=at)
    except keys.NotKnown:
        return _refused(401, "X-Auth-Key is missing, unknown, ended or expired")
    except keys.TooFast as error:
        response = _refused(429, f"too many requests: wait {error.seconds} s")
        response["Retry-After"] = str(error.seconds)
        return response
    except Wrong as error:
        return _refused(400, str(error))
    except NoIssuer:
        return _refused(503, "another server issues the tokens of the test environment")
    found = {"accessTokenJwt": minted.token, "dPoPProof": minted.proof or None}
    return _answer({"isError": False, "successResponse": found, "errorResponse": None}, 200)


@machine
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the service's description (OpenAPI 3.1)."""
    prefix = reverse("ttt:openapi").removesuffix("openapi.json")
    return JsonResponse(description.document(prefix))


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "testtokens/docs.html", {"environment": "test"})


def _read(request: HttpRequest) -> TestTokenParameters:
    if len(request.body) > LARGEST:
        raise Wrong(f"the body may be {LARGEST} octets long")
    try:
        body = strict_json(request.body)
    except BadJson as error:
        raise Wrong(f"the body must be a JSON object: {error}") from error
    if not isinstance(body, dict):
        raise Wrong("the body must be a JSON object")
    try:
        return TestTokenParameters.model_validate(body)
    except ValidationError as error:
        raise Wrong(_first(error)) from error


def _first(error: ValidationError) -> str:
    """Where it is wrong, and how; never with what was given, which may be a private key."""
    found = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in found["loc"] if not str(part).startswith("function-"))
    return f"{place}: {found['msg'].removeprefix('Value error, ')}"


def _refused(status: int, message: str) -> HttpResponse:
    error = {"errorMessage": message}
    return _answer({"isError": True, "successResponse": None, "errorResponse": error}, status)


def _answer(content: dict[str, object], status: int) -> HttpResponse:
    response = JsonResponse(content, status=status)
    response["Cache-Control"] = "no-store"
    return response
