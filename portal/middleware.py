"""What happens to every request, in the order of settings.MIDDLEWARE."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.core.machines import mark
from onboarding.core.refusals import Refused
from onboarding.suppliers.actors import NOBODY
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.rules import check_answered
from portal import brakes, views
from portal.opening import is_open

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class EveryAnswer:
    """Headers that no answer goes without, whoever gave it and however it failed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("X-Content-Type-Options", "nosniff")
        if settings.SECURE and request.is_secure():
            # As SecurityMiddleware says it, which machines pass by.
            value = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            response.setdefault("Strict-Transport-Security", value)
        return response


class MachineRequests:
    """Answers programs straight from their view, past sessions, CSRF and login.

    A cookie can therefore never act there, and a token request pays for none of it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = machine_at(request.path_info)
        if match is None:
            return self.get_response(request)
        mark(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # Else the server would send the few octets of a token in chunks.
        response["Content-Length"] = str(len(response.content))
        return response


@lru_cache(maxsize=1024)
def machine_at(path: str) -> ResolverMatch | None:
    """Return the view for programs that serves this path, or None.

    Programs call few addresses again and again, and finding out which view that is costs a token
    request as much as a verification does.
    """
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if getattr(match.func, "is_machine", False) else None


class BrowserHeaders:
    """Headers for pages that Django has no setting for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cache-Control", "private, no-store")
        return response


class PersonLanguage:
    """Bokmål unless the person has chosen otherwise: a browser's wish list is not a choice."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # as LocaleMiddleware does
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class LoginRequired(LoginRequiredMiddleware):
    """Every page is closed unless marked; htmx is sent to the login as a whole page."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        response = super().handle_no_permission(request, view_func)
        if getattr(request, "htmx", False):
            # Its parent is a redirect in all but the status, which htmx needs to be 200.
            return cast(HttpResponseRedirect, HttpResponseClientRedirect(response["Location"]))
        return response


class ActingPerson:
    """Puts `actor` on the request, and the tenant that the address names."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request = cast(TenantRequest, request)
        request.actor = NOBODY
        if isinstance(request.user, User):
            if self._is_too_old(request):
                logout(request)
            else:
                is_act = request.method not in ("GET", "HEAD")
                request.actor = actor_for(request.user, is_act=is_act)
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            response = self._explained(request, response)
        elif response.status_code == 404 and request.resolver_match is None:
            response = views.problem(request, 404)  # with DEBUG, Django would list our addresses
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_view(
        self,
        request: TenantRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Take environment and organisation out of the address; 404 for outsiders.

        Membership in the environment at hand is what counts: a role in test is none in
        production. Views get what is left of the address. An environment that is not open to the
        organisation sends everyone to its gate, the page that says what is missing; the gate is
        also for those who are at home in the other environment.
        """
        if "number" not in kwargs or "environment" not in kwargs:
            return None
        environment, number = kwargs.pop("environment"), kwargs.pop("number")
        organization = Organization.objects.visible_to(request.actor).filter(number=number).first()
        if environment not in Environment.values:
            return views.problem(request, 404)
        is_gate = getattr(view, "is_gate", False)
        is_known = organization and (organization.pk, environment) in request.actor.represented
        if organization is None or not (request.actor.sees_all or is_known or is_gate):
            return self._unknown(request, environment)
        request.environment, request.organization = environment, organization
        if not is_open(environment, organization) and not is_gate:
            return redirect("home", environment, number)
        if reason := brakes.refusal(request, environment, organization.pk):
            return views.problem(request, 409, reason=reason)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show a refusal as a page, where the view has no form to show it in.

        What is not found is said in our words with DEBUG too: the demo is for people.
        """
        if isinstance(error, Refused):
            return views.problem(request, error.status, reason=str(error))
        if isinstance(error, Http404):
            return views.problem(request, 404)
        return None

    @staticmethod
    def _unknown(request: TenantRequest, environment: str) -> HttpResponse:
        """404, or 503 where the register that knows whom the person may act for is silent."""
        try:
            check_answered(request.actor, environment)
        except Refused as error:
            return views.problem(request, error.status, reason=str(error))
        return views.problem(request, 404)

    @staticmethod
    def _explained(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Django's own answer to a wrong method is an empty page."""
        page = views.problem(request, 405)
        page["Allow"] = response["Allow"]
        return page

    @staticmethod
    def _is_too_old(request: HttpRequest) -> bool:
        now = timezone.now().timestamp()
        began = request.session.setdefault("began", now)
        return bool(now - began > settings.SESSION_ABSOLUTE_AGE.total_seconds())
