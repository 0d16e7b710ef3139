"""From where something is refused to the page that explains it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from onboarding.core.jobs import JobStatus
from onboarding.keys.models import KeyMaking
from onboarding.keys.services.making import GIVEN_UP
from onboarding.sts import refusal
from tests.constants import NOON
from tests.factories import TEST, make_user
from tests.machines import Machine, error_of

pytestmark = pytest.mark.django_db
Ask = Callable[[Machine, Client], Any]


def page_of(client: Client, answer: HttpResponseBase) -> str:
    """The page that a refusal points at."""
    uri = json.loads(answer.getvalue())["error_uri"]
    assert re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", uri)  # RFC 6749 §5.2
    assert uri.startswith(settings.BASE_URL)
    return client.get(uri.removeprefix(settings.BASE_URL)).content.decode()


def test_the_address_of_the_authorization_server_is_that_of_the_pages() -> None:
    assert reverse("diagnosis:error", args=["oauth.x"]) == f"{refusal.HELP}x"


REFUSALS: list[tuple[str, int, Ask]] = [
    ("invalid_request", 405, lambda m, c: c.get(f"/{TEST}/sts/connect/token")),
    ("unsupported_grant_type", 400, lambda m, c: m.post(m.form(grant_type="password"))),
    ("invalid_client", 400, lambda m, c: m.post(m.form(client_assertion="x"))),
    ("invalid_scope", 400, lambda m, c: m.post(m.form(scope="never"))),
    ("invalid_target", 400, lambda m, c: m.post(m.form(resource="never"))),
    ("use_dpop_nonce", 400, lambda m, c: m.post(proof=m.proof(nonce="old"))),
    ("invalid_dpop_proof", 400, lambda m, c: m.post(proof="x")),
    ("invalid_request", 405, lambda m, c: c.post(f"/{TEST}/sts/.well-known/openid-configuration")),
]


@pytest.mark.parametrize(("error", "status", "ask"), REFUSALS)
def test_a_refused_token_request_leads_to_its_page(
    machine: Machine, client: Client, error: str, status: int, ask: Ask
) -> None:
    answer = ask(machine, client)

    assert error_of(answer) == (status, error)
    assert f'<code id="code">oauth.{error}</code>' in page_of(client, answer)


def test_no_authorization_server_here(machine: Machine, client: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.ISSUERS, TEST, "https://sts.example")
        answer = machine.post()

    assert error_of(answer) == (404, "not_found")
    assert '<code id="code">oauth.not_found</code>' in page_of(client, answer)


@pytest.mark.parametrize("code", ["key.bits", "oauth.invalid_client", "egress.tls"])
def test_findings_link_their_code(code: str) -> None:
    shown = render_to_string("components/finding.html", {"found": "1024", "code": code})

    assert f'<a class="ds-link" href="/help/errors/{code}"><code>{code}</code></a>' in shown


def test_a_finding_without_a_code_links_nowhere() -> None:
    assert "<a" not in render_to_string("components/finding.html", {"found": "1024"})


def test_a_making_that_gave_up_links_its_code(machine: Machine, client: Client) -> None:
    person = make_user(organization=machine.client.organization)
    KeyMaking.objects.create(
        client=machine.client,
        kind="ES256",
        recipient={},
        requested_by=person,
        queued_at=NOON.replace(year=2099),
        status=JobStatus.FAILED,
        failure=GIVEN_UP,
        finished_at=NOON.replace(year=2099),
    )
    client.force_login(person)
    number = machine.client.organization.number

    answer = client.get(reverse("client", args=[TEST, number, machine.client.pk]))

    assert f'href="/help/errors/{GIVEN_UP}"' in answer.content.decode()
