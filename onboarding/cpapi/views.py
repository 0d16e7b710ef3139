"""What stands around the API: its door, its description, and the page to try it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from onboarding.core.machines import came_in_clear, machine
from onboarding.cpapi import openapi as description
from onboarding.cpapi.api import ApiRequest, problem

FORM = "application/x-www-form-urlencoded"


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return an operation of the API as a view of this site, in environments that have it."""

    @machine
    def served(request: HttpRequest, environment: str) -> HttpResponse:
        if not _is_served(environment):
            return problem(404, "This API is not served here")
        if came_in_clear(request):
            return problem(400, "Use https")
        if _has_token_in_the_open(request):
            response = problem(400, "invalid_request", "token.header")
            response["WWW-Authenticate"] = 'DPoP error="invalid_request"'
            return response
        cast(ApiRequest, request).environment = environment
        response = view(request)
        response["Cache-Control"] = "no-store"
        response["Access-Control-Expose-Headers"] = "WWW-Authenticate, DPoP-Nonce"
        return response

    return served


@machine
def openapi(request: HttpRequest, environment: str) -> HttpResponse:
    """Answer with the API's description (OpenAPI 3.1)."""
    if not _is_served(environment):
        return problem(404, "This API is not served here")
    prefix = reverse("cpapi:openapi", args=[environment]).removesuffix("openapi.json")
    return JsonResponse(description.document(prefix))


@login_not_required
@require_safe
def docs(request: HttpRequest, environment: str) -> HttpResponse:
    if not _is_served(environment):
        raise Http404
    return render(request, "cpapi/docs.html", {"environment": environment})


def _is_served(environment: str) -> bool:
    return settings.DEMO and environment in settings.OPEN_ENVIRONMENTS


def _has_token_in_the_open(request: HttpRequest) -> bool:
    """Tokens in addresses end up in logs; in forms, RFC 9700 §4.3.2 has no place for them."""
    return "access_token" in request.GET or (
        request.content_type == FORM and "access_token" in request.POST
    )
