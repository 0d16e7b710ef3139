"""A load of requests that were made beforehand, so that making them costs the server nothing."""

import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

CONNECTIONS = 8


class Sent(NamedTuple):
    """How a load went: answers by status, and how long all of it took, in seconds."""

    statuses: Counter[int]
    seconds: float

    @property
    def per_second(self) -> float:
        """Return good answers for each second. Raises AssertionError if any was not 200."""
        assert set(self.statuses) == {200}, f"not all were answered 200: {self.statuses}"
        return self.statuses[200] / self.seconds


def http(method: str, target: str, port: int, headers: dict[str, str], body: str = "") -> bytes:
    """Return an HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: localhost:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


def send(port: int, requests: list[bytes]) -> Sent:
    """Send `requests` over a handful of kept-alive connections to a port of this machine."""
    shares = [list(islice(requests, n, None, CONNECTIONS)) for n in range(CONNECTIONS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        counted = list(pool.map(lambda share: _send_on_one(port, share), shares))
    return Sent(sum(counted, Counter()), time.perf_counter() - began)


def _send_on_one(port: int, requests: list[bytes]) -> Counter[int]:
    statuses: Counter[int] = Counter()
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    try:
        for request in requests:
            connection.sendall(request)
            status, closes = _answer(connection)
            statuses[status] += 1
            if closes:
                connection.close()
                connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    finally:
        connection.close()
    return statuses


def _answer(connection: socket.socket) -> tuple[int, bool]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    missing = length - len(body)
    while missing > 0:
        missing -= len(_some(connection))
    return int(lines[0].split()[1]), b"connection: close" in lines


def _some(connection: socket.socket) -> bytes:
    some = connection.recv(65536)
    assert some, "the server closed the connection in the middle of an answer"
    return some
