"""Proving a key in a real browser: the file stays on the machine, the signature goes."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, FilePayload, Page, Request, expect

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.jose.algorithms import PrivateKey
from onboarding.keys import services
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.states import Origin
from onboarding.suppliers.queries import actor_for
from tests.browsing import Problems, log_in
from tests.factories import make_client, make_organization, make_system, make_user
from tests.jose.making import private_jwk
from tests.keys.test_possession import pem
from tests.leaks import remember_secret

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None, context: BrowserContext, live_server: Any) -> User:
    """Alice, logged in."""
    alice = make_user("alice", organization=make_organization("Acme EPJ AS"))
    log_in(context, live_server, alice)
    return alice


@pytest.fixture
def client_(alice: User) -> ClientConfiguration:
    organization = alice.memberships.get().organization
    return make_client(organization, system=make_system(organization, by=alice), by=alice)


def registered(client: ClientConfiguration, by: User, private: dict[str, str]) -> Key:
    remember_secret(private["d"])
    [key] = services.register(
        client_id=client.pk,
        text=json.dumps(PrivateKey(private).jwk_public()),
        alg=None,
        origin=Origin.UPLOAD,
        lifetime_days=365,
        by=actor_for(by),
        at=timezone.now(),
    )
    return key


def open_client(page: Page, live_server: Any, client: ClientConfiguration) -> None:
    args = [client.environment, client.organization.number, client.pk]
    page.goto(f"{live_server.url}{reverse('client', args=args)}")


def file(text: str | bytes) -> FilePayload:
    content = text if isinstance(text, bytes) else text.encode()
    return {"name": "fil.json", "mimeType": "application/octet-stream", "buffer": content}


def contents(private: dict[str, str]) -> dict[str, str | bytes]:
    return {
        "configuration file": json.dumps({"privateJwk": json.dumps(private)}),
        "JWK": json.dumps(private),
        "PEM": pem(private),
    }


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("ES384", "configuration file"), ("PS256/3072", "JWK"), ("RS512/3072", "PEM")],
)
def test_a_key_is_proved_with_its_file(
    page: Page, live_server: Any, alice: User, client_: ClientConfiguration, kind: str, shape: str
) -> None:
    private = private_jwk(kind)
    key = registered(client_, alice, private)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    # A clock that is wrong does no harm: the times are the server's.
    page.clock.set_fixed_time(datetime.now(UTC) - timedelta(hours=2))
    open_client(page, live_server, client_)
    page.get_by_role("link", name=f"Verifiser nøkkel {key.kid}").click()

    page.set_input_files("#proof-file", file(contents(private)[shape]))
    page.get_by_role("button", name="Verifiser nøkkelen").click()

    expect(page.get_by_text("Nøkkelen er verifisert.")).to_be_visible()
    expect(page.locator("#keys").get_by_text("Ikke verifisert")).to_have_count(0)
    key.refresh_from_db()
    assert key.proved_at
    [form] = [parse_qs(request.post_data) for request in sent if request.method == "POST"]
    assert form.keys() <= {"csrfmiddlewaretoken", "signature"}
    assert all(private["d"] not in (request.post_data or "") for request in sent)


def test_a_wrong_file_is_named_and_nothing_is_sent(
    page: Page, live_server: Any, alice: User, client_: ClientConfiguration
) -> None:
    mine, other, stranger = (private_jwk("ES256", number) for number in range(3))
    key, second = (registered(client_, alice, private) for private in (mine, other))
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.method))
    open_client(page, live_server, client_)
    page.get_by_role("link", name=f"Verifiser nøkkel {key.kid}").click()
    error = page.locator("#proof-file-error")

    for payload, sentence in (
        (None, "Velg filen først."),
        (file(json.dumps(other)), f"Dette er en annen nøkkel. Filen har: {second.kid}"),
        (file(pem(stranger)), PrivateKey(stranger).kid),
        (file("{}"), "Filen har ingen privat nøkkel vi kan lese."),
        (file(json.dumps(PrivateKey(mine).jwk_public())), "Filen har ingen privat nøkkel"),
        (file(b"\x89PNG\r\n\x1a\n\0"), "Filen har ingen privat nøkkel"),
    ):
        if payload:
            page.set_input_files("#proof-file", payload)
        page.get_by_role("button", name="Verifiser nøkkelen").click()
        expect(error).to_contain_text(sentence)
        expect(page.locator("#proof-file")).to_be_focused()
    assert "POST" not in posts


def test_a_signature_is_pasted(
    page: Page, live_server: Any, alice: User, client_: ClientConfiguration, problems: Problems
) -> None:
    problems.allow("status of 422")
    private = private_jwk("PS256/3072")
    key = registered(client_, alice, private)
    open_client(page, live_server, client_)
    page.get_by_role("link", name=f"Verifiser nøkkel {key.kid}").click()
    page.get_by_role("link", name="Med OpenSSL").click()
    expect(page.locator("#program")).to_contain_text("rsa_pss_saltlen:32")
    page.get_by_label("Signatur", exact=True).fill("AAAA")
    page.get_by_role("button", name="Verifiser nøkkelen").click()
    expect(page.get_by_text("pop.signature")).to_be_visible()
    nonce = page.locator("form:has(textarea) [name=nonce]").input_value()
    challenge = services.challenge(key, nonce, timezone.now())
    assert challenge.nonce == nonce

    page.get_by_label("Signatur", exact=True).fill(
        _base64(PrivateKey(private).sign(challenge.text.encode()))
    )
    page.get_by_role("button", name="Verifiser nøkkelen").click()

    expect(page.get_by_text("Nøkkelen er verifisert.")).to_be_visible()


def test_a_private_key_is_stopped_in_the_field_for_the_signature(
    page: Page, live_server: Any, alice: User, client_: ClientConfiguration
) -> None:
    private = private_jwk("ES256")
    key = registered(client_, alice, private)
    open_client(page, live_server, client_)
    page.get_by_role("link", name=f"Verifiser nøkkel {key.kid}").click()
    page.get_by_role("link", name="Med Python").click()

    page.get_by_label("Signatur", exact=True).fill(json.dumps(private))

    expect(page.locator("[data-private-stopped]")).to_contain_text("Lim inn signaturen i stedet.")
    assert page.get_by_label("Signatur", exact=True).input_value() == ""
    assert not BarredThumbprint.objects.exists()


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode()
