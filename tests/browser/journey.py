"""The main journey as a person walks it in a browser, on the demo and on the production shape."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, expect

from tests.leaks import remember_secret

API = "CommunicationParty REST API"
SCOPE = "nhn:cp-api/access"
SUPPLIER = "Nordlys EPJ AS"


class Configured(NamedTuple):
    """A client that a person has made: its page's address, and the file that was downloaded."""

    url: str
    file: Path
    content: dict[str, Any]


def log_in(page: Page, url: str, person: str = "Kari Lund") -> None:
    """Log in as a person of the demo, and represent the supplier."""
    page.goto(url)
    page.get_by_role("button", name=person).click()
    page.get_by_role("link", name=SUPPLIER).first.click()
    expect(page).to_have_title("Forside – Nordlys EPJ AS – Test – Selvbetjening")


def describe_system(page: Page, name: str) -> None:
    """«Dine klientsystemer»: a new one that supports API calls, with the tutorial's API."""
    page.get_by_role("link", name="Dine klientsystemer").click()
    page.get_by_role("link", name="Nytt klientsystem").first.click()
    page.get_by_label("Navn på fagsystemet").fill(name)
    _go_on(page)
    page.get_by_label("Tjener uten brukere").check()
    page.get_by_label("Journalsystem (EPJ)").check()
    _go_on(page)
    page.get_by_label("API-kall", exact=True).check()
    _go_on(page)
    page.get_by_label(SCOPE).select_option(label="Forhåndsvalgt")
    _go_on(page)
    page.get_by_role("button", name="Publiser versjon 1 i test").click()
    expect(page.get_by_text(f"{name}, versjon 1, er publisert.")).to_be_visible()


def configure_client(
    page: Page,
    system: str,
    folder: Path,
    *,
    environment: str = "test",
    state: str = "Alt er klart til det første tokenet",
) -> Configured:
    """«Ta i bruk HelseID»: a new client of that system, with a key made in the browser."""
    begin_client(page, system)
    page.get_by_label("Lag det i nettleseren").check()
    page.get_by_role("button", name="Fortsett", exact=True).click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Last ned konfigurasjonsfilen").click()
    file = folder / downloading.value.suggested_filename
    downloading.value.save_as(file)
    page.get_by_role("link", name="Fortsett", exact=True).click()
    page.get_by_role("button", name=f"Lagre i {environment}").click()
    expect(page.get_by_text(state)).to_be_visible()
    content = json.loads(file.read_text())
    remember_secret(json.loads(content["privateJwk"])["d"])
    return Configured(page.url, file, content)


def begin_client(page: Page, system: str) -> None:
    """Answer the wizard's first questions, up to the one about the key."""
    page.get_by_role("link", name="Ta i bruk HelseID").first.click()
    page.get_by_role("link", name="Ny klientkonfigurasjon").first.click()
    page.get_by_role("button", name="Begynn").click()
    page.get_by_label(SUPPLIER).check()
    _go_on(page)
    page.get_by_label("Søk etter fagsystem").fill(system)
    page.get_by_role("button", name=f"Velg {system}").click()
    expect(page.get_by_label(SCOPE)).to_be_checked()
    _go_on(page)


def test_token(page: Page, file: Path) -> None:
    """Run the token test with the key in `file`, and see every step of it passed."""
    panel = start_test(page, file)
    expect(panel.get_by_text("Alt virker.")).to_be_visible(timeout=30_000)
    steps = panel.locator("ol.rows > li")
    assert [steps.nth(n).get_attribute("data-state") for n in range(6)] == ["ok"] * 6


def start_test(page: Page, file: Path) -> Locator:
    """Ask for a token test with the key in `file`; return the panel that tells how it goes."""
    page.set_input_files("#test-file", file)
    page.get_by_role("button", name="Kjør tokentest").click()
    return page.locator("#token-test")


def run_snippet(page: Page, folder: Path, *arguments: str) -> Any:
    """Run the Python program exactly as the page shows it, beside the downloaded file."""
    program = folder / "hent_token.py"
    program.write_text(page.locator("#program").text_content() or "")
    done = subprocess.run(
        [sys.executable, program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _go_on(page: Page) -> None:
    page.get_by_role("button", name="Lagre og gå videre").click()
