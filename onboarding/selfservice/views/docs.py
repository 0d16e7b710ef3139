"""The API's own pages: how a customer is onboarded, the reference, and what has changed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from onboarding.selfservice import snippets
from onboarding.selfservice.reading import MOST_CUSTOMERS
from onboarding.selfservice.return_address import Outcome
from onboarding.selfservice.services.drafts import LIFE


@login_not_required
@require_safe
def guide(request: HttpRequest, environment: str) -> HttpResponse:
    """Show the way from an automation key to a client that renews its key, with programs."""
    asked = request.GET.get("code", "")
    language = asked if asked in snippets.LANGUAGES else next(iter(snippets.LANGUAGES))
    base = reverse("selfservice:openapi", args=[environment]).removesuffix("/openapi.json")
    facts = snippets.Facts(
        f"{settings.BASE_URL}/{environment}",
        f"{settings.BASE_URL}{base}",
        settings.ISSUERS[environment],
    )
    return _page(
        request,
        environment,
        "guide",
        {
            "facts": facts,
            "program": snippets.program(language, facts),
            "languages": list(snippets.LANGUAGES.values()),
            "outcomes": {outcome.name: outcome.value for outcome in Outcome},
            "hours": int(LIFE.total_seconds() // 3600),
            "drafts_per_minute": settings.API_DRAFTS_PER_MINUTE,
            "most_drafts": MOST_CUSTOMERS,
            "requests_per_minute": settings.API_REQUESTS_PER_MINUTE,
        },
    )


@login_not_required
@require_safe
def reference(request: HttpRequest, environment: str) -> HttpResponse:
    """Show every operation, to be tried with one's own keys."""
    return _page(request, environment, "reference", {})


@login_not_required
@require_safe
def changes(request: HttpRequest, environment: str) -> HttpResponse:
    """List what has changed on the wire."""
    return _page(request, environment, "changes", {})


def _page(
    request: HttpRequest, environment: str, tab: str, context: dict[str, object]
) -> HttpResponse:
    if environment not in settings.OPEN_ENVIRONMENTS:
        raise Http404
    known = {"environment": environment, "tab": tab}
    return render(request, f"selfservice/{tab}.html", context | known)
