"""Every error of the authorization server has one shape (B12), whatever it is for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from onboarding.sts import refusal
from onboarding.sts.models import SigningKey
from onboarding.sts.queries import signing_keys
from tests.machines import FORM, GONE, Machine, numbered

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PATH = "/test/sts/connect/token"
CANARY = "zq7canary"
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def form(**changes: Any) -> Callable[[Machine], Answer]:
    return lambda machine: machine.post(machine.form(**changes))


def assertion(**claims: Any) -> Callable[[Machine], Answer]:
    return lambda m: m.post(m.form(client_assertion=m.assertion(**claims)))


def proof(**claims: Any) -> Callable[[Machine], Answer]:
    return lambda machine: machine.post(proof=machine.proof(**claims))


def hasty(machine: Machine) -> Answer:
    with override_settings(STS_REQUESTS_PER_SECOND=1):
        return [machine.post() for _ in range(8)][-1]


def broken(machine: Machine) -> Answer:
    SigningKey.objects.update(sealed_private=CANARY)
    signing_keys.forget()
    return machine.post()


def away(machine: Machine) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_usedonce RENAME TO core_usedonce_away")
    return machine.post()


def elsewhere(machine: Machine) -> Answer:
    with override_settings(ISSUERS={"test": f"https://{CANARY}.example"}):
        return machine.http.post(PATH, machine.form(), content_type=FORM)


def in_clear(machine: Machine) -> Answer:
    with override_settings(SECURE=True):
        return machine.post()


ERRORS: list[tuple[str, Callable[[Machine], Answer], int, str]] = [
    ("B12", lambda m: m.http.get(PATH), 405, "invalid_request"),
    ("B12", lambda m: m.http.put(PATH, CANARY), 405, "invalid_request"),
    ("B12", lambda m: m.http.post(f"{PATH}?{CANARY}=1"), 400, "invalid_request"),
    ("B12", lambda m: m.http.post(PATH, {CANARY: CANARY}), 400, "invalid_request"),
    (
        "B12",
        lambda m: m.http.post(PATH, b"a=" + b"x" * 70_000, content_type=FORM),
        413,
        "invalid_request",
    ),
    ("B12", lambda m: m.http.post(PATH, b"\xff", content_type=FORM), 400, "invalid_request"),
    ("B12", lambda m: m.http.post(f"/test/sts/{CANARY}"), 404, "not_found"),
    ("B12", elsewhere, 404, "not_found"),
    ("B12", in_clear, 400, "invalid_request"),
    ("B12", form(grant_type=GONE), 400, "invalid_request"),
    ("B12", form(**{CANARY: [CANARY, CANARY]}), 400, "invalid_request"),
    ("B12", form(grant_type=CANARY), 400, "unsupported_grant_type"),
    ("B12", form(grant_type=f'"\r\n\t\\{CANARY}'), 400, "unsupported_grant_type"),
    ("B12", form(client_secret=CANARY), 400, "invalid_request"),
    ("B12", form(client_assertion_type=CANARY), 400, "invalid_client"),
    ("B12", form(client_assertion=CANARY), 400, "invalid_client"),
    ("B12", form(client_id=CANARY), 400, "invalid_client"),
    ("B12", form(scope=CANARY), 400, "invalid_scope"),
    ("B12", form(scope=f'"\r\n\t\\{CANARY}'), 400, "invalid_scope"),
    ("B12", form(resource=CANARY), 400, "invalid_target"),
    (
        "B12",
        lambda m: m.post(
            m.form(client_assertion=GONE, client_assertion_type=GONE),
            headers={"Authorization": f"Basic {CANARY}"},
        ),
        401,
        "invalid_client",
    ),
    ("B12", assertion(sub=CANARY, iss=CANARY), 400, "invalid_client"),
    ("B12", assertion(aud=f'"\r\n{CANARY}'), 400, "invalid_client"),
    ("B12", assertion(header={"kid": CANARY}), 400, "invalid_client"),
    ("B12", assertion(header={"typ": CANARY}), 400, "invalid_client"),
    ("B12", lambda m: m.post(proof=CANARY), 400, "invalid_dpop_proof"),
    ("B12", lambda m: m.post(proof=GONE), 400, "invalid_dpop_proof"),
    ("B12", proof(htu=f"https://{CANARY}.example"), 400, "invalid_dpop_proof"),
    ("B12", proof(nonce=CANARY), 400, "use_dpop_nonce"),
    ("B12", hasty, 429, "temporarily_unavailable"),
    ("B12", broken, 500, "server_error"),
    ("B12", away, 503, "temporarily_unavailable"),
]


@pytest.mark.parametrize(("send", "status", "error"), numbered(ERRORS))
def test_b12_each_error_is_json_that_is_not_kept_and_repeats_nothing(
    machine: Machine, send: Callable[[Machine], Answer], status: int, error: str
) -> None:
    answer = send(machine)

    content = json.loads(answer.content)
    assert (answer.status_code, content["error"]) == (status, error)
    assert set(content) == {"error", "error_description", "error_uri"}
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert DESCRIPTION.fullmatch(content["error_description"])
    assert CANARY not in answer.content.decode() + str(answer.headers)


def test_b12_every_sentence_is_fit_to_be_sent() -> None:
    """Also those that no request of the table above leads to."""
    sentences = [*refusal._ASSERTION.values(), *refusal._PROOF.values(), refusal.NOT_RECOGNIZED]

    assert [text for text in sentences if not DESCRIPTION.fullmatch(text)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["nothing", ".well-known/jwks.json", "connect/userinfo"])
def test_b12_an_address_without_anything_answers_programs(path: str) -> None:
    for environment in ("test", "production"):
        answer = Client().get(f"/{environment}/sts/{path}")
        assert answer.status_code == 404
        assert json.loads(answer.content)["error"] == "not_found"
