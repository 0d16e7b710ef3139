"""Pages for what went wrong, and the choices of language and colors.

None of these tests may use the database: the pages must show when it is away.
"""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from portal import views
from tests.constants import HTMX


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a detail that is nobody's business")


@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Det krever <skrivetilgang>")


@login_not_required
def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


@login_not_required
def refused(request: HttpRequest, status: int) -> HttpResponse:
    return views.problem(request, status, reason="Kari var <først>")


urlpatterns = [
    path("broken", broken),
    path("forbidden", forbidden),
    path("suspicious", suspicious),
    path("refused/<int:status>", refused),
    path("language", views.choose_language, name="language"),
    path("scheme", views.choose_scheme, name="scheme"),
    path("", include(([path("out", broken, name="logout")], "accounts"))),
]
handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error


@pytest.fixture(autouse=True)
def _addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def text(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 422, 429])
def test_refusal_is_a_page_with_its_reason(client: Client, status: int) -> None:
    response = client.get(f"/refused/{status}")

    assert response.status_code == status
    assert f'<p class="quiet">{status}</p>' in text(response)
    assert "<p>Kari var &lt;først&gt;</p>" in text(response)
    assert "HX-Retarget" not in response


def test_refusal_under_htmx_takes_the_whole_body(client: Client) -> None:
    response = client.get("/refused/404", headers=HTMX)

    assert response.status_code == 404
    assert response["HX-Retarget"] == "body"
    assert response["HX-Reswap"] == "innerHTML"


@pytest.mark.parametrize("debug", [False, True])
def test_unknown_address_says_what_to_do(client: Client, settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug

    response = client.get("/nowhere")

    assert response.status_code == 404
    assert "Sjekk adressen, eller begynn på forsiden." in text(response)


def test_forbidden_and_suspicious_have_their_pages(client: Client) -> None:
    no, odd = client.get("/forbidden"), client.get("/suspicious")

    assert (no.status_code, odd.status_code) == (403, 400)
    assert "Det krever &lt;skrivetilgang&gt;" in text(no)
    assert "Vi forsto ikke forespørselen" in text(odd)


def test_broken_page_needs_nothing_and_tells_nothing(client: Client) -> None:
    client.raise_request_exception = False

    response = client.get("/broken")

    assert response.status_code == 500
    assert "Noe gikk galt hos oss" in text(response)
    assert "business" not in text(response)


def test_form_without_its_token_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/language", {"language": "en"})

    assert response.status_code == 403
    assert "Siden har vært åpen for lenge" in text(response)
    assert "language" not in response.cookies


@pytest.mark.parametrize(
    ("address", "name", "value"), [("/language", "language", "en"), ("/scheme", "scheme", "dark")]
)
def test_choice_is_kept_and_leads_back(client: Client, address: str, name: str, value: str) -> None:
    response = client.post(address, {name: value, "next": "/test/310123455/?page=2"})

    assert (response.status_code, response["Location"]) == (302, "/test/310123455/?page=2")
    cookie = response.cookies[name]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (value, True, "Lax")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_choice_never_leads_away_from_here(client: Client, target: str) -> None:
    response = client.post("/scheme", {"scheme": "light", "next": target})

    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("address", "name", "value"),
    [
        ("/language", "language", "tlh"),
        ("/language", "language", ""),
        ("/scheme", "scheme", "pink"),
    ],
)
def test_choice_of_nothing_known_is_refused(
    client: Client, address: str, name: str, value: str
) -> None:
    response = client.post(address, {name: value})

    assert response.status_code == 400
    assert name not in response.cookies
