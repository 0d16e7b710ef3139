"""What the pages about test tokens share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from onboarding.suppliers.requests import TenantRequest
from onboarding.testtokens.signers import ENVIRONMENT

View = Callable[..., HttpResponse]

form_page = require_http_methods(["GET", "HEAD", "POST"])


def test_only(view: View) -> View:
    """Mark a page that production does not have, for nobody."""

    @wraps(view)
    def only(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.environment != ENVIRONMENT:
            raise Http404
        return view(request, *args, **kwargs)

    return only


def address(request: TenantRequest, name: str, *args: object) -> str:
    return reverse(name, args=[request.environment, request.organization.number, *args])
