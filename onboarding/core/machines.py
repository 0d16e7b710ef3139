"""Views that programs call: marked here, answered by the portal's first middleware."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])


def machine(view: View) -> View:
    """Mark a view as one that programs call: it authenticates by itself, without cookies."""
    view.is_machine = True  # type: ignore[attr-defined]  # read by portal.middleware
    return view


def mark(request: HttpRequest) -> None:
    """Note that a view for programs answers this request."""
    request.is_machine = True  # type: ignore[attr-defined]  # read by `is_for_machine`


def is_for_machine(request: HttpRequest) -> bool:
    """Say whether a program waits for the answer: it reads JSON, also when something broke."""
    return bool(getattr(request, "is_machine", False))


def came_in_clear(request: HttpRequest) -> bool:
    """Say whether a request came over plain http to an installation that has https.

    Programs are not redirected (OWASP ASVS 4.1.2): they would go on sending in clear.
    """
    return bool(settings.SECURE) and not request.is_secure()
