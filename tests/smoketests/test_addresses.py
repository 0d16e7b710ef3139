"""Where a token test is led by what others say, and what it reads out of their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from onboarding.smoketests.models import Step
from onboarding.smoketests.states import StepName
from tests.machines import GONE
from tests.smoketests.servers import Reply, WrongServer
from tests.smoketests.test_answers import METADATA, P, failure, shown


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("token_endpoint", "https://evil.example/token"),
        ("token_endpoint", "http://169.254.169.254/"),
        ("token_endpoint", GONE),
        ("token_endpoint", 7),
        ("token_endpoint", "http://localhost:5432/token"),
        ("token_endpoint", "{origin}.evil.example/token"),
        ("token_endpoint", "{origin}@evil.example/token"),
        ("jwks_uri", "http://127.0.0.1:6379/"),
        ("jwks_uri", "file:///etc/passwd"),
        ("jwks_uri", GONE),
    ],
)
def test_s23_metadata_sends_us_nowhere_else(
    server: WrongServer, test: Callable[[], dict[str, Step]], member: str, value: Any
) -> None:
    server.metadata[member] = (
        value.format(origin=server.origin) if isinstance(value, str) else value
    )

    failed = failure(test())

    assert (failed.name, failed.code) == (StepName.METADATA, "test.metadata")
    assert len(server.asked) == 1


@pytest.mark.parametrize("member", ["token_endpoint", "jwks_uri"])
def test_s23_an_address_of_metadata_goes_through_the_same_gate(
    server: WrongServer,
    test: Callable[[], dict[str, Step]],
    settings: Settings,
    member: str,
) -> None:
    """What is on the issuer's own host is refused too, where the rules for addresses say so."""
    server.metadata[member] = f"{server.origin}/sts/elsewhere"
    server.on_request = lambda asked: setattr(settings, "EGRESS_OWN_ORIGINS", [])

    assert failure(test()).code == "egress.refused"
    assert len(server.asked) == 1


def test_s22_what_the_api_says_is_not_read_out(
    server: WrongServer, test: Callable[[], dict[str, Step]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of answers that are JSON, members are shown that we name; of an API's, its size."""
    inside = "hemmelig-fra-innsiden"
    server.metadata["internal"] = inside
    server.answer["internal"] = inside
    monkeypatch.setattr(
        server, "_api", lambda asked: Reply(200, {"secret": inside}, {"X-Inside": inside})
    )

    steps = test()

    assert steps["api"].status == P
    assert steps["api"].received == f"200 application/json, {len(inside) + 14} B"
    assert "token_endpoint" in steps["metadata"].received
    assert inside not in shown()


def test_s22_neither_is_what_it_says_when_it_refuses(
    server: WrongServer, test: Callable[[], dict[str, Step]], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = "hemmelig-fra-innsiden"
    answers = {
        "/sts/token": Reply(400, {"error": "invalid_scope", "internal": inside}),
        "/sts/jwks": Reply(500, inside.encode(), {"X-Inside": inside}),
        METADATA: Reply(200, f"<p>{inside}</p>".encode()),
    }
    for address, reply in answers.items():
        server.replies = {address: reply}
        failure(test())

    assert inside not in shown()
