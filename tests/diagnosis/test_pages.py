"""The pages of the error catalogue, for whoever comes."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.diagnosis import catalogue
from onboarding.suppliers.models import Organization
from tests.factories import TEST

LIST = "/help/errors/"
NO_PAGE = ["assertion.nothing", "oauth.access_denied", "nothing"]


def english(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("code", catalogue.ENTRIES)
def test_every_code_has_a_page_for_strangers(client: Client, code: str) -> None:
    text = page(client, LIST + code)

    assert f'<code id="code">{code}</code>' in text
    assert "`" not in text.partition("<main")[2].partition("</main>")[0]


def test_a_page_says_all_there_is_to_say(client: Client) -> None:
    text = page(client, f"{LIST}assertion.audience")

    for heading in ("Hvorfor det skjer", "Slik retter du det", "Eksempel", "Om feilkoden"):
        assert f">{heading}</h2>" in text
    assert "Mottakeren (<code>aud</code>) er ikke utstederadressen</h1>" in text
    assert "/test/sts/connect/token" in text
    assert 'href="https://www.rfc-editor.org/rfc/rfc7523' not in text
    assert "draft-ietf-oauth-rfc7523bis §4" in text


def test_what_the_key_form_says_is_said_here_too(client: Client) -> None:
    text = page(client, f"{LIST}key.private")

    assert "openssl pkey -in privat.pem -pubout" in text
    assert "En offentlig nøkkel" in text


def test_what_a_token_test_advises_stands_beside_the_rule(client: Client) -> None:
    assert "Ser du koden i en tokentest:" in page(client, f"{LIST}oauth.invalid_client")
    assert "Ser du koden i en tokentest:" not in page(client, f"{LIST}test.issuer")


@pytest.mark.django_db
def test_pages_are_the_same_for_who_is_logged_in(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "Feilkatalogen</h1>" in page(client, LIST)
    assert "Hvorfor det skjer" in page(client, f"{LIST}proof.replay")


def test_list_names_every_code_and_asks_no_database(client: Client) -> None:
    text = page(client, LIST)

    assert [code for code in catalogue.ENTRIES if f'href="{LIST}{code}"' not in text] == []
    assert [g.name for g in catalogue.GROUPS if f'id="group-{g.name}"' not in text] == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", [LIST, f"{LIST}?q=jti", f"{LIST}key.roca", f"{LIST}nothing"])
def test_strangers_cost_no_query(client: Client, address: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert len(queries) == 0


def test_search_as_a_page_and_as_a_fragment(client: Client) -> None:
    whole = page(client, f"{LIST}?q=skråstrek")
    part = client.get(f"{LIST}?q=skråstrek", headers={"HX-Request": "true"}).content.decode()

    assert f'href="{LIST}assertion.audience"' in part
    assert f'href="{LIST}key.roca"' not in part
    assert part.strip().startswith('<div class="page" id="found">')
    assert part.strip() in whole


def test_search_for_nothing_known(client: Client) -> None:
    text = page(client, f"{LIST}?q=<b>")

    assert "0 treff på «&lt;b&gt;»" in text
    assert "Vis alle feilkodene" in text


@pytest.mark.parametrize(
    ("name", "code"),
    [("HID-1008", "oauth.invalid_client"), ("1004", "hid.1004"), ("KEY.ROCA", "key.roca")],
)
def test_other_names_lead_to_the_page(client: Client, name: str, code: str) -> None:
    answer = client.get(LIST + name)

    assert (answer.status_code, answer["Location"]) == (302, LIST + code)


@pytest.mark.parametrize("code", NO_PAGE)
def test_unknown_code_is_404_with_the_search_and_the_list(client: Client, code: str) -> None:
    text = page(client, LIST + code, 404)

    assert f"<code>{code}</code>" in text
    assert 'type="search"' in text
    assert f'href="{LIST}key.roca"' in text


def test_a_token_in_the_address_is_not_shown_again(client: Client) -> None:
    text = page(client, f"{LIST}eyJhbGciOiJub25lIn0.e30.", 404)

    assert "eyJ" not in text.partition("<main")[2].partition("</main>")[0]


def test_only_reading(client: Client) -> None:
    assert client.post(LIST).status_code == 405


@pytest.mark.parametrize("code", catalogue.ENTRIES)
def test_every_page_speaks_english(client: Client, code: str) -> None:
    text = page(english(client), LIST + code)
    main = text.partition("<main")[2].partition("</main>")[0]

    assert "Why it happens" in main
    assert not set("æøåÆØÅ") & set(main)


def test_the_list_is_searched_in_english(client: Client) -> None:
    text = page(english(client), f"{LIST}?q=slash")

    assert f'href="{LIST}assertion.audience"' in text


@pytest.mark.django_db
def test_the_menu_leads_here(client: Client, alice: User, acme: Organization) -> None:
    client.force_login(alice)

    text = page(client, reverse("home", args=[TEST, acme.number]))

    assert f'<a href="{LIST}">Feilkatalogen</a>' in text
