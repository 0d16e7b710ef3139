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

from onboarding.core.machines import machine
from onboarding.cpapi import openapi as description
from onboarding.cpapi.api import ApiRequest, problem, refusal
from onboarding.sts.access import at_the_door, dressed


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return an operation of the API as a view of this site, in environments that have it."""

    @machine
    def served(request: HttpRequest, environment: str) -> HttpResponse:
        if not _is_served(environment):
            return problem(404, "This API is not served here")
        if no_entry := at_the_door(request):
            return dressed(refusal(no_entry))
        cast(ApiRequest, request).environment = environment
        return dressed(view(request))

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
