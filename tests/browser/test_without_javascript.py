"""The journey for a browser without JavaScript: all but what only a browser's key can do."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.generation import generate
from tests.browser import journey
from tests.browsing import DESKTOP, PATIENCE
from tests.leaks import remember_secret
from tests.portals import Portal

SYSTEM = "Papirjournal"


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context: BrowserContext = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_from_login_to_an_active_client(plain: Page, demo: Portal) -> None:
    private = generate("PS256/3072")
    remember_secret(private["d"])
    journey.log_in(plain, demo.url)
    journey.describe_system(plain, SYSTEM)
    begin_client(plain)

    plain.get_by_label("Last opp en offentlig nøkkel").check()
    plain.get_by_label("Offentlig nøkkel", exact=True).fill(
        json.dumps(PrivateKey(private).jwk_public())
    )
    plain.get_by_role("button", name="Fortsett", exact=True).click()
    plain.get_by_role("button", name="Lagre i test").click()

    expect(plain.get_by_text("Alt er klart til det første tokenet")).to_be_visible()
    expect(plain.locator("#program")).to_contain_text("def request_token")


def begin_client(page: Page) -> None:
    """As journey.begin_client, but the search has to be sent."""
    page.get_by_role("link", name="Ta i bruk HelseID").first.click()
    page.get_by_role("link", name="Ny klientkonfigurasjon").first.click()
    page.get_by_role("button", name="Begynn").click()
    page.get_by_label(journey.SUPPLIER).check()
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.get_by_label("Søk etter fagsystem").fill(SYSTEM)
    page.get_by_role("button", name="Søk").click()
    page.get_by_role("button", name=f"Velg {SYSTEM}").click()
    page.get_by_role("button", name="Lagre og gå videre").click()
