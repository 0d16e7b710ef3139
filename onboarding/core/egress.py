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
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import local as of_thread
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from onboarding.core.addresses import Refusal, is_callable, on_this_machine, split
from onboarding.core.deadlines import Deadline

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 10.0
USER_AGENT: Final = "Selvbetjening/1 (token test)"
_resolvers = ThreadPoolExecutor(8, thread_name_prefix="resolve")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, the body whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int


class Failed(Exception):
    """No answer to work with. `code` is stable: refused, unreachable, timeout, tls, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = f"egress.{code}"


class Door:
    """Requests to one origin, all of them to the one address that its name had to begin with.

    For whoever has many to send: looked up and judged once, each request still has a connection
    of its own. Good for several threads.
    """

    def __init__(self, url: str, *, typed: bool = False) -> None:
        """Look the name up; `typed` as in `send`. Raises Failed."""
        with closing(Deadline(TOTAL_SECONDS)) as deadline:
            self._parts, address = _target(url, deadline, typed=typed)
        self._adapter, self._url = _Pinned(address), url
        # Most requests are this one with other headers; reading the address costs more than those.
        self._usual = _request("GET", url, self._parts, {}, None)

    def close(self) -> None:
        self._adapter.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = 64 * 1024,
        seconds: float = TOTAL_SECONDS,
    ) -> Answer:
        """Send one request and return the answer, as `send` does. Raises Failed."""
        if not url.startswith(f"{self._parts.scheme}://{self._parts.netloc}/"):
            raise Failed("refused")
        deadline = Deadline(min(seconds, TOTAL_SECONDS))
        try:
            if (method, url) == (self._usual.method, self._url):
                asked = self._usual.copy()
                asked.prepare_headers(_sent(self._parts, headers or {}))
            else:
                asked = _request(method, url, self._parts, headers or {}, None)
            return _answered(self._adapter, asked, limit, deadline)
        finally:
            deadline.close()


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit: int = 64 * 1024,
    seconds: float = TOTAL_SECONDS,
    typed: bool = False,
) -> Answer:
    """Send one request and return the answer, whatever its status; 3xx is not followed.

    `form` or `body` goes with it, as it is; its type stands in `headers`. `typed` says that
    somebody outside typed the address: the portal itself is refused like any other inside.
    `limit` is the most octets of body that are read, `seconds` the most time that all of it
    takes, at most `TOTAL_SECONDS`. Raises Failed.
    """
    deadline = Deadline(min(seconds, TOTAL_SECONDS))
    try:
        parts, address = _target(url, deadline, typed=typed)
        asked = _request(method, url, parts, headers or {}, form or body)
        with closing(_Pinned(address)) as adapter:
            return _answered(adapter, asked, limit, deadline)
    finally:
        deadline.close()


def _answered(
    adapter: _Pinned, asked: requests.PreparedRequest, limit: int, deadline: Deadline
) -> Answer:
    began = time.monotonic()
    try:
        with adapter.watched_by(deadline):
            status, found, body = _exchange(adapter, asked, limit)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise _failure(error, late=deadline.is_over) from error
    if deadline.is_over:
        raise Failed("timeout")
    return Answer(status, found, body, int((time.monotonic() - began) * 1000))


def check(url: str) -> None:
    """Return if a typed address could be called now; nothing is sent there.

    Raises Failed, with one code for every reason: it is no map of our network (S21).
    """
    with closing(Deadline(CONNECT_SECONDS)) as deadline:
        try:
            _target(url, deadline, typed=True)
        except Failed as error:
            raise Failed("refused") from error


def _request(
    method: str,
    url: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    content: Mapping[str, str] | bytes | None,
) -> requests.PreparedRequest:
    """Say all that is sent. No session: it would add cookies, .netrc and proxies of its own."""
    return requests.Request(method, url, _sent(parts, headers), data=content or {}).prepare()


def _sent(parts: SplitResult, headers: Mapping[str, str]) -> dict[str, str]:
    ours = {
        "Host": parts.netloc,
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    return {**headers, **ours}


def _exchange(
    adapter: HTTPAdapter, asked: requests.PreparedRequest, limit: int
) -> tuple[int, dict[str, str], bytes]:
    """The adapter alone, because a session reads the whole body of a redirect, however large."""
    timeouts = (CONNECT_SECONDS, READ_SECONDS)
    with adapter.send(asked, stream=True, timeout=timeouts) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return response.status_code, headers, _read(response, limit)


def _target(url: str, deadline: Deadline, *, typed: bool = False) -> tuple[SplitResult, str]:
    """Return the parts of `url` and the one address to connect to. Raises Failed."""
    own = [urlsplit(origin) for origin in settings.EGRESS_OWN_ORIGINS]
    for origin in own:
        if typed and origin.geturl() == settings.BASE_URL:
            continue
        if url.startswith(f"{origin.scheme}://{origin.netloc}/"):
            return urlsplit(url), _resolve(origin.hostname or "", deadline)[0]
    if settings.DEBUG and (local := on_this_machine(url, but=[at.netloc for at in own])):
        return local, _resolve("localhost", deadline)[0]
    try:
        parts = split(url)
    except Refusal as error:
        raise Failed("refused") from error
    host = (parts.hostname or "").rstrip(".")
    if host in {origin.hostname for origin in own} or host in settings.API_ROOTS:
        raise Failed("refused")
    addresses = _resolve(host, deadline)
    if len(addresses) > 8 or not all(is_callable(a, settings.EGRESS_DENIED) for a in addresses):
        raise Failed("refused")
    return parts, addresses[0]


def _resolve(host: str, deadline: Deadline) -> list[str]:
    asked = _resolvers.submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    try:
        found = asked.result(min(CONNECT_SECONDS, deadline.seconds))
    except TookTooLong as error:
        asked.cancel()  # if it still waits for its turn
        raise Failed("timeout") from error
    except (OSError, UnicodeError) as error:
        raise Failed("unreachable") from error
    # IPv4 first: a laptop's `localhost` is both, and our own servers listen on that one.
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Watched(of_thread):
    """The deadline of the request that this thread is sending."""

    deadline: Deadline


_watched: Final = _Watched()


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        _watched.deadline.watch(made)
        return made


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        _watched.deadline.watch(made)
        return made


def _drop(pool: HTTPConnectionPool, conn: Any) -> None:
    """Keep no connection: a second request on one would be watched by nobody's deadline."""
    if conn is not None:
        conn.close()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls, _put_conn = _Plain, _drop


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls, _put_conn = _Secure, _drop


class _Pinned(HTTPAdapter):
    """Connects to one address, whatever the name would resolve to by now."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__(max_retries=0)

    @contextmanager
    def watched_by(self, deadline: Deadline) -> Iterator[None]:
        """Have the connections that this thread opens end with `deadline`."""
        _watched.deadline = deadline
        try:
            yield
        finally:
            del _watched.deadline

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """The pool of the address; in TLS, the name is asked for and has to be proved."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        names = {"server_hostname": host["host"], "assert_hostname": host["host"]}
        is_tls = host["scheme"] == "https"
        return {**host, "host": self._address}, {**pool, **(names if is_tls else {})}


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
