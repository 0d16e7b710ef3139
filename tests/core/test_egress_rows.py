"""Further rows of the table of requests that leave the server, S14 to S30, and doors."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMessage
from django.core.validators import validate_email
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import Settings

from onboarding.accounts.models import User
from onboarding.core import egress
from onboarding.suppliers.models import Organization
from tests.factories import make_api
from tests.raw_server import Peer, RawServer, ok, raw_server

PUBLIC = "93.184.215.14"


@pytest.fixture
def server(settings: Settings) -> Iterator[RawServer]:
    with raw_server(lambda peer: peer.send(ok())) as running:
        settings.EGRESS_OWN_ORIGINS = [running.origin]
        yield running


def code(act: Callable[[], object]) -> str:
    with pytest.raises(egress.Failed) as caught:
        act()
    return caught.value.code


def test_s14_a_name_that_leads_inside_by_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a CNAME ends in is what the resolver says, and that is what is judged."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *args, **options: real("10.0.0.7", *args, **options)
    )

    assert code(lambda: egress.send("GET", "https://alias.example.no/")) == "egress.refused"


def test_s20_a_door_sends_what_it_is_given_and_nothing_else(server: RawServer) -> None:
    door = egress.Door(f"{server.origin}/a")
    door.send("GET", f"{server.origin}/a", headers={"DPoP": "x", "host": "evil.example"})
    door.close()

    lines = server.requests[0].decode().split("\r\n")
    names = sorted(line.partition(":")[0].lower() for line in lines[1:] if line)
    assert names == ["accept-encoding", "connection", "dpop", "host", "user-agent"]
    assert f"Host: localhost:{server.port}" in lines


def test_s20_what_one_request_of_a_door_had_the_next_one_has_not(server: RawServer) -> None:
    door = egress.Door(f"{server.origin}/a?b=c")
    door.send("GET", f"{server.origin}/a?b=c", headers={"DPoP": "first", "X-One": "1"})
    door.send("GET", f"{server.origin}/a?b=c", headers={"Authorization": "DPoP second"})
    door.send("POST", f"{server.origin}/a?b=c")
    door.send("GET", f"{server.origin}/a?access_token=x", headers={"DPoP": "third"})
    door.close()

    heads = [request.decode().split("\r\n\r\n")[0].split("\r\n") for request in server.requests]
    usual = {
        f"Host: localhost:{server.port}",
        f"User-Agent: {egress.USER_AGENT}",
        "Accept-Encoding: identity",
        "Connection: close",
    }
    assert [(head[0], set(head[1:]) - usual) for head in heads] == [
        ("GET /a?b=c HTTP/1.1", {"DPoP: first", "X-One: 1"}),
        ("GET /a?b=c HTTP/1.1", {"Authorization: DPoP second"}),
        ("POST /a?b=c HTTP/1.1", {"Content-Length: 0"}),
        ("GET /a?access_token=x HTTP/1.1", {"DPoP: third"}),
    ]
    assert all(usual <= set(head) for head in heads)


def test_s13_a_door_looks_up_once_and_leads_to_one_origin(
    server: RawServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def note(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", note)
    door = egress.Door(f"{server.origin}/")
    for path in ("a", "b", "c"):
        assert door.send("GET", f"{server.origin}/{path}").status == 200

    assert asked.count("localhost") == 1
    for url in (f"http://127.0.0.1:{server.port}/", f"{server.origin}.evil.example/", "x", ""):
        assert code(partial(door.send, "GET", url)) == "egress.refused"
    assert server.connections == 3
    door.close()


def test_s13_a_door_to_a_refused_address_does_not_open() -> None:
    for url in ("http://api.example.no/", "https://10.0.0.1/", "https://localhost/"):
        assert code(partial(egress.Door, url)) == "egress.refused"


def test_s18_every_request_through_a_door_has_its_own_end(settings: Settings) -> None:
    slow = threading.Event()

    def answering(peer: Peer) -> None:
        if slow.is_set():
            peer.stall()
        peer.send(ok())

    with raw_server(answering) as server:
        settings.EGRESS_OWN_ORIGINS = [server.origin]
        door = egress.Door(f"{server.origin}/")
        assert door.send("GET", f"{server.origin}/", seconds=0.5).status == 200
        slow.set()
        began = time.monotonic()
        ends: list[str] = []
        threads = [
            threading.Thread(
                target=lambda: ends.append(
                    code(lambda: door.send("GET", f"{server.origin}/", seconds=0.5))
                )
            )
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert ends == ["egress.timeout"] * 3
        assert 0.4 < time.monotonic() - began < 2
        slow.clear()
        assert door.send("GET", f"{server.origin}/", seconds=5).status == 200
        door.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://PORTAL.example.no/test/sts/connect/token",
        "https://portal.example.no.:443/",
        "https://portal.example.no:443/",
    ],
)
def test_s25_the_portal_by_another_spelling(settings: Settings, url: str) -> None:
    settings.EGRESS_OWN_ORIGINS = ["https://portal.example.no"]

    assert code(lambda: egress.send("GET", url)) == "egress.refused"


@pytest.mark.parametrize("url", ["https://api.own.example/v1/client", "https://API.own.example./"])
def test_s06_the_portal_by_the_name_of_its_api(settings: Settings, url: str) -> None:
    settings.API_ROOTS = {"api.own.example": ("https://api.own.example", "test")}

    for typed in (True, False):
        assert code(partial(egress.send, "GET", url, typed=typed)) == "egress.refused"
    assert code(partial(egress.check, url)) == "egress.refused"


@pytest.mark.django_db
def test_s26_an_address_that_is_shown_is_no_link(
    client: Client, bob: User, acme: Organization
) -> None:
    api = make_api(acme, test_url="https://api.example.no/things")
    client.force_login(bob)

    page = client.get(reverse("api", args=["test", acme.number, api.pk])).content.decode()

    assert "https://api.example.no/things" in page
    assert 'href="https://api.example.no' not in page
    assert 'src="https://api.example.no' not in page


@pytest.mark.parametrize("text", ["a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a\r@b.no"])
def test_s28_an_address_of_mail_cannot_carry_another_header(text: str) -> None:
    with pytest.raises(ValidationError):
        validate_email(text)
    with pytest.raises(BadHeaderError):
        EmailMessage("s", "b", "x@y.example", [text.replace("\r\n", "\n") + "\n"]).message()


LOCAL = ["http://localhost:{port}/", "http://localhost:{port}/a?b=c"]
NOT_LOCAL = [
    "http://localhost:22/",
    "http://localhost/",
    "https://localhost:{port}/",
    "http://127.0.0.1:{port}/",
    "http://10.0.0.1:{port}/",
    "http://user@localhost:{port}/",
    "http://localhost.evil.example:{port}/",
]


@pytest.mark.parametrize("url", LOCAL)
def test_s30_a_developers_own_api_is_called_in_debug_only(
    server: RawServer, settings: Settings, url: str
) -> None:
    settings.EGRESS_OWN_ORIGINS = []
    there = url.format(port=server.port)

    assert code(lambda: egress.send("GET", there)) == "egress.refused"
    with override_settings(DEBUG=True):
        assert egress.send("GET", there).status == 200


@pytest.mark.parametrize("url", NOT_LOCAL)
def test_s30_debug_opens_nothing_else(server: RawServer, settings: Settings, url: str) -> None:
    settings.EGRESS_OWN_ORIGINS = []
    with override_settings(DEBUG=True):
        found = code(lambda: egress.send("GET", url.format(port=server.port)))

    assert found == "egress.refused"
    assert server.requests == []


@override_settings(DEBUG=True)
def test_s30_no_installation_may_have_debug() -> None:
    found = {message.id for message in run_checks(include_deployment_checks=True)}

    assert "security.W018" in found
