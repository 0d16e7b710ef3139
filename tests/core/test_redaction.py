"""What looks like a secret does not get into a log, however it comes there."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from jwcrypto.jwk import JWK

from onboarding.core.redaction import RedactSecrets, redact

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
SEALED = "eyJhbGciOiJFQ0RILUVTIn0.a2V5.aXY.c2VhbGVk.dGFn"
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"
LINK = "vY9mJb1nA0xQkE3rT7uWzS5cD2fG4hL6pO8iN1mB0aX"


@pytest.fixture(scope="module")
def private() -> dict[str, str]:
    made: dict[str, str] = JWK.generate(kty="RSA", size=2048).export(as_dict=True)
    return made


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a logger wrote that is set up as the portal's."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactSecrets())
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)


logger = logging.getLogger("tests.redaction")


def test_the_portal_writes_no_line_past_the_filter() -> None:
    handlers: Any = settings.LOGGING["handlers"]

    assert {name: handler["filters"] for name, handler in handlers.items()} == {
        "console": ["redact"]
    }


@pytest.mark.parametrize("secret", [JWT, SEALED, PEM])
def test_tokens_and_keys_are_cut_out_of_the_middle(secret: str) -> None:
    found = redact(f"before {secret} after")

    assert found == "before [redacted] after"


@pytest.mark.parametrize(
    "written_as",
    [json.dumps, repr, lambda jwk: json.dumps(json.dumps(jwk)), lambda jwk: repr(json.dumps(jwk))],
)
def test_private_members_are_cut_out_however_they_are_quoted(
    private: dict[str, str], written_as: object
) -> None:
    assert callable(written_as)
    found = redact(f"the key {written_as(private)} was there")

    assert private["n"] in found
    assert not [name for name in ("d", "p", "q", "dp", "dq", "qi") if private[name] in found]


@pytest.mark.parametrize("address", [f"/invitations/{LINK}/", f"/profile/email/{LINK}:1w:{LINK}/"])
def test_a_link_that_lets_somebody_in_is_no_line_of_a_log(address: str) -> None:
    assert LINK not in redact(f"Internal Server Error: {address}")


def test_plain_words_stay() -> None:
    line = "Not Found: /test/312345676/clients/6ba2efbe-3d73-41bc-b7d7-20bc487029cf/ (id: d)"

    assert redact(line) == line


def test_arguments_tracebacks_and_stacks_are_covered(
    written: io.StringIO, private: dict[str, str]
) -> None:
    try:
        raise ValueError(f"{private!r} {JWT}")
    except ValueError:
        logger.exception("bad: %s", {"d": private["d"]}, stack_info=True)

    text = written.getvalue()
    assert "ValueError" in text
    assert "[redacted]" in text
    assert private["d"] not in text
    assert JWT not in text


def test_a_line_that_cannot_be_put_together_fails_nobody(written: io.StringIO) -> None:
    logger.error("%d of %s", "many")

    assert "a line that cannot be written, from" in written.getvalue()
    assert "many" not in written.getvalue()
