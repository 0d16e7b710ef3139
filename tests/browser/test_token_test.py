"""The token test in a real browser: it signs with a key that stays on the person's machine."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from jwcrypto.jwk import JWK
from playwright.sync_api import FilePayload, Page, Request, expect

from portal import processes
from portal.demo import SUPPLIER
from tests.browser import journey
from tests.browsing import Problems
from tests.leaks import remember_secret
from tests.portals import Portal, plain_environment


class Made(NamedTuple):
    """A client of the demo: where it is tested, and its configuration file."""

    url: str
    text: str
    jwk: dict[str, str]


def file(text: str | bytes, name: str = "fil.json") -> FilePayload:
    content = text if isinstance(text, bytes) else text.encode()
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def make_client(demo: Portal, alg: str) -> Made:
    command = [sys.executable, "manage.py", "demo_client", "--alg", alg]
    environment = plain_environment(DATA_DIR=str(demo.data_dir))
    done = subprocess.run(
        command,
        cwd=processes.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    content = json.loads(done.stdout)
    jwk = json.loads(content["privateJwk"])
    remember_secret(jwk["d"])
    return Made(f"{demo.url}/test/{SUPPLIER}/clients/{content['clientId']}/", done.stdout, jwk)


@pytest.fixture(scope="module")
def made(demo: Portal) -> Made:
    return make_client(demo, "ES384")


@pytest.fixture
def opened(page: Page, demo: Portal, made: Made) -> Page:
    """Kari, on the client's page."""
    journey.log_in(page, demo.url)
    page.goto(made.url)
    return page


def pem(jwk: dict[str, str]) -> bytes:
    """The key as PKCS #8, as OpenSSL writes it."""
    pem: bytes = JWK(**jwk).export_to_pem(private_key=True, password=None)
    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def press(page: Page, payload: FilePayload | None) -> None:
    if payload:
        page.set_input_files("#test-file", payload)
    page.locator("#token-test").evaluate("panel => { panel.dataset.old = true }")
    page.get_by_role("button", name="Kjør tokentest").click()


def expect_green(page: Page) -> None:
    """The test that was just asked for has passed, and not one of before."""
    panel = page.locator("#token-test:not([data-old])")
    expect(panel.get_by_text("Alt virker.")).to_be_visible(timeout=30_000)


def test_steps_appear_and_turn_green_and_only_signatures_are_sent(opened: Page, made: Made) -> None:
    sent: list[Request] = []
    opened.on("request", lambda request: sent.append(request))

    press(opened, file(made.text))

    panel = opened.locator("#token-test")
    expect(panel.locator("ol.rows > li")).to_have_count(6)
    expect_green(opened)
    states = panel.locator("ol.rows > li").evaluate_all("rows => rows.map(r => r.dataset.state)")
    assert states == ["ok"] * 6
    bodies = [request.post_data or "" for request in sent]
    assert all(made.jwk["d"] not in body and "privateJwk" not in body for body in bodies)
    [form] = [parse_qs(request.post_data) for request in sent if request.method == "POST"]
    assert len({form["first"][0], form["second"][0]}) == 2
    assert form.keys() <= {"csrfmiddlewaretoken", "api", "key", "first", "second"}
    token = panel.locator("ol.rows > li").nth(3)
    token.get_by_text("Sendt og mottatt").click()
    expect(token.get_by_label("Sendt", exact=True)).to_contain_text("client_assertion=…")


@pytest.mark.parametrize("form", ["JWK", "JWK in the file", "PEM"])
def test_key_may_be_written_otherwise(opened: Page, made: Made, form: str) -> None:
    payload = {
        "JWK": lambda: file(json.dumps(made.jwk), "privat.jwk"),
        "JWK in the file": lambda: file(json.dumps({"privateJwk": made.jwk})),
        "PEM": lambda: file(pem(made.jwk), "privat.pem"),
    }[form]()

    press(opened, payload)

    expect_green(opened)


def test_wrong_file_gets_a_sentence_and_nothing_is_sent(
    opened: Page, made: Made, demo: Portal
) -> None:
    other = make_client(demo, "ES256")
    posts: list[str] = []
    opened.on("request", lambda request: posts.append(request.method))
    public = {name: value for name, value in made.jwk.items() if name != "d"}
    error = opened.locator("#test-file-error")

    for payload, sentence in (
        (None, "Velg filen først."),
        (file(other.text), "Nøkkelen i filen er ikke registrert på denne klienten."),
        (file(pem(other.jwk), "annen.pem"), "Nøkkelen i filen er ikke registrert"),
        (file("{}"), "Filen har ingen privat nøkkel vi kan lese."),
        (file("null"), "Filen har ingen privat nøkkel"),
        (file("<html>"), "Filen har ingen privat nøkkel"),
        (file(b"\x89PNG\r\n\x1a\n\0"), "Filen har ingen privat nøkkel"),
        (file(json.dumps(public)), "Filen har ingen privat nøkkel"),
        (file("-----BEGIN PRIVATE KEY-----\nx\n"), "Filen har ingen privat nøkkel"),
    ):
        press(opened, payload)
        expect(error).to_contain_text(sentence)
        expect(opened.locator("#test-file")).to_be_focused()
    assert "POST" not in posts


def test_clock_that_is_wrong_is_told(opened: Page, made: Made, problems: Problems) -> None:
    problems.allow("status of 422")
    opened.clock.set_fixed_time(datetime.now(UTC) - timedelta(minutes=5))

    press(opened, file(made.text))

    expect(opened.get_by_role("alert").first).to_contain_text("Still klokken på maskinen din")


def test_works_again_after_an_answer_that_was_lost(
    opened: Page, made: Made, problems: Problems
) -> None:
    problems.allow("status of 503|Response Status Error Code 503")
    opened.route("**/test/start", lambda route: route.fulfill(status=503, body=""))
    with opened.expect_response("**/test/start"):  # the browser signs before it asks
        press(opened, file(made.text))
    expect(opened.locator("[data-token-test] input[name=second]")).to_have_value("")
    opened.unroute("**/test/start")

    press(opened, None)

    expect_green(opened)


def test_private_key_stays_where_it_is(opened: Page, made: Made, tmp_path: Path) -> None:
    """It is neither in the page nor in what the browser keeps for it."""
    press(opened, file(made.text))
    expect_green(opened)

    kept = opened.context.storage_state(indexed_db=True)
    assert made.jwk["d"] not in json.dumps(kept) + opened.content()
