"""What belongs to no app: pages for what went wrong, and the choice of language and colors."""

from __future__ import annotations

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from onboarding.accounts import services as accounts
from onboarding.core import appearance
from onboarding.core.machines import is_for_machine

A_YEAR = 365 * 24 * 60 * 60


def problem(request: HttpRequest, status: int, *, reason: str = "") -> HttpResponse:
    """Return the page for a refusal (400, 403, 404, 405, 409, 410, 422), `reason` on top if given.

    Under htmx the page takes the place of the whole body: it would make no sense in a fragment.
    """
    return _whole(request, f"{status}.html", status, reason)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token does not fit: most often a page left open over a login."""
    return _whole(request, "403_csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when something broke, without context: the database may be what broke.

    Django calls this while the exception is being handled. A database that does not answer is
    no fault of the portal's, and soon over: 503, and when to try again.
    """
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if is_away else 500
    if is_for_machine(request):
        error = "temporarily_unavailable" if is_away else "server_error"
        response: HttpResponse = JsonResponse({"error": error}, status=status)
        response["Cache-Control"] = "no-store"
    else:
        response = HttpResponse(loader.get_template(f"{status}.html").render(), status=status)
    if is_away:
        response["Retry-After"] = "5"
    return response


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that a person chose, and go back to where the choice was made."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES) or not check_for_language(chosen):
        return problem(request, 400)
    if request.user.is_authenticated:
        accounts.keep_language(user_id=request.user.pk, language=chosen)
    return _remember(_back(request), settings.LANGUAGE_COOKIE_NAME, chosen)


@login_not_required
@require_POST
def choose_scheme(request: HttpRequest) -> HttpResponse:
    """Keep the color scheme that a person chose, and go back to where the choice was made."""
    chosen = request.POST.get("scheme", "")
    if chosen not in appearance.SCHEMES:
        return problem(request, 400)
    return _remember(_back(request), appearance.SCHEME_COOKIE, chosen)


def _whole(request: HttpRequest, template: str, status: int, reason: str = "") -> HttpResponse:
    response = render(request, template, {"reason": reason}, status=status)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"] = "body"
        response["HX-Reswap"] = "innerHTML"
    return response


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts=None, require_https=request.is_secure()
    )
    return redirect(target if safe else "/")


def _remember(response: HttpResponseRedirect, name: str, value: str) -> HttpResponseRedirect:
    response.set_cookie(
        name, value, max_age=A_YEAR, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return response
