"""Every page of the main journey, one after the other, for whoever wants to look at each.

The people of the demo take turns on one browser page; the demo must be fresh.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.journey import API, SCOPE, SUPPLIER

SYSTEM = "Fjordjournal"
ASKED = "nhn:msh/api"
NOWHERE = "clients/00000000-0000-4000-8000-000000000000/"

# Called at each page, with a short name for it and what it shows.
Look = Callable[[str, str], None]


class Tour:
    """A walk through the portal at `url`; downloads go to `folder`."""

    def __init__(self, page: Page, url: str, folder: Path, look: Look) -> None:
        self.page = page
        self.url = url
        self.folder = folder
        self.look = look

    def walk(self) -> None:
        """Walk from the login to the last page."""
        self.log_in()
        self.describe_system()
        self.begin_client()
        self.make_key()
        self.test_token()
        self.look_at_details()
        self.look_around()
        self.take_in_use()
        self.answer_request()
        self.check_apis()
        self.prepare_production()
        self.only_look()

    def log_in(self) -> None:
        """Kari logs in and says whom she represents."""
        self.page.goto(self.url)
        self.look("login", "Log in; in the demo as one of its people")
        self._press("Logg inn som Kari Lund")
        self.look("choose", "Whom one represents")
        self._follow(SUPPLIER)
        self.look("home", "The front page on the first day: what the next step is")

    def describe_system(self) -> None:
        """Kari describes a client system and publishes it."""
        self._follow("Dine klientsystemer")
        self.look("systems", "The client systems of the organisation")
        self._follow("Nytt klientsystem")
        self.look("system-new", "A new client system: its name")
        self._fill("Navn på fagsystemet", SYSTEM)
        self._go_on()
        self.look("system-basics", "What kind of system it is")
        self._go_on()
        self.look("system-basics-errors", "The same, with answers missing")
        self._check("Tjener uten brukere")
        self._check("Journalsystem (EPJ)")
        self._go_on()
        self.look("system-authentication", "How its clients get tokens")
        self._check("API-kall")
        self._go_on()
        self.look("system-services", "Which scopes, preselected or available")
        self.page.get_by_label(SCOPE).select_option(label="Forhåndsvalgt")
        self._go_on()
        self.look("system-check", "All answers, before publishing")
        self._press("Publiser versjon 1 i test")
        self.look("system", "The client system, published")

    def begin_client(self) -> None:
        """Kari answers the wizard of a client configuration, up to the key."""
        self._follow("Ta i bruk HelseID")
        self.look("clients", "The clients of the organisation, before the first")
        self._follow("Ny klientkonfigurasjon")
        self.look("client-new", "What it takes, before the first question")
        self._press("Begynn")
        self.look("client-organization", "Which organisation the client is for")
        self.page.get_by_label(SUPPLIER).check()
        self._go_on()
        self._fill("Søk etter fagsystem", SYSTEM)
        expect(self.page.get_by_role("button", name="Velg Nordlys EPJ")).to_be_hidden()
        self.look("client-system", "Which system it is made from: a search")
        self._press(f"Velg {SYSTEM}")
        self.look("client-scopes", "What the client may use")
        self._go_on()
        self.look("client-key", "Three ways to a key pair, and which is safer")

    def make_key(self) -> None:
        """Kari has the browser make the key, and checks her answers."""
        self._press("Fortsett")
        expect(self.page.locator("#made")).to_be_visible()
        self.look("client-key-made", "The key made in the browser, to be downloaded")
        with self.page.expect_download() as downloading:
            self._press("Last ned konfigurasjonsfilen")
        downloading.value.save_as(self.folder / "kari.json")
        self.page.get_by_role("link", name="Fortsett", exact=True).click()
        self.look("client-check", "All answers, before the client exists")
        self._press("Lagre i test")
        expect(self.page.get_by_text("Alt er klart til det første tokenet")).to_be_visible()
        self.look("client-ready", "The client, ready for its first token")

    def test_token(self) -> None:
        """Kari runs the token test with the key in her file."""
        self.page.set_input_files("#test-file", self.folder / "kari.json")
        self._press("Kjør tokentest")
        panel = self.page.locator("#token-test")
        expect(panel.get_by_text("Alt virker.")).to_be_visible(timeout=30_000)
        expect(self.page.locator("#keys").get_by_text("I bruk", exact=True)).to_be_visible()
        self.page.reload()
        self.look("client", "The client at work: state, token test, keys, scopes and code")

    def look_at_details(self) -> None:
        """Kari looks at what belongs to the client."""
        client = self.page.url
        self._follow("Vis alle tester av klienten")
        self.look("tests", "All token tests of a client")
        self.page.locator("tbody th a").first.click()
        self.look("test", "One token test, step by step")
        self.page.goto(f"{client}traffic/")
        expect(self.page.get_by_text("Portalens egen test").first).to_be_visible()
        self.look("traffic", "Each request of the client, live")
        self.page.locator("#lines th a").first.click()
        self.look("trace", "One request, with every check that decided on it")
        self.page.goto(f"{client}exceptions/")
        self.look("exceptions", "Old habits that the client may have in test, by name")
        self.page.goto(f"{client}keys/new/")
        self.look("key-new", "Another key for the client")
        self.page.goto(client)
        self._follow("Sperr")
        self.look("key-revoke", "Revoking a key, with what it stops")
        self.page.goto(f"{client}stop/")
        self.look("client-stop", "Stopping the client")

    def look_around(self) -> None:
        """Kari looks at the rest of what is hers."""
        self._follow("Forside")
        self.look("home-done", "The front page once there is a token")
        self._follow("Hvorfor ble jeg avvist?")
        self.look("why", "Paste a request to have it explained")
        here = self.page.url
        self.page.goto(f"{self.url}/help/errors/?q=aud")
        self.look("errors", "The error catalogue, searched")
        self.page.goto(f"{self.url}/help/errors/assertion.audience")
        self.look("error", "One code: why it comes, and what to do")
        self.page.goto(here)
        self._follow("Dine klientsystemer")
        self._follow(SYSTEM)
        self.look("system-chain", "A client system with the chain from customer to key")
        self._follow("Versjoner")
        self.look("system-versions", "Its versions")
        self._follow("Folk og tilganger")
        self.look("people", "Who may act for the organisation")
        self._follow("Inviter")
        self._fill("E-post", "ny.kollega@demo.example")
        self.look("invite", "An invitation")
        self._press("Send invitasjon")
        self.look("invited", "The invitation, with its link")
        tenant = self.page.url.partition("/people/")[0]
        self.page.goto(f"{tenant}/{NOWHERE}")
        self.look("not-found", "What is not there")
        self._follow("Produksjon")
        self.look("production", "Production, with what is missing before it opens")
        self.page.goto(f"{self.url}/profile/")
        self.look("profile", "One's own contact details, language and colors")
        self.page.goto(f"{self.url}/test/cp-api/docs")
        expect(self.page.get_by_role("button", name="Authorize")).to_be_visible()
        self.look("api-docs", "The demo API in Swagger UI")

    def take_in_use(self) -> None:
        """Ola goes on with a wizard that he had left, and has the portal make the key."""
        self._become("Ola Brekke")
        self.look("home-draft", "The front page with something to go on with")
        self._follow("Fullfør klientkonfigurasjonen for Fjordbyen legekontor")
        self.page.get_by_label(ASKED).check()
        self._go_on()
        self.look("client-claims", "What the APIs need to know of the client")
        self._fill("HER-id", "12345")
        self._go_on()
        self.page.get_by_label("La portalen lage det").check()
        self._press("Fortsett")
        self._press("Lagre i test")
        fetch = self.page.get_by_role("button", name="Hent nøkkelen")
        expect(fetch).to_be_visible(timeout=30_000)
        expect(self.page.get_by_text("Nøkkelen må hentes før")).to_be_visible()
        self.look("key-to-fetch", "A key that the portal made, to be fetched once")
        with self.page.expect_download():
            fetch.click()
        expect(self.page.get_by_text("Vi har slettet vår kopi.")).to_be_visible()
        expect(self.page.get_by_text("Virker delvis")).to_be_visible()
        self.look("client-waiting", "The key fetched, and one scope that waits for its owner")

    def answer_request(self) -> None:
        """Solveig answers the request, and looks at her APIs."""
        self._become("Solveig Dahl")
        self.look("home-owner", "The front page of an API owner")
        self._follow("Svar på én tilgangsforespørsel")
        self.look("requests", "Access requests")
        self._follow("Fjordbyen legekontor")
        self.look("request", "One access request, to be answered")
        self._follow("Dine API-er")
        self.look("apis", "The APIs of the organisation")
        self._follow("Nytt API")
        self.look("api-new", "A new API")
        self._follow("Dine API-er")
        self._follow("Meldingstjener REST API")
        self.look("api", "An API with its scopes, claims and consumers")
        self._follow("Nytt scope")
        self.look("api-scope", "A new scope")

    def check_apis(self) -> None:
        """Solveig has an API checked, and looks at how test tokens are made."""
        self._follow("Dine API-er")
        self._follow("CommunicationParty REST API")
        self.page.locator("section[aria-labelledby=api-check] a").click()
        self._press("Kjør API-sjekk")
        passed = self.page.get_by_text("API-et slapp inn det som er gyldig").first
        expect(passed).to_be_visible(timeout=60_000)
        self.look("api-check", "What an API lets in, tried with some ninety requests")
        self._follow("Integrasjonstesting")
        self._wait_for("Integrasjonstesting")
        self.look("test-tokens", "Test tokens, each wrong in one way")
        self._press("Lag testtoken")
        self._wait_for("Lag et nytt testtoken")
        self.look("test-token", "A test token, with every claim explained")

    def prepare_production(self) -> None:
        """Tora sees what production takes, and begins a case; Ingrid has not been asked yet."""
        self._become("Tora Nes")
        self._follow("Dine klientsystemer")
        self._follow("Fyrlykta Journal")
        self._follow("Automatisering")
        self._wait_for("Automatiseringsnøkler")
        self.look("automation", "Keys with which software makes drafts for customers")
        self.page.locator("main").get_by_role("link", name="Produksjon", exact=True).click()
        self._wait_for("Før dere kan gå i produksjon")
        self.look("ready", "What production takes, and who can see to it")
        self._follow("Begynn på dokumentasjonen")
        self._wait_for("Dokumentasjon")
        self.look("evidence", "What the portal can prove by itself, and from what")
        self._follow("Produksjonssetting")
        self._wait_for("Produksjonssetting")
        self.look("cases", "What is on its way to production")
        self.page.get_by_role("button", name="Begynn på saken").click()
        self._wait_for("Produksjonssetting av Fyrlykta Journal")
        self.look("case", "A case: what bars it, its items, its history")
        self._follow("Bruksvilkår")
        self._wait_for("Bruksvilkår")
        self.look("terms", "Terms of use, and who may accept them")
        self._follow("Webhooks")
        self._wait_for("Webhooks")
        self.look("webhooks", "Addresses that are told what happens")
        self._become("Ingrid Moe")
        self.page.goto(f"{self.url}/desk/")
        self.look("desk", "The review desk, with nothing to do")

    def only_look(self) -> None:
        """Harald may look and not change; Ingrid sees all organisations."""
        self._become("Harald Vik")
        self._follow("Ta i bruk HelseID")
        self._follow(SYSTEM)
        expect(self.page.get_by_text(f"Klienten får token til {API}")).to_be_visible()
        self.look("client-reader", "A client, to whoever may only look")
        self._become("Ingrid Moe")
        self.look("choose-staff", "Platform staff choose an organisation")

    def _wait_for(self, heading: str) -> None:
        """Until the page is there: some take a while to be made."""
        shown = self.page.get_by_role("heading", name=heading, exact=True)
        expect(shown.first).to_be_visible()
        self.page.wait_for_load_state()

    def _become(self, person: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.url}/login/")
        self._press(f"Logg inn som {person}")

    def _press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def _follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def _fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def _check(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def _go_on(self) -> None:
        self._press("Lagre og gå videre")
