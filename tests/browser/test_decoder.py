"""The decoder of tokens: what is pasted is explained on the page, and never leaves the browser."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.testtokens.explanations import EXPLANATIONS, OWN
from tests.machines import private_jwk

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "decode.mjs"
pytestmark = pytest.mark.django_db


@pytest.fixture
def decoder(page: Page) -> Page:
    """The decoder as its template has it, on a page that can reach nothing."""
    context = {"explanations": EXPLANATIONS.items(), "otherwise": OWN}
    part = render_to_string("testtokens/_decoder.html", context)
    page.set_content(f'<html lang="nb"><main>{part}</main></html>')
    page.add_script_tag(content=SCRIPT.read_text(), type="module")
    return page


def a_token(**claims: object) -> str:
    return sign({"typ": "at+jwt"}, claims, PrivateKey(private_jwk("ES256", 84)))


def test_a_token_is_explained_without_a_single_request(decoder: Page) -> None:
    asked: list[str] = []
    decoder.on("request", lambda request: asked.append(request.url))
    text = a_token(iss="https://sts.example", exp=int(time.time()) - 60, herid="æøå", x="<b>1</b>")

    decoder.fill("#pasted", f"  DPoP {text}\n")

    shown = decoder.locator("#decoded")
    expect(shown).to_contain_text("https://sts.example")
    expect(shown).to_contain_text("Skal være lik den API-et stoler på")
    expect(shown).to_contain_text("utløpt")
    expect(shown).to_contain_text("æøå")
    expect(shown).to_contain_text("<b>1</b>")
    expect(shown).to_contain_text("at+jwt")
    expect(decoder.locator("#pasted-error")).to_be_hidden()
    assert asked == []
    assert decoder.evaluate("document.querySelector('#pasted').form") is None
    assert decoder.get_attribute("#pasted", "name") is None


@pytest.mark.parametrize(
    "text",
    ["x", "a.b", "eyJhIjoxfQ", f"{b64.encode(b'[1]')}.{b64.encode(json.dumps({}).encode())}.x"],
)
def test_what_is_no_token_is_said_to_be_none(decoder: Page, text: str) -> None:
    decoder.fill("#pasted", text)

    expect(decoder.locator("#pasted-error")).to_be_visible()
    expect(decoder.locator("#decoded dl")).to_have_count(0)
    decoder.fill("#pasted", "")
    expect(decoder.locator("#pasted-error")).to_be_hidden()


def test_an_unsigned_token_is_read_too(decoder: Page) -> None:
    header, claims = b64.encode(b'{"alg":"none"}'), b64.encode(b'{"nbf":99999999999}')
    decoder.fill("#pasted", f"{header}.{claims}.")

    expect(decoder.locator("#decoded")).to_contain_text("none")
    expect(decoder.locator("#decoded")).to_contain_text("gjelder ikke ennå")
