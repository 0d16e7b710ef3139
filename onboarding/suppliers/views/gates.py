"""Pages that are there before production is open: what they are about is what opens it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse

from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.rules.approval import belongs

P = ParamSpec("P")
# Django calls views with the request first, by position.
View = Callable[Concatenate[TenantRequest, P], HttpResponse]


def reachable_before_production(view: View[P]) -> View[P]:
    """Mark a page of an organisation that its members reach in both environments.

    Approval, terms and contacts concern the organisation as a whole. Whoever is a member in one
    environment may come here in the other, open or not (ADR 14). Those who merely hold a right
    of the organisation's get 404: how it stands with the platform is not theirs to know.
    """

    @wraps(view)
    def guarded(request: TenantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (request.actor.sees_all or belongs(request.actor, request.organization.pk)):
            raise Http404
        return view(request, *args, **kwargs)

    guarded.is_gate = True  # type: ignore[attr-defined]  # read by portal.middleware
    return guarded
