"""The three ways to a key in a real browser: made there, uploaded, and made by a worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from jwcrypto.jwk import JWK
from playwright.sync_api import BrowserContext, Download, Page, Route, expect

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.jose.keys import thumbprint
from onboarding.keys.models import Key, KeyMaking, KeyPlan
from onboarding.keys.states import Origin
from tests.browsing import Problems, log_in
from tests.factories import make_client, make_organization, make_system, make_user
from tests.leaks import remember_secret
from tests.live import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None, context: BrowserContext, live_server: Any) -> User:
    """Alice, logged in."""
    alice = make_user("alice", organization=make_organization("Acme EPJ AS"))
    log_in(context, live_server, alice)
    return alice


def configuration(alice: User, status: Status = Status.DRAFT) -> ClientConfiguration:
    membership = alice.memberships.get()
    system = make_system(membership.organization, by=alice)
    step = "claims" if status == Status.DRAFT else "check"
    return make_client(membership.organization, system=system, by=alice, status=status, step=step)


def address(live_server: Any, name: str, client: ClientConfiguration) -> str:
    tenant = client.environment, client.organization.number
    return f"{live_server.url}{reverse(name, args=[*tenant, client.pk])}"


def content(download: Download) -> dict[str, Any]:
    """Return the private JWK in a configuration file that was downloaded."""
    file = json.loads(Path(download.path()).read_text())
    private: dict[str, Any] = json.loads(file["privateJwk"])
    remember_secret(private["d"])
    return private


@pytest.mark.parametrize("kind", ["PS256/3072", "ES512"])
def test_a_key_made_in_the_browser(page: Page, live_server: Any, alice: User, kind: str) -> None:
    client = configuration(alice)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(address(live_server, "keys:choose", client))
    page.get_by_text("Nøkkelpar (avansert)").click()
    page.select_option("[name=kind]", kind)
    page.get_by_role("button", name="Fortsett").click()
    made = page.locator("#made")
    expect(made).to_be_visible()
    expect(page.get_by_role("link", name="Fortsett", exact=True)).to_be_hidden()

    with page.expect_download() as downloading:
        made.get_by_role("button", name="Last ned konfigurasjonsfilen").click()
    page.get_by_role("link", name="Fortsett", exact=True).click()

    private, key = content(downloading.value), Key.objects.get()
    assert downloading.value.suggested_filename.startswith("HelseID Configuration ")
    assert (key.origin, key.alg) == (Origin.BROWSER, kind.split("/")[0])
    assert key.thumbprint == thumbprint(private) == private["kid"]
    assert not [data for data in sent if private["d"] in data]
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroller svarene")
    page.get_by_role("button", name="Lagre i test").click()
    page.wait_for_url("**/clients/*/")
    client.refresh_from_db()
    assert client.status == Status.ACTIVE


def test_a_private_key_is_stopped_before_it_is_sent(
    page: Page, live_server: Any, alice: User
) -> None:
    client = configuration(alice)
    page.goto(address(live_server, "keys:choose", client))
    page.get_by_label("Last opp en offentlig nøkkel").check()
    private = JWK.generate(kty="EC", crv="P-256").export()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    page.fill("[name=public_key]", private)

    expect(page.locator("[data-private-stopped]").first).to_be_visible()
    assert page.input_value("[name=public_key]") == ""
    assert sent == []


def test_a_public_key_is_uploaded(
    page: Page, live_server: Any, alice: User, problems: Problems
) -> None:
    problems.allow("status of 422")
    client = configuration(alice)
    page.goto(address(live_server, "keys:choose", client))
    page.get_by_label("Last opp en offentlig nøkkel").check()
    pem = JWK.generate(kty="EC", crv="P-384").export_to_pem().decode()
    page.fill("[name=public_key]", pem)
    page.get_by_role("button", name="Fortsett").click()

    page.get_by_label("Algoritmen som nøkkelen signerer med").select_option("ES384")
    page.get_by_role("button", name="Fortsett").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroller svarene")
    assert Key.objects.get().alg == "ES384"


def test_a_key_made_by_the_portal_comes_to_this_browser_once(
    page: Page,
    context: BrowserContext,
    live_server: Any,
    alice: User,
    start_worker: Callable[..., Worker],
) -> None:
    start_worker()
    client = configuration(alice)
    page.goto(address(live_server, "keys:choose", client))
    page.get_by_label("La portalen lage det").check()
    page.get_by_role("button", name="Fortsett").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroller svarene")
    assert KeyPlan.objects.get().kind == "PS256/3072"
    page.get_by_role("button", name="Lagre i test").click()

    fetch = page.get_by_role("button", name="Hent nøkkelen")
    expect(fetch).to_be_visible(timeout=30_000)
    with page.expect_download() as downloading:
        fetch.click()
    expect(page.get_by_text("Vi har slettet vår kopi.")).to_be_visible()

    private = content(downloading.value)
    making = KeyMaking.objects.get()
    assert Key.objects.get().thumbprint == thumbprint(private)
    assert making.sealed == ""
    with page.expect_download() as again:
        page.get_by_role("button", name="Last ned filen på nytt").click()
    assert content(again.value) == private
    page.reload()
    expect(page.get_by_text("kan ikke hentes igjen")).to_be_visible()
    expect(fetch).to_be_hidden()


def test_another_browser_is_told_that_it_cannot_open_the_key(
    page: Page, live_server: Any, alice: User, start_worker: Callable[..., Worker]
) -> None:
    start_worker()
    client = configuration(alice, Status.ACTIVE)
    page.goto(address(live_server, "keys:add", client))
    page.get_by_label("La portalen lage det").check()
    page.get_by_role("button", name="Fortsett").click()
    expect(page.get_by_role("button", name="Hent nøkkelen")).to_be_visible(timeout=30_000)

    page.evaluate("indexedDB.deleteDatabase('selvbetjening')")
    page.reload()

    expect(
        page.get_by_text("Dette er ikke nettleseren som nøkkelen er kryptert for.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Hent nøkkelen")).to_be_hidden()
    assert KeyMaking.objects.get().sealed


def test_a_click_before_the_script_waits_for_it(
    page: Page, context: BrowserContext, live_server: Any, alice: User
) -> None:
    client = configuration(alice)
    held: list[Route] = []
    context.route("**/keys-recipient*.mjs", lambda route: held.append(route))
    with page.expect_request("**/keys-recipient*.mjs"):
        page.goto(address(live_server, "keys:choose", client), wait_until="commit")
    button = page.get_by_role("button", name="Fortsett", exact=True)
    expect(button).to_have_css("pointer-events", "none")

    for route in held:
        route.continue_()
    button.click()

    expect(page.locator("#made")).to_be_visible()
