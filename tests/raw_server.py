"""A server on loopback that answers with exact octets, or with none."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

Answering = Callable[["Peer"], None]


class Peer:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, ended: threading.Event) -> None:
        self.connection = connection
        self._ended = ended

    def request(self) -> bytes:
        """Read until the end of the headers, and a body if its length is said."""
        text = b""
        while b"\r\n\r\n" not in text:
            text += self._more()
        head, _, body = text.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            while name.lower() == b"content-length" and len(body) < int(value):
                body += self._more()
        return head + b"\r\n\r\n" + body

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.connection.sendall(part)

    def for_ever(self, part: bytes, *, every: float = 0.0) -> None:
        """Send `part` again and again until the other side or the test has had enough."""
        while not self._ended.wait(every) if every else not self._ended.is_set():
            self.connection.sendall(part)

    def stall(self) -> None:
        """Say nothing more, and do not hang up."""
        self._ended.wait(30)

    def _more(self) -> bytes:
        found = self.connection.recv(65536)
        if not found:
            raise ConnectionError("hung up")
        return found


class RawServer:
    """Listens at `port` of `localhost`; keeps the `requests` it has read, whole."""

    def __init__(self, answering: Answering, tls: ssl.SSLContext | None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answering, self._tls = answering, tls
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.origin = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._run(self._listen)

    def close(self) -> None:
        self._ended.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def _run(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return  # closed
            self.connections += 1
            self._run(partial(self._serve, connection))

    def _serve(self, connection: socket.socket) -> None:
        # Whoever is tested hangs up whenever it likes; that is what is tested.
        with suppress(OSError), connection:
            if self._tls is None:
                self._answer(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._answer(secured)

    def _answer(self, connection: socket.socket) -> None:
        peer = Peer(connection, self._ended)
        self.requests.append(peer.request())
        self._answering(peer)


@contextmanager
def raw_server(answering: Answering, *, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """A server that calls `answering` once for each request it has read."""
    server = RawServer(answering, tls)
    try:
        yield server
    finally:
        server.close()


def ok(body: bytes = b"{}", *headers: bytes) -> bytes:
    """A plain answer."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
