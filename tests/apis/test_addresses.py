"""Where an API may say that it is called: the rows S01, S03 and S25 as they are typed."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from onboarding.apis import services
from onboarding.apis.addresses import check_test_url, of_ours
from onboarding.apis.names import BadName
from onboarding.core.refusals import Invalid
from onboarding.suppliers.actors import SYSTEM
from onboarding.suppliers.models import Organization

CP = "http://localhost:8000/test/cp-api/CommunicationPartyEvents"


@pytest.fixture(autouse=True)
def portal(settings: Settings) -> None:
    """The portal is at one origin; another one is that of a test."""
    settings.BASE_URL = "http://localhost:8000"
    settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL, "http://localhost:7000"]


def check(url: str, short_name: str = "acme:api", environment: str = "test") -> None:
    check_test_url(url, short_name=short_name, environment=environment)


@pytest.mark.parametrize(
    ("url", "debug"),
    [
        ("https://api.example/status", False),
        ("https://api.example:8443/status?x=1", False),
        ("http://localhost:7000/status", False),
        ("http://localhost:5000/status", True),
        ("http://127.0.0.1:5000/status", True),
    ],
)
def test_good_addresses(settings: Settings, url: str, *, debug: bool) -> None:
    settings.DEBUG = debug

    check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/status",
        "http://localhost:5000/status",
        "http://localhost:8000@evil.example/",
        "http://localhost:8000.evil.example/",
        "https://user:word@api.example/",
        "https://api.example/#x",
        "https:///status",
        "https://api.example:x/",
        "https://[::1/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "/status",
        "",
    ],
)
def test_bad_addresses(url: str) -> None:
    with pytest.raises(BadName):
        check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/test/sts/connect/token",
        "http://LOCALHOST:8000/",
        "http://localhost.:8000/",
        "http://127.0.0.1:8000/",
        CP,
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_s25_the_portal_is_no_supplier_address(
    settings: Settings, url: str, *, debug: bool
) -> None:
    settings.DEBUG = debug

    with pytest.raises(BadName, match="portalens egen"):
        check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.example.no/test/sts/connect/token",
        "https://PORTAL.example.no./",
        "https://portal.example.no:443/",
        "https://portal.example.no:8443/",
    ],
)
def test_s25_the_portal_by_its_public_name(settings: Settings, url: str) -> None:
    settings.BASE_URL = "https://portal.example.no"
    settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL]

    with pytest.raises(BadName, match="portalens egen"):
        check(url)
    check("https://api.portal.example.no/")


@pytest.mark.parametrize("url", ["https://api.own.example/v1/client", "https://API.own.example./"])
def test_s25_the_portal_by_the_name_of_its_api(settings: Settings, url: str) -> None:
    settings.API_ROOTS = {"api.own.example": ("https://api.own.example", "test")}

    with pytest.raises(BadName, match="portalens egen"):
        check(url)
    check("https://other.own.example/")


def test_s25_apis_of_ours_have_one_address_each() -> None:
    assert of_ours("nhn:cp-api", "test") == CP
    assert of_ours("NHN:CP-API", "production").endswith(
        "/production/cp-api/CommunicationPartyEvents"
    )
    assert of_ours("acme:api", "test") == ""
    check(CP, "nhn:cp-api")
    for url in (
        f"{CP}?kind=x",
        f"{CP}/../../sts/connect/token",
        CP.replace("/test/", "/production/"),
    ):
        with pytest.raises(BadName):
            check(url, "nhn:cp-api")


@pytest.mark.django_db
def test_s25_it_is_refused_when_an_api_is_made_and_when_it_is_changed(acme: Organization) -> None:
    about = {"name": "A", "description": "", "dpop": "required"}
    who = {"by": SYSTEM, "at": timezone.now()}
    where = {"organization_id": acme.pk, "environment": "test", "short_name": "acme:a"}
    api = services.create_api(**about, **where, **who, test_url="https://api.example/")  # type: ignore[arg-type]

    with pytest.raises(Invalid):
        services.change_api(api_id=api.pk, **about, **who, test_url=CP)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        services.create_api(**about, **where, **who, test_url=CP)  # type: ignore[arg-type]
    api.refresh_from_db()
    assert api.test_url == "https://api.example/"


def test_a_host_longer_than_any_name_is_refused() -> None:
    url = f"https://{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 9}.example/status"
    assert len(url.split("/")[2]) > 253

    with pytest.raises(BadName):
        check_test_url(url, short_name="acme:api", environment="test")
