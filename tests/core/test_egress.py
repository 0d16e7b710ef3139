"""Requests that leave the portal, against real and badly behaved servers: the rows S13 to S21."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from pytest_django import Settings
from pytest_socket import SocketConnectBlockedError

from onboarding.core import egress
from tests.core.certificates import Authority
from tests.raw_server import Answering, Peer, RawServer, ok, raw_server

HEAD = b"HTTP/1.1 200 OK\r\n"
PUBLIC = "93.184.215.14"
PRIVATE = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "168.63.129.16", "::1", "::ffff:10.1.2.3"]
_connects: list[Any] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _connects.append(arguments[1])


sys.addaudithook(_note)  # can only be added; it notes the addresses of this module's tests


@pytest.fixture(autouse=True)
def connects() -> list[Any]:
    """The addresses that anything in this process has connected to in this test."""
    _connects.clear()
    return _connects


@pytest.fixture
def serve(settings: Settings) -> Iterator[Callable[..., RawServer]]:
    """Start a server that egress may call; `serve(answering)`."""
    running: list[Any] = []

    def start(answering: Answering, **options: Any) -> RawServer:
        context = raw_server(answering, **options)
        server = context.__enter__()
        running.append(context)
        settings.EGRESS_OWN_ORIGINS = [server.origin]
        return server

    yield start
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Have names resolve to these addresses, one answer after the other; return what was asked."""
    real = socket.getaddrinfo

    def install(*answers: list[str]) -> list[str]:
        asked: list[str] = []

        def answer(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
            if host.replace(".", "").isdigit() or ":" in host:
                return real(host, port, *args, **kwargs)
            asked.append(host)
            addresses = answers[min(len(asked), len(answers)) - 1]
            return [entry for a in addresses for entry in real(a, port, *args, **kwargs)]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return install


def code(url: str, **options: Any) -> str:
    with pytest.raises(egress.Failed) as caught:
        egress.send("GET", url, **options)
    return caught.value.code


def plain(server: RawServer) -> bytes:
    return egress.send("GET", f"{server.origin}/").body


def test_answer_is_handed_over_whole(serve: Callable[..., RawServer]) -> None:
    server = serve(lambda peer: peer.send(ok(b'{"a": 1}', b"X-One: 1")))

    answer = egress.send("POST", f"{server.origin}/a?b=c", form={"d": "e f"}, headers={"X-In": "2"})

    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b'{"a": 1}', "1")
    assert 0 <= answer.milliseconds < 5000
    [request] = server.requests
    assert request.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\nd=e+f")


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("others", [[], [PUBLIC]], ids=["alone", "after a public one"])
def test_name_of_a_private_address_is_refused_without_connecting(
    resolve: Callable[..., list[str]], connects: list[Any], address: str, others: list[str]
) -> None:
    resolve([*others, address])

    assert code("https://api.example.no/") == "egress.refused"
    assert connects == []


def test_name_of_more_than_eight_addresses_is_refused(
    resolve: Callable[..., list[str]], connects: list[Any]
) -> None:
    resolve([f"93.184.215.{last}" for last in range(1, 10)])

    assert code("https://api.example.no/") == "egress.refused"
    assert connects == []


@pytest.mark.parametrize(
    "url", ["http://api.example.no/", "https://api.example.no:8443/", "https://127.0.0.1/", "x", ""]
)
def test_refused_text_is_not_even_looked_up(resolve: Callable[..., list[str]], url: str) -> None:
    asked = resolve([PUBLIC])

    assert code(url) == "egress.refused"
    assert asked == []


def test_s06_own_name_is_refused_but_for_the_very_origin(
    settings: Settings, resolve: Callable[..., list[str]]
) -> None:
    settings.EGRESS_OWN_ORIGINS = ["http://portal.example.no:8000"]
    asked = resolve([PUBLIC])

    for url in (
        "https://portal.example.no/",
        "https://PORTAL.example.no./",
        "http://portal.example.no:8000@evil.example/",
        "http://portal.example.no:80001/",
        "http://portal.example.no/",
    ):
        assert code(url) == "egress.refused"
    assert asked == []


def test_s11_networks_that_the_operator_denies(
    settings: Settings, resolve: Callable[..., list[str]], connects: list[Any]
) -> None:
    settings.EGRESS_DENIED = ["93.184.215.0/24"]
    resolve([PUBLIC])

    assert code("https://api.example.no/") == "egress.refused"
    assert connects == []


def test_s13_connection_goes_to_the_address_that_was_judged(
    resolve: Callable[..., list[str]],
) -> None:
    asked = resolve([PUBLIC], ["127.0.0.1"])

    # The tests themselves may not leave this machine, and say where the connection would go.
    with pytest.warns(match=PUBLIC), pytest.raises(SocketConnectBlockedError):
        egress.send("GET", "https://api.example.no/")

    assert asked == ["api.example.no"]


def test_s13_host_says_the_name_and_not_the_address(
    serve: Callable[..., RawServer], resolve: Callable[..., list[str]], settings: Settings
) -> None:
    server = serve(lambda peer: peer.send(ok()))
    settings.EGRESS_OWN_ORIGINS = [f"http://own.example.no:{server.port}"]
    asked = resolve(["127.0.0.1"], [PUBLIC])

    egress.send("GET", f"http://own.example.no:{server.port}/")

    assert b"\r\nHost: own.example.no:%d\r\n" % server.port in server.requests[0]
    assert asked == ["own.example.no"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/", "file:///etc/passwd", "/", "https://x.example.no/"]
)
def test_s15_redirect_is_an_answer(
    serve: Callable[..., RawServer], connects: list[Any], status: int, location: str
) -> None:
    line = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 2\r\n\r\nhi"
    server = serve(lambda peer: peer.send(line.encode()))

    answer = egress.send("GET", f"{server.origin}/")

    assert (answer.status, answer.headers["location"], answer.body) == (status, location, b"hi")
    assert connects == [("127.0.0.1", server.port)]


def test_s15_redirect_with_an_endless_body_is_bounded_too(
    serve: Callable[..., RawServer],
) -> None:
    def answering(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")
        peer.for_ever(b"x" * 65536)

    server = serve(answering)

    assert code(f"{server.origin}/") == "egress.too_large"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """A certificate authority that this process trusts, and nobody else."""
    made = Authority(tmp_path)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(made.path))
    return made


def test_s16_good_certificate(serve: Callable[..., RawServer], authority: Authority) -> None:
    server = serve(lambda peer: peer.send(ok()), tls=authority.server("localhost"))

    assert plain(server) == b"{}"


@pytest.mark.parametrize(
    "flaw", ["self-signed", "expired", "not yet valid", "wrong name", "old TLS"]
)
def test_s16_certificate_that_proves_nothing(
    serve: Callable[..., RawServer], authority: Authority, flaw: str
) -> None:
    context = {
        "self-signed": lambda: authority.server("localhost", is_self_signed=True),
        "expired": lambda: authority.server("localhost", days=(-30, -1)),
        "not yet valid": lambda: authority.server("localhost", days=(1, 30)),
        "wrong name": lambda: authority.server("other.example.no"),
        "old TLS": lambda: authority.old_server("localhost"),
    }[flaw]()
    server = serve(lambda peer: peer.send(ok()), tls=context)

    assert code(f"{server.origin}/") == "egress.tls"
    assert server.requests == []


def chunked_for_ever(peer: Peer) -> None:
    peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    peer.for_ever(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")


def length_lies(peer: Peer) -> None:
    peer.send(HEAD + b"Content-Length: 5000000000\r\n\r\n")
    peer.for_ever(b"x" * 65536)


def one_huge_chunk(peer: Peer) -> None:
    peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n")
    peer.for_ever(b"x" * 65536)


def no_length(peer: Peer) -> None:
    peer.send(HEAD + b"\r\n")
    peer.for_ever(b"x" * 65536)


@pytest.mark.parametrize("answering", [chunked_for_ever, length_lies, one_huge_chunk, no_length])
def test_s17_endless_body_is_left(serve: Callable[..., RawServer], answering: Answering) -> None:
    server = serve(answering)

    assert code(f"{server.origin}/") == "egress.too_large"


@pytest.mark.parametrize("limit", [64 * 1024, 256 * 1024])
def test_s17_limit_is_exact(serve: Callable[..., RawServer], limit: int) -> None:
    sizes = iter([limit, limit + 1])
    server = serve(lambda peer: peer.send(ok(b"x" * next(sizes))))

    assert len(egress.send("GET", f"{server.origin}/", limit=limit).body) == limit
    assert code(f"{server.origin}/", limit=limit) == "egress.too_large"


def test_s17_what_is_packed_stays_packed(serve: Callable[..., RawServer]) -> None:
    bomb = b"\x1f\x8b" + b"\0" * 1000
    server = serve(lambda peer: peer.send(ok(bomb, b"Content-Encoding: gzip")))

    assert plain(server) == bomb
    assert b"\r\nAccept-Encoding: identity\r\n" in server.requests[0]


def drip_headers(peer: Peer) -> None:
    peer.send(HEAD)
    peer.for_ever(b"X", every=0.1)


def drip_body(peer: Peer) -> None:
    peer.send(HEAD + b"Content-Length: 1000\r\n\r\n")
    peer.for_ever(b"x", every=0.1)


def drip_without_length(peer: Peer) -> None:
    peer.send(HEAD + b"\r\n")
    peer.for_ever(b"x", every=0.1)


def stop_near_the_end(peer: Peer) -> None:
    peer.send(HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 99)
    peer.stall()


def continue_for_ever(peer: Peer) -> None:
    peer.for_ever(b"HTTP/1.1 100 Continue\r\n\r\n", every=0.01)


@pytest.mark.parametrize(
    "answering",
    [
        drip_headers,
        drip_body,
        drip_without_length,
        stop_near_the_end,
        Peer.stall,
        continue_for_ever,
    ],
    ids=lambda answering: answering.__name__,
)
def test_s18_whole_exchange_has_a_deadline(
    serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch, answering: Answering
) -> None:
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.8)
    server = serve(answering)
    began = time.monotonic()

    assert code(f"{server.origin}/") == "egress.timeout"
    assert 0.7 < time.monotonic() - began < 2.5


def test_s18_tls_that_never_begins(
    serve: Callable[..., RawServer], authority: Authority, settings: Settings
) -> None:
    server = serve(Peer.stall)
    settings.EGRESS_OWN_ORIGINS = [server.origin.replace("http:", "https:")]

    assert code(f"https://localhost:{server.port}/", seconds=0.8) == "egress.timeout"


def test_s18_connection_that_is_never_taken(settings: Settings) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(address)
            waiting.append(one)
        settings.EGRESS_OWN_ORIGINS = [f"http://localhost:{address[1]}"]
        began = time.monotonic()

        assert code(f"http://localhost:{address[1]}/") == "egress.timeout"
        assert 2.5 < time.monotonic() - began < 5
        for one in waiting:
            one.close()


def test_s18_name_that_takes_too_long_to_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: ended.wait(30))
    began = time.monotonic()

    assert code("https://api.example.no/") == "egress.timeout"
    ended.set()
    assert 2.5 < time.monotonic() - began < 5


def test_s18_the_limits_of_time_are_those_we_say() -> None:
    limits = (egress.CONNECT_SECONDS, egress.READ_SECONDS, egress.TOTAL_SECONDS)

    assert limits == (3, 5, 10)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"X: y\r\n" * 10_000 + b"\r\n",
        HEAD + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"just text, as HTTP/0.9 was\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"",
        HEAD + b"Content-Length: 10\r\n\r\nx",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 1_000_000,
    ],
    ids=lambda answer: repr(answer[:30]),
)
def test_s19_answer_that_is_not_http(serve: Callable[..., RawServer], answer: bytes) -> None:
    server = serve(lambda peer: peer.send(answer))

    assert code(f"{server.origin}/", seconds=3) == "egress.unreachable"


def test_s19_second_answer_is_nobodys(serve: Callable[..., RawServer]) -> None:
    server = serve(lambda peer: peer.send(ok(b"1") + ok(b"2")))

    assert (plain(server), plain(server)) == (b"1", b"1")
    assert server.connections == 2


def test_s20_nothing_of_ours_travels_along(
    serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login somebody password secret\n")
    netrc.chmod(0o600)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://localhost:9")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(lambda peer: peer.send(ok(b"{}", b"Set-Cookie: a=b; Path=/")))

    plain(server)
    plain(server)

    for request in server.requests:
        head = request.decode().split("\r\n")
        assert head[0] == "GET / HTTP/1.1"
        assert {line for line in head[1:] if line} == {
            f"Host: localhost:{server.port}",
            f"User-Agent: {egress.USER_AGENT}",
            "Accept-Encoding: identity",
            "Connection: close",
        }


def test_s21_every_refusal_says_the_same(resolve: Callable[..., list[str]]) -> None:
    resolve(["10.0.0.1"])

    found = set()
    for url in ("http://a.example.no/", "https://a.example.no:22/", "https://10.0.0.1/"):
        with pytest.raises(egress.Failed) as caught:
            egress.send("GET", url)
        found.add(str(caught.value))
    with pytest.raises(egress.Failed) as caught:
        egress.send("GET", "https://a.example.no/")

    assert found == {str(caught.value)}


def test_closed_port_and_unknown_name_are_unreachable(
    serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Peer.stall)
    server.close()
    assert code(f"{server.origin}/") == "egress.unreachable"

    def unknown(*_args: Any, **_options: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert code("https://api.example.no/") == "egress.unreachable"
