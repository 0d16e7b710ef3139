"""A receiver: a real server that answers as a test wants, at an address that egress may call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings
from standardwebhooks import Webhook

from onboarding.suppliers.models import Organization
from onboarding.webhooks.models import Endpoint
from tests.factories import WEBHOOK_SECRET, make_endpoint
from tests.raw_server import Peer, RawServer, raw_server


def answering(status: int, body: bytes = b"") -> Callable[[Peer], None]:
    line = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return lambda peer: peer.send(line + body)


class Receiver:
    """Keeps what came; `answer` may be put in its place."""

    def __init__(self) -> None:
        self.answer = answering(204)
        self.server: RawServer

    @property
    def url(self) -> str:
        return f"{self.server.origin}/in"

    @property
    def received(self) -> list[tuple[dict[str, str], bytes]]:
        return [_parsed(request) for request in self.server.requests]

    def verified(self, secret: str = WEBHOOK_SECRET) -> list[dict[str, Any]]:
        """All that came, checked with the published library. Raises for what it refuses."""
        for headers, body in self.received:
            Webhook(secret).verify(body, headers)
        return [json.loads(body) for _headers, body in self.received]


def _parsed(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value for name, _colon, value in lines}, body


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    receiver = Receiver()
    with raw_server(lambda peer: receiver.answer(peer)) as server:
        receiver.server = server
        settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL, server.origin]
        yield receiver


@pytest.fixture
def endpoint(acme: Organization, receiver: Receiver) -> Endpoint:
    return make_endpoint(acme, url=receiver.url)
