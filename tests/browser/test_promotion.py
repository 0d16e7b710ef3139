"""From test to production with three people in three browsers, and on to a token.

The checklist is a short one whose items people settle, so that the way of the case is what is
walked; how the shipped one is proved by traffic is for tests/checklists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from onboarding.accounts.models import User
from onboarding.clients.states import Access
from onboarding.promotion import dossier
from onboarding.promotion.models import Case, Decision, Release
from onboarding.systems.models import ClientSystem
from tests.browsing import DESKTOP, PATIENCE, Problems
from tests.factories import make_client, make_user
from tests.machines import Machine, claims_of, make_signing_key
from tests.promotion import making
from tests.suppliers.making import make_acceptance, make_terms

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[User], Page]


@pytest.fixture
def open_as(browser: Browser, problems: Problems, live_server: Any) -> Iterator[Open]:
    """A function that opens a browser of its own in which a person is logged in."""
    contexts: list[BrowserContext] = []

    def open_browser(who: User) -> Page:
        http = Client()
        http.force_login(who)
        session = http.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(
            viewport=DESKTOP, locale="nb-NO", timezone_id="Europe/Oslo", accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        problems.watch(context)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict with these members
        contexts.append(context)
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()
    assert problems.unexpected() == []


def answer(page: Page, choice: str) -> None:
    """Open the one item that the supplier answers, and answer it."""
    page.locator(f"#item-{making.ANSWERED}").evaluate("item => item.closest('details').open = true")
    item = page.locator(f"#item-{making.ANSWERED}")
    item.locator(f"#answer-{making.ANSWERED} > summary").click()
    item.get_by_label(choice).check()
    item.get_by_label("Hvor kan vi se det?").fill("klient.py, linje 12")
    item.get_by_role("button", name="Lagre svaret").click()


def judge(page: Page) -> None:
    """Judge the one item that only a person can."""
    item = page.locator(f"#item-{making.JUDGED}")
    item.get_by_label("I orden", exact=True).check()
    item.get_by_role("button", name="Lagre vurderingen").click()


def decide(page: Page, outcome: str) -> None:
    page.get_by_label(outcome, exact=True).check()
    page.get_by_role("button", name="Lagre vedtaket").click()
    expect(page.get_by_text("Vedtaket ditt er lagret.")).to_be_visible()


def send_in(page: Page, live_server: Any, number: str) -> None:
    """Begin a case, meet what it lacks, put it right and send it in."""
    page.goto(live_server.url + reverse("promotion:list", args=["test", number]))
    page.get_by_role("button", name="Begynn på saken").click()
    expect(page.get_by_text("Ett sjekkpunkt mangler svar eller grunnlag.")).to_be_visible()
    expect(page.get_by_role("button", name="Send inn til gjennomgang")).to_have_count(0)
    answer(page, "Ikke")
    page.get_by_role("button", name="Send inn til gjennomgang").click()
    expect(page.get_by_text("Saken venter på en saksbehandler")).to_be_visible()


def return_item(page: Page, live_server: Any) -> None:
    """Take the case from the desk, ask about the item, and send the case back."""
    page.goto(live_server.url + reverse("desk:queue"))
    page.get_by_role("link", name="Fyrlykta Journal").click()
    page.get_by_role("button", name="Ta saken").click()
    page.get_by_label("Sjekkpunkter er ikke oppfylt").check()
    page.get_by_role("button", name="Fyll ut meldingen").click()
    expect(page.get_by_label("Melding til leverandøren")).to_have_value(re.compile("Z01: Krav Z01"))
    decide(page, "Be om endringer")


def test_from_test_to_a_token_in_production(
    open_as: Open, live_server: Any, tmp_path: Path
) -> None:
    making.make_checklist()
    organization, tora = making.make_supplier()
    system = making.make_promoted_system(
        organization, tora, sensitive=True, name="Fyrlykta Journal"
    )
    ingrid, jonas = (make_user(name, is_reviewer=True) for name in ("ingrid", "jonas"))
    supplier, first, second = open_as(tora), open_as(ingrid), open_as(jonas)

    send_in(supplier, live_server, organization.number)
    return_item(first, live_server)

    supplier.reload()
    expect(supplier.get_by_text("Krav Z01", exact=False).first).to_be_visible()
    answer(supplier, "Godt")
    supplier.get_by_role("button", name="Send inn på nytt").click()
    first.reload()
    judge(first)
    decide(first, "Godkjenn")
    case = Case.objects.get(system=system)
    second.goto(live_server.url + reverse("desk:case", args=[case.pk]))
    second.get_by_role("button", name="Bli den andre saksbehandleren").click()
    decide(second, "Godkjenn")

    # Terms are announced meanwhile: they are asked for at the moment of going live.
    terms = make_terms()
    supplier.reload()
    supplier.get_by_role("link", name="Sett i produksjon").click()
    expect(supplier.get_by_text("Bruksvilkårene", exact=False).first).to_be_visible()
    make_acceptance(organization, terms, tora)
    supplier.reload()
    supplier.get_by_role("button", name="Sett i produksjon").click()
    expect(supplier.get_by_text("Fyrlykta Journal er satt i produksjon.")).to_be_visible()
    check_token()
    check_dossier(supplier, live_server, case, tmp_path)


def check_token() -> None:
    """A client of the released system, with a key of its own, gets a token of production."""
    release = Release.objects.get()
    assert release.revision
    scope = release.revision.scopes.get().scope
    make_signing_key("production")
    made = ClientSystem.objects.get(environment="production")
    client = make_client(system=made, scopes={scope: Access.OK})
    token = claims_of(Machine(client).meet().token(scope=scope.name))
    assert token["iss"] == settings.ISSUERS["production"]


def check_dossier(page: Page, live_server: Any, case: Case, folder: Path) -> None:
    """Every item has its verdict and its evidence, and the file verifies by itself."""
    page.goto(
        live_server.url
        + reverse("promotion:case", args=["test", case.organization.number, case.pk])
    )
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Last ned saksmappen (ZIP)").click()
    file = folder / "saksmappe.zip"
    downloading.value.save_as(file)
    dossier.verify(file.read_bytes())
    decisions = Decision.objects.filter(case=case, outcome="approved")
    for decision in decisions:
        verdicts = {row["item"]: row["verdict"] for row in decision.snapshot["evidence"]["items"]}
        assert verdicts == {making.ANSWERED: "pass", making.JUDGED: "pass"}
        assert all(row["setup_hash"] for row in decision.snapshot["evidence"]["items"])
    assert decisions.count() == 2
