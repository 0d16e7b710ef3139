"""From a red token test to a token in production: five people, each in a browser of his own.

The checklist is the shipped one, a worker makes the token tests, and a program of the supplier's
that knows nothing but what is published asks the authorization server over HTTP.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from onboarding.promotion.models import Case
from onboarding.promotion.states import Status
from portal import processes
from tests.browser import journey
from tests.browser.promoting import Installed, World, make_world, work_for_an_hour
from tests.browsing import Open
from tests.live import Worker
from tests.machines import claims_of

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = "Fyrlykta Journal"
RETURNED = "P03"
# What only the supplier can say, with the answer that he chooses.
ANSWERS = {
    "P01": "Leser metadata og mellomlagrer dem i timer",
    RETURNED: "Kan slås av i produksjon",
    "P04": "Ja (navn og versjon)",
    "T03": "Bruker expires_in og scope fra svaret, og melder fra når et scope mangler",
    "O02": "Økende ventetid med øvre grense, og brukeren får vite hva som ikke virker",
    "U01": "Ja, alle tre, sist oppdatert de siste 12 månedene",
    "U02": "Ja, automatisk ved hver versjon, og trafikken kom fra versjonen i saken",
    "U03": "Ja, skriftlig og øvd på de siste 12 månedene",
    "U04": "Ja, for begge, og øvd på de siste 12 månedene",
}
MENDED = "Alltid på, kan ikke slås av"
JUDGED = ("P02", "T02", "K05")
REMARK = "K06"  # nobody has seen the program change its key


def test_from_a_red_token_test_to_a_token_in_production(
    open_as: Open, worker: Worker, tmp_path: Path
) -> None:
    world = make_world()
    tora, sigrid, solveig, ingrid, jonas = map(open_as, world.people)

    file = begin_with_a_red_test(tora, world, tmp_path)
    case = meet_the_refusal(tora, world)
    consent(solveig, world, "test")
    consent_to_production(solveig, world)
    turn_the_test_green(tora, world, file)
    gather_evidence(tora, world, file)
    send_in(tora, world, case)

    return_it(ingrid)
    send_in_again(tora)
    approve_with_a_date(ingrid, case)
    approve_as_the_second(jonas, case)

    hand_over_the_terms(tora, sigrid, world, case)
    go_live(tora, world, case)
    use_production(tora, solveig, world, file)
    check_dossier(tora, world, case, tmp_path)


def begin_with_a_red_test(page: Page, world: World, folder: Path) -> Path:
    """Describe a client system, make a client of it, and see its token test fail."""
    page.goto(world.at("systems:list"))
    journey.describe_system(page, SYSTEM)
    made = journey.configure_client(
        page, SYSTEM, folder, state="Klienten er klar, og venter på Helsenettdrift"
    )
    panel = journey.start_test(page, made.file)
    expect(panel.get_by_text("test.scope_pending")).to_be_attached(timeout=30_000)
    return made.file


def meet_the_refusal(page: Page, world: World) -> Case:
    """See what is missing, begin a case all the same, and find no way to send it in."""
    page.goto(world.at("evidence:ready_system", world.system.pk))
    for row, state in (
        ("stoppet ved «Hente token»", "fail"),
        ("Samtykke fra dem som eier scopene", "you"),
        ("Bruksvilkår", "fail"),
        ("Godkjent leverandør", "ok"),
    ):
        expect(page.locator(f"li[data-state={state}]", has_text=row).first).to_be_visible()
    page.get_by_role("button", name="Spør eierne").click()
    expect(page.get_by_text("er spurt, og får varsel om det.")).to_be_visible()
    page.goto(world.at("promotion:list"))
    page.get_by_role("button", name="Begynn på saken").click()
    expect(page.get_by_role("heading", name="Før du kan sende inn")).to_be_visible()
    expect(page.get_by_role("button", name="Send inn til gjennomgang")).to_have_count(0)
    return Case.objects.get()


def consent(page: Page, world: World, environment: str) -> None:
    """The owner of the scope says yes to the client that asks for it."""
    page.goto(world.at("clients:requests", environment=environment, owner=True))
    page.get_by_role("link", name=world.supplier.name).first.click()
    page.get_by_label("Godkjenn", exact=True).check()
    page.get_by_role("button", name=re.compile("Send svar")).click()
    expect(page.get_by_text(f"{journey.SCOPE} for {SYSTEM}: klar til bruk.")).to_be_visible()


def consent_to_production(page: Page, world: World) -> None:
    """The owner of the scope says yes to the system, before it can be sent in."""
    page.goto(world.at("clients:requests", environment="production", owner=True))
    page.get_by_role("link", name=f"{SYSTEM}: ").click()
    page.get_by_label("Godkjenn", exact=True).check()
    page.get_by_role("button", name="Send svar i produksjon").click()
    expect(page.get_by_text("klar til bruk").first).to_be_visible()


def turn_the_test_green(page: Page, world: World, file: Path) -> None:
    client = json.loads(file.read_text())["clientId"]
    page.goto(world.at("client", client))
    journey.test_token(page, file)


def gather_evidence(page: Page, world: World, file: Path) -> None:
    """Say which client is measured, let the program work, and see what the portal has proved."""
    page.goto(world.at("evidence:system", world.system.pk))
    page.get_by_role("checkbox", name=SYSTEM).check()
    page.get_by_role("button", name="Begynn målingen").click()
    expect(page.get_by_text("Målingen går.")).to_be_visible()
    work_for_an_hour(Installed("test", file))
    page.reload()
    expect(page.get_by_text("21 av 21 punkter som portalen kan dokumentere")).to_be_visible()


def answer(page: Page, item: str, choice: str = "") -> None:
    """Unfold an item of the case, and answer it: with a choice, or in words to the reviewer."""
    row = page.locator(f"#item-{item}")
    row.evaluate("item => item.closest('details').open = true")
    row.locator(f"#answer-{item} > summary").click()
    if choice:
        row.get_by_label(choice, exact=True).check()
    row.get_by_label("Hvor kan vi se det?").fill(f"klient.py, {item}")
    row.get_by_role("button", name="Lagre svaret").click()


def send_in(page: Page, world: World, case: Case) -> None:
    """Answer what nobody else can, and send the case in."""
    page.goto(world.at("promotion:case", case.pk))
    expect(page.get_by_role("button", name="Send inn til gjennomgang")).to_have_count(0)
    for item, choice in ANSWERS.items():
        answer(page, item, choice)
    for item in JUDGED:
        answer(page, item)
    page.get_by_role("button", name="Send inn til gjennomgang").click()
    expect(page.get_by_text("Saken venter på en saksbehandler")).to_be_visible()


def return_it(page: Page) -> None:
    """Take the case from the desk, ask about the item that is not met, and send it back."""
    page.goto(settings.BASE_URL + reverse("desk:queue"))
    page.get_by_role("link", name=SYSTEM).click()
    page.get_by_role("button", name="Ta saken").click()
    page.get_by_label("Sjekkpunkter er ikke oppfylt").check()
    page.get_by_role("button", name="Fyll ut meldingen").click()
    expect(page.get_by_label("Melding til leverandøren")).to_have_value(re.compile(RETURNED))
    decide(page, "Be om endringer")


def send_in_again(page: Page) -> None:
    """Read what came back, mend it, and send the case in once more."""
    page.reload()
    expect(page.get_by_role("heading", name="Fra saksbehandlerne")).to_be_visible()
    answer(page, RETURNED, MENDED)
    page.get_by_role("button", name="Send inn på nytt").click()
    expect(page.get_by_text(f"{SYSTEM} er sendt inn.")).to_be_visible()


def approve_with_a_date(page: Page, case: Case) -> None:
    """Judge what only a person can, set a date for the remark, and say the first yes."""
    page.reload()
    for item in JUDGED:
        row = page.locator(f"#item-{item}")
        row.get_by_label("I orden", exact=True).check()
        row.get_by_label("Begrunnelse").fill("Sett i koden.")
        row.get_by_role("button", name="Lagre vurderingen").click()
    row = page.locator(f"#item-{REMARK}")
    row.locator(f"#condition-{REMARK} > summary").click()
    row.get_by_label("Frist").fill((timezone.now() + timedelta(days=90)).date().isoformat())
    row.get_by_role("button", name="Lagre", exact=True).click()
    decide(page, "Godkjenn med merknader")
    assert Case.objects.get(pk=case.pk).status == Status.RESUBMITTED, "one yes of two"


def approve_as_the_second(page: Page, case: Case) -> None:
    """A second reviewer looks at what was proved, and says yes to the same as the first."""
    page.goto(settings.BASE_URL + reverse("desk:case", args=[case.pk]))
    page.get_by_role("button", name="Bli den andre saksbehandleren").click()
    page.locator("#settled-portal > summary").click()
    page.locator("#evidence-K01 > summary").click()
    expect(page.locator("#evidence-K01").get_by_text("RSA 3072: 1", exact=True)).to_be_visible()
    decide(page, "Godkjenn med merknader")
    assert Case.objects.get(pk=case.pk).status == Status.APPROVED_WITH_WARNINGS


def decide(page: Page, outcome: str) -> None:
    page.get_by_label(outcome, exact=True).check()
    page.get_by_role("button", name="Lagre vedtaket").click()
    expect(page.get_by_text("Vedtaket ditt er lagret.")).to_be_visible()


def hand_over_the_terms(page: Page, signer: Page, world: World, case: Case) -> None:
    """Be stopped at going live, and give the terms to who may bind the organisation."""
    page.goto(world.at("promotion:case", case.pk))
    page.get_by_role("link", name="Sett i produksjon").click()
    expect(
        page.get_by_text(re.compile("Bruksvilkårene, versjon .* er ikke godtatt."))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Sett i produksjon")).to_have_count(0)
    page.get_by_role("link", name="Gå til bruksvilkårene").click()
    page.get_by_role("button", name="Lag en lenke til den som kan godta").click()
    signer.goto(page.locator("#link").inner_text())
    signer.get_by_role("button", name="Gå til oppgaven").click()
    sign(signer)


def sign(page: Page) -> None:
    """Read and accept the version that applies, on its page."""
    page.get_by_role("link", name="Les og godta bruksvilkårene").click()
    page.get_by_label("Din rolle i virksomheten").fill("daglig leder")
    page.get_by_label("Jeg har lest bruksvilkårene, og kan binde virksomheten").check()
    page.get_by_role("button", name=re.compile("Godta bruksvilkårene for")).click()
    expect(page.get_by_text(re.compile("Bruksvilkårene .* er godtatt for"))).to_be_visible()


def go_live(page: Page, world: World, case: Case) -> None:
    page.goto(world.at("promotion:case", case.pk))
    page.get_by_role("link", name="Sett i produksjon").click()
    page.get_by_role("button", name="Sett i produksjon").click()
    expect(page.get_by_text(f"{SYSTEM} er satt i produksjon.")).to_be_visible()


def use_production(page: Page, owner: Page, world: World, in_test: Path) -> None:
    """Make a client of what is live, with a key of its own; test it; get a token over HTTP."""
    folder = in_test.parent / "production"
    folder.mkdir()
    page.goto(world.at("home", environment="production"))
    made = journey.configure_client(
        page,
        SYSTEM,
        folder,
        environment="produksjon",
        state="Klienten er klar, og venter på Helsenettdrift",
    )
    assert key_of(made.file) != key_of(in_test)
    consent(owner, world, "production")
    page.reload()
    journey.test_token(page, made.file)
    token = claims_of(Installed("production", made.file).token())
    assert token["iss"] == settings.ISSUERS["production"]
    assert token["client_id"] == made.content["clientId"]
    assert token["scope"] == [journey.SCOPE]


def key_of(file: Path) -> str:
    return str(json.loads(json.loads(file.read_text())["privateJwk"])["kid"])


def check_dossier(page: Page, world: World, case: Case, folder: Path) -> None:
    """The file verifies by itself; each item that applies has its verdict and its evidence."""
    page.goto(world.at("promotion:case", case.pk))
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Last ned saksmappen (ZIP)").click()
    file = folder / "saksmappe.zip"
    downloading.value.save_as(file)
    said = verified(file)
    assert said.startswith("The dossier is whole. head ")
    with zipfile.ZipFile(file) as archive:
        parts = [name for name in archive.namelist() if name.endswith(".json")]
        read = {name: json.loads(archive.read(name)) for name in parts}
    yes = [row for row in read["decisions.json"] if row["outcome"] == "approved"]
    assert [row["by"] for row in yes] == [world.ingrid.name, world.jonas.name]
    assert len({row["digest"] for row in yes}) == 1
    check_items(yes[-1]["snapshot"]["evidence"]["items"], read)


def check_items(items: list[dict[str, Any]], read: dict[str, Any]) -> None:
    """Nothing stands open; half of what applies, at least, was proved without anyone typing."""
    applied = {row["item"]: row for row in items if row["verdict"] != "not_applicable"}
    unmet = {key: row["verdict"] for key, row in applied.items() if row["verdict"] != "pass"}
    assert unmet == {REMARK: "warn"}
    assert [row["item"] for row in read["judgements.json"]["conditions"]] == [REMARK]
    proved = {key for key, row in applied.items() if row["kind"] == "portal"}
    assert len(proved) * 2 >= len(applied)
    assert all(applied[key]["counts"] and applied[key]["seen_at"] for key in proved)
    assert len({row["setup_hash"] for row in applied.values()}) == 1
    answered = {row["item"] for row in read["answers.json"] if row["choice"] and row["text"]}
    judged = {row["item"] for row in read["judgements.json"]["judgements"] if row["note"]}
    assert (answered, judged) == (set(ANSWERS), set(JUDGED))
    assert proved | answered | judged == set(applied)


def verified(file: Path) -> str:
    """Run the command that needs no database, as somebody with the file alone would."""
    done = subprocess.run(
        [sys.executable, "manage.py", "dossier_verify", file],
        cwd=processes.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
