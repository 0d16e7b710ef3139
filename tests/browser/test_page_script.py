"""The comfort that every page has, on a page of this test with the portal's own scripts."""

import json
from collections.abc import Iterator
from pathlib import Path

import django_htmx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsing import Problems

STATIC = Path(__file__).parents[2] / "static"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
ORIGIN = "http://localhost:1"  # nothing listens there: the test answers itself
BASE = (Path(__file__).parents[2] / "templates" / "base.html").read_text()
CONFIG = BASE.split('name="htmx-config" content=\'')[1].split("'")[0]
HEAD = f"""<!doctype html><html lang="nb"><head><title>Prøve</title>
<meta name="htmx-config" content='{CONFIG}'>
<link rel="icon" href="data:,"><script src="/htmx.js" defer></script>
<script type="module" src="/page.mjs"></script></head><body>"""
FOOT = """<div id="unanswered" role="alert" hidden>Vi fikk ikke svar</div>
<p id="announcer" role="status"></p></body></html>"""
PAGE = f"""{HEAD}
<code id="cid">309a39e0</code>
<button data-copy="cid" data-copied="Kopiert"><svg><use href="#i-copy"/></svg></button>
<details class="menu"><summary>Meny</summary><a href="#x">Valg</a></details>
<main>{{region}}</main><p>Utenfor</p>{FOOT}"""


class Server:
    """Answers for the origin of the test: the page, the scripts, and the region as told."""

    def __init__(self, page: Page) -> None:
        self.region = region("Steg 1 av 2")
        self.status = 200
        page.route(f"{ORIGIN}/**", self._answer)

    def _answer(self, route: Route) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/")
        if name == "htmx.js":
            route.fulfill(path=HTMX, content_type="text/javascript")
        elif name == "page.mjs":
            route.fulfill(path=STATIC / "js" / "page.mjs", content_type="text/javascript")
        elif name == "region":
            route.fulfill(status=self.status, body=self.region, content_type="text/html")
        else:
            body = PAGE.replace("{region}", self.region)
            route.fulfill(body=body, content_type="text/html; charset=utf-8")


def region(label: str, extra: str = "") -> str:
    return (
        '<section id="run" hx-get="/region" hx-trigger="every 100ms" hx-swap="outerHTML">'
        f"<span data-announce>{label}</span>{extra}"
        '<details id="sent"><summary>Sendt</summary><p>POST</p></details></section>'
    )


@pytest.fixture
def server(page: Page) -> Iterator[Server]:
    server = Server(page)
    page.goto(f"{ORIGIN}/")
    yield server
    page.goto("about:blank")  # no more asking while the browser is being closed


def test_htmx_settings_are_json_that_swaps_refusals_but_not_failures() -> None:
    handling = {each["code"]: each["swap"] for each in json.loads(CONFIG)["responseHandling"]}

    assert handling == {"204": False, "[234]..": True, "...": False}


def test_copy_fills_the_clipboard_and_says_so(page: Page, server: Server) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.click("[data-copy]")

    expect(page.locator("#announcer")).to_have_text("Kopiert")
    page.wait_for_timeout(500)  # the region looks again meanwhile, and has nothing new to say
    expect(page.locator("#announcer")).to_have_text("Kopiert")
    assert page.evaluate("navigator.clipboard.readText()") == "309a39e0"
    assert page.get_attribute("use", "href") == "#i-ok"
    expect(page.locator("use")).to_have_attribute("href", "#i-copy")


def test_open_menu_closes_by_a_press_elsewhere_and_by_escape(page: Page, server: Server) -> None:
    menu = page.locator("details.menu")

    page.click("summary:text('Meny')")
    expect(menu).to_have_attribute("open", "")
    page.click("text=Utenfor")
    expect(menu).not_to_have_attribute("open", "")

    page.click("summary:text('Meny')")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")


def test_what_is_open_stays_open_and_news_are_spoken(page: Page, server: Server) -> None:
    page.click("summary:text('Sendt')")

    server.region = region("Steg 2 av 2")

    expect(page.locator("[data-announce]")).to_have_text("Steg 2 av 2")
    expect(page.locator("#announcer")).to_have_text("Steg 2 av 2")
    expect(page.locator("#sent")).to_have_attribute("open", "")


def test_refusal_is_shown_and_its_summary_takes_focus(
    page: Page, server: Server, problems: Problems
) -> None:
    problems.allow("status of 422")

    server.status = 422
    server.region = (
        '<section id="run"><p id="sum" tabindex="-1" data-focus>Rett én feil</p></section>'
    )

    expect(page.locator("#sum")).to_be_focused()


def test_lost_answer_is_said_and_taken_back(page: Page, server: Server, problems: Problems) -> None:
    problems.allow("status of 503|Response Status Error Code 503")
    unanswered = page.locator("#unanswered")
    expect(unanswered).to_be_hidden()

    server.status = 503
    expect(unanswered).to_be_visible()
    expect(page.locator("[data-announce]")).to_have_text("Steg 1 av 2")

    server.status = 200
    expect(unanswered).to_be_hidden()
