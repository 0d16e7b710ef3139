"""The acceptance story: the tutorial "Set up a HelseId Client through Selvbetjening", step by step.

On the portal as `make run` starts it, by a person of the demo, to data out of the API.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser import journey
from tests.portals import Portal

SYSTEM = "Fjordjournal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


def test_from_login_to_data(page: Page, demo: Portal, folder: Path) -> None:
    journey.log_in(page, demo.url)
    journey.describe_system(page, SYSTEM)
    made = journey.configure_client(page, SYSTEM, folder)

    assert made.file.name == f"HelseID Configuration 312345676-{SYSTEM}.json"
    assert made.content["authority"] == f"{demo.url}/test/sts"
    assert made.content["scopes"] == [journey.SCOPE]
    assert made.content["grantTypes"] == ["client_credentials"]

    journey.test_token(page, made.file)
    events = journey.run_snippet(page, folder)

    assert {"communicationParties", "links"} <= set(events)
    assert len(events["communicationParties"]) > 0
    page.reload()
    expect(page.get_by_text(f"Klienten får token til {journey.API}")).to_be_visible()
    expect(page.locator("#keys").get_by_text("I bruk", exact=True)).to_be_visible()


def test_the_wizard_survives_a_closed_browser(page: Page, demo: Portal) -> None:
    journey.log_in(page, demo.url)
    journey.begin_client(page, "Nordlys EPJ")
    left = page.url
    page.context.clear_cookies()
    page.goto("about:blank")

    journey.log_in(page, demo.url)
    page.get_by_role("link", name="Ta i bruk HelseID").first.click()
    page.get_by_role("link", name="Nordlys EPJ", exact=True).first.click()

    expect(page).to_have_url(left)


def test_the_api_refuses_whoever_has_no_token(demo: Portal) -> None:
    answer = requests.get(f"{demo.url}/test/cp-api/CommunicationPartyEvents", timeout=10)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    assert "error=" not in answer.headers["WWW-Authenticate"]
