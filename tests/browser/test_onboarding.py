"""A customer is onboarded by software, from the draft to a token with a renewed key."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from onboarding.keys.models import Key
from tests.browser.onboarding import Listener, Software, make_key
from tests.leaks import remember_secret
from tests.machines import make_signing_key

SURGERY = "313055280"
ISSUER = f"{settings.BASE_URL}/test/sts"
KINDS = [("RS512", 2048), ("RS256", 2048), ("PS256", 4096), ("ES384", 384)]


@pytest.fixture
def automation_key(live_server: LiveServer) -> str:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("demo_automation_key", stdout=out)
    make_signing_key()
    secret = str(json.loads(out.getvalue())["automationKey"])
    remember_secret(secret)
    return secret


def log_in(page: Page, client_id: str) -> None:
    """Open the page that the software sends the user to, and log in as whoever may answer."""
    page.goto(f"{settings.BASE_URL}/confirm-client/{client_id}?redirectPort=<port>")
    page.get_by_role("button", name="Ola Brekke").click()
    heading = "Skal Nordlys Journal få handle for Fjordbyen legekontor?"
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


def read(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("as_string", [True, False], ids=["string", "object"])
@pytest.mark.parametrize(("alg", "size"), KINDS, ids=lambda value: str(value))
def test_from_draft_to_a_token_with_a_new_key(
    page: Page, automation_key: str, alg: str, size: int, as_string: bool
) -> None:
    software = Software(settings.BASE_URL, ISSUER, make_key(alg, size))
    old = software.key["kid"]
    with Listener().listening() as listener:
        client_id = software.draft(automation_key, SURGERY, listener.url)
        log_in(page, client_id)
        page.get_by_role("button", name="Bekreft for Fjordbyen legekontor").click()
        # No wait: the client works as soon as the page has answered.
        expect(
            page.get_by_text("Fjordbyen legekontor er koblet til Nordlys Journal")
        ).to_be_visible()
        token = software.token()
        assert listener.outcome() == {"status": "Success"}

    status = read(software.call("GET", "/v1/client", token))
    assert {row["scope"]: row["status"] for row in status["apiScopes"]} == {
        "nhn:selvbetjening/client": "ok",
        "nhn:cp-api/access": "ok",
    }
    assert read(software.call("GET", "/v1/client-status", token)) == status

    expiration = software.rotate(make_key(alg, size), token, as_string=as_string)
    assert datetime.fromisoformat(expiration).tzinfo is not None
    renewed = software.token()

    kids = [row["kid"] for row in read(software.call("GET", "/v1/client-secret", renewed))]
    assert kids == [old, software.key["kid"]]
    assert Key.objects.get(kid=software.key["kid"]).proved_at is not None
    data = software.token("nhn:cp-api/access")
    answer = software.call("GET", "/test/cp-api/CommunicationPartyEvents", data)
    assert read(answer)["communicationParties"]


def test_a_no_comes_back_too(page: Page, automation_key: str) -> None:
    software = Software(settings.BASE_URL, ISSUER, make_key("ES384", 384))
    with Listener().listening() as listener:
        log_in(page, software.draft(automation_key, SURGERY, listener.url))
        page.get_by_role("button", name="Avslå").click()
        page.get_by_role("link", name="Tilbake til Nordlys Journal").click()
        assert listener.outcome() == {"status": "Declined"}


def test_without_scripts_it_comes_back_as_well(page: Page, automation_key: str) -> None:
    browser = page.context.browser
    assert browser
    plain = browser.new_context(locale="nb-NO", java_script_enabled=False)
    software = Software(settings.BASE_URL, ISSUER, make_key("ES384", 384))
    with Listener().listening() as listener:
        bare = plain.new_page()
        log_in(bare, software.draft(automation_key, SURGERY, listener.url))
        bare.get_by_role("button", name="Bekreft for Fjordbyen legekontor").click()
        assert listener.outcome() == {"status": "Success"}
        assert software.token()
    plain.close()
