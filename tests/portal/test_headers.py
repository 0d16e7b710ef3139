"""The headers of every kind of answer: pages, files, redirects, refusals, programs' answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from pytest_django import Settings

from onboarding.core.machines import machine
from portal.urls import handler400, handler403, handler404, handler500, urlpatterns

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@machine
def broken_machine(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret of the machine")


def broken_page(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret of the page")


class Urls:
    """The portal's addresses, and two that break."""

    urlpatterns = [
        path("broken-machine", broken_machine),
        path("broken-page/<int:number>", broken_page),
        *urlpatterns,
    ]
    handler400, handler403 = staticmethod(handler400), staticmethod(handler403)
    handler404, handler500 = staticmethod(handler404), staticmethod(handler500)


@pytest.fixture
def https(settings: Settings) -> Iterator[Client]:
    """A browser that speaks https with an installation."""
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://portal.example", ["portal.example"]
    settings.ISSUERS = {"test": "https://portal.example/test/sts"}
    settings.SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    with override_settings(ROOT_URLCONF=Urls):
        yield Client(raise_request_exception=False)


def get(
    browser: Client, address: str, *, secure: bool = True, host: str = "portal.example"
) -> Answer:
    answer = browser.get(address, secure=secure, headers={"host": host})
    answer.close()  # a file would stay open
    return answer


ANSWERS = {
    "/login/": 200,
    "/organizations/": 302,
    "/nowhere": 404,
    "/broken-page/1": 302,
    "/static/portal.css": 200,
    "/static/nothing.css": 404,
    "/healthz": 200,
    "/test/sts/.well-known/openid-configuration": 200,
    "/test/sts/.well-known/openid-configuration/jwks": 200,
    "/test/sts/connect/token": 405,
    "/test/cp-api/CommunicationPartyEvents": 401,
    "/broken-machine": 500,
}
PROGRAMS = {"/healthz", "/broken-machine"}


def is_for_programs(address: str) -> bool:
    return address in PROGRAMS or "/sts/" in address or "/cp-api/" in address


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_is_bound_to_https_and_to_its_type(https: Client, address: str) -> None:
    answer = get(https, address)

    assert answer.status_code == ANSWERS[address]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Strict-Transport-Security"].startswith("max-age=63072000")


@pytest.mark.parametrize("address", [name for name in ANSWERS if not is_for_programs(name)])
def test_whatever_a_browser_shows_has_a_policy(https: Client, address: str) -> None:
    answer = get(https, address)

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_s27_pages_load_pictures_from_here_and_nowhere_else(https: Client) -> None:
    policy = get(https, "/login/")["Content-Security-Policy"]
    parts = {name: values for name, *values in (part.split() for part in policy.split(";"))}

    assert parts["default-src"] == ["'none'"]
    assert set(parts["img-src"]) == {"'self'", "data:"}
    assert [name for name, values in parts.items() if any("//" in value for value in values)] == []


@pytest.mark.parametrize("address", [name for name in ANSWERS if "/static/portal" not in name])
def test_only_public_files_are_kept_by_others(https: Client, address: str) -> None:
    answer = get(https, address)

    kept = answer.get("Cache-Control", "")
    assert "no-store" in kept or "openid-configuration" in address


def test_a_broken_program_is_told_so_in_json_and_nothing_more(https: Client) -> None:
    answer = get(https, "/broken-machine")

    assert answer.json() == {"error": "server_error"}
    assert "Set-Cookie" not in answer


def test_another_host_name_is_refused_with_the_same_headers(https: Client) -> None:
    for secure in (False, True):
        answer = get(https, "/login/", secure=secure, host="evil.example")

        assert answer.status_code == 400
        assert "evil.example" not in answer.content.decode()
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_pages_in_clear_lead_to_https_and_programs_are_refused(https: Client) -> None:
    page = get(https, "/login/", secure=False)
    metadata = get(https, "/test/sts/.well-known/openid-configuration", secure=False)

    assert page["Location"] == "https://portal.example/login/"
    assert metadata.status_code == 400


def test_the_file_asked_for_is_one_of_ours() -> None:
    assert finders.find("portal.css")
