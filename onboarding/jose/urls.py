"""Comparing the `htu` of a proof with the address that was called (RFC 9449 §4.3(9))."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

LONGEST: Final = 2048
_PORTS: Final = {"http": "80", "https": "443"}
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def same_target(htu: Any, url: str) -> bool:
    """Tell whether both name one target, queries and fragments left aside.

    Scheme and host in any case, the default port and needless percent-encoding make no
    difference (RFC 3986 §6.2.2, §6.2.3); the path does, to the last letter and slash.
    """
    if not isinstance(htu, str) or len(htu) > LONGEST:
        return False
    if htu == url:
        return True
    given, called = _normal(htu), _normal(url)
    return given is not None and given == called


def _normal(url: str) -> tuple[str, str, str] | None:
    """Scheme, host with port, and path; None for what is no address of a server."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = parts.netloc.lower().removesuffix(f":{_PORTS.get(parts.scheme, '')}")
    if parts.scheme not in _PORTS or not host or "@" in host:
        return None
    return parts.scheme, host, _ESCAPE.sub(_plain, parts.path or "/")


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape.group()[1:], 16))
    return character if character in _UNRESERVED else escape.group().upper()
