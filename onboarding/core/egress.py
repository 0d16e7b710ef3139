"""The one door through which the portal calls others. Nothing else may import requests.

A name is resolved once and the connection goes to that very address; redirects are answers, not
instructions; everything ends within a deadline and a size; nothing of ours travels along.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from onboarding.core.addresses import Refusal, is_callable, split

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 10.0
USER_AGENT: Final = "Selvbetjening/1 (token test)"
_resolvers = ThreadPoolExecutor(8, thread_name_prefix="resolve")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, the body cut off nowhere."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int


class Failed(Exception):
    """No answer to work with. `code` is stable: refused, unreachable, timeout, tls, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = f"egress.{code}"


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    limit: int = 64 * 1024,
) -> Answer:
    """Send one request and return the answer, whatever its status; 3xx is not followed.

    `limit` is the most octets of body that are read. Raises Failed.
    """
    parts, address = _target(url)
    began = time.monotonic()
    with _session(address, parts) as (session, deadline):
        try:
            with session.request(
                method,
                url,
                headers={**(headers or {}), "Host": parts.netloc, "Accept-Encoding": "identity"},
                data=form,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, limit)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _failure(error, late=deadline.is_over) from error
        if deadline.is_over:
            raise Failed("timeout")
    spent = int((time.monotonic() - began) * 1000)
    found = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, found, body, spent)


def _target(url: str) -> tuple[SplitResult, str]:
    """Return the parts of `url` and the one address to connect to. Raises Failed."""
    plain = urlsplit(url)
    if f"{plain.scheme}://{plain.netloc}" in settings.EGRESS_OWN_ORIGINS:
        return plain, _resolve(plain.hostname or "", plain.port or 443)[0]
    try:
        parts = split(url)
    except Refusal as error:
        raise Failed("refused") from error
    addresses = _resolve(parts.hostname or "", 443)
    if len(addresses) > 8 or not all(is_callable(address) for address in addresses):
        raise Failed("refused")
    return parts, addresses[0]


def _resolve(host: str, port: int) -> list[str]:
    asked = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = asked.result(CONNECT_SECONDS)
    except (OSError, UnicodeError, TookTooLong) as error:
        raise Failed("unreachable") from error
    # IPv4 first: a laptop's `localhost` is both, and our own servers listen on that one.
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Deadline:
    """Shuts the connection down when the time is over, in whatever it may be waiting."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._guards: list[socket.socket] = []
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connection: socket.socket) -> None:
        # A duplicate, because wrapping in TLS takes the original's descriptor away.
        self._guards.append(connection.dup())

    def _end(self) -> None:
        self.is_over = True
        for guard in self._guards:
            try:
                guard.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it ended by itself between our looking and our doing

    def close(self) -> None:
        self._timer.cancel()
        for guard in self._guards:
            guard.close()


@contextmanager
def _session(address: str, parts: SplitResult) -> Iterator[tuple[requests.Session, _Deadline]]:
    deadline = _Deadline(TOTAL_SECONDS)
    session = requests.Session()
    session.trust_env = False  # neither proxies nor .netrc of this machine
    session.headers = requests.structures.CaseInsensitiveDict({"User-Agent": USER_AGENT})
    session.mount(f"{parts.scheme}://", _Pinned(address, deadline))
    try:
        yield session, deadline
    finally:
        session.close()
        deadline.close()


class _Pinned(HTTPAdapter):
    """Connects to one address, whatever the name would resolve to by now."""

    def __init__(self, address: str, deadline: _Deadline) -> None:
        self._address, self._deadline = address, deadline
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        deadline = self._deadline

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                deadline.watch(made)
                return made

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                deadline.watch(made)
                return made

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool |= {"server_hostname": host["host"], "assert_hostname": host["host"]}
        return {**host, "host": self._address}, pool


def _read(response: requests.Response, limit: int) -> bytes:
    body = b""
    for chunk in response.raw.stream(16 * 1024, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise Failed("too_large")
    return body


def _failure(error: Exception, *, late: bool) -> Failed:
    if late or isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Failed("timeout")
    if isinstance(error, requests.exceptions.SSLError):
        return Failed("tls")
    return Failed("unreachable")
