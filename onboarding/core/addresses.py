"""Which addresses on the net the portal may call because somebody typed a name."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST_HOST: Final = 253  # RFC 1035 §2.3.4, as text

# Hosts on the net have their addresses here. Elsewhere is local, reserved, or leads to IPv4 by
# way of a translator (64:ff9b::/96), which would decide for us whom we talk to.
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
# Besides what `is_global` refuses; the older a Python, the shorter its list of special addresses.
_DENIED: Final = (
    ipaddress.ip_network("168.63.129.16/32"),  # a cloud's host agent on a global address
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("2001::/23"),
    ipaddress.ip_network("3fff::/20"),
)
_LOCAL_SUFFIXES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")


class Refusal(Exception):
    """The address may not be called. One text for all reasons: it is no map of our network."""


def split(url: str) -> SplitResult:
    """Return the parts of an https URL whose host is a public-looking name on port 443.

    Raises Refusal for anything else, before anything is looked up: other schemes, ports, user
    information, IP literals in any notation, local names, characters that parsers disagree on.
    """
    if not url.isascii() or any(c in '\\^`{|}<>" ' or ord(c) < 33 or ord(c) == 127 for c in url):
        raise Refusal
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refusal from error
    host = parts.hostname or ""
    if parts.scheme != "https" or port not in (None, 443) or "@" in parts.netloc:
        raise Refusal
    if "%" in parts.netloc or parts.fragment or not _is_public_name(host):
        raise Refusal
    return parts


def on_this_machine(url: str, *, but: Iterable[str]) -> SplitResult | None:
    """The parts of an http address of localhost: a developer's own API, where DEBUG is on.

    `but` names places (host and port) that are not meant. `check --deploy` refuses DEBUG, so no
    installation has this way past the rules.
    """
    try:
        parts = urlsplit(url)
        is_whole = parts.port is not None and parts.port >= 1024
    except ValueError:
        return None
    is_local = parts.scheme == "http" and parts.netloc == f"localhost:{parts.port}"
    return parts if is_whole and is_local and parts.netloc not in but else None


def _is_public_name(host: str) -> bool:
    name = host.rstrip(".").lower()
    if "." not in name or name.endswith(_LOCAL_SUFFIXES) or _is_literal(name):
        return False
    labels = name.split(".")
    fits = all(label and len(label) < 64 and label.replace("-", "").isalnum() for label in labels)
    # A last label of digits only is an address in some notation, whatever a resolver makes of it.
    return fits and len(name) < 254 and not labels[-1][0].isdigit()


def _is_literal(host: str) -> bool:
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)  # takes 127.1, 0x7f.1, 0177.0.0.1 and 2130706433 as well
    except OSError:
        return False
    return True


def is_callable(text: str, denied: Iterable[str] = ()) -> bool:
    """Say whether an address that a name resolved to is on the public net, also when wrapped.

    `denied` names further networks in CIDR notation, such as the portal's own public addresses.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    networks = (*_DENIED, *(ipaddress.ip_network(network) for network in denied))
    return all(_is_public(candidate, networks) for candidate in _unwrapped(address))


def _unwrapped(address: Address) -> list[Address]:
    """The address itself, and the IPv4 address that a 6to4 one leads to (RFC 3056)."""
    inner = address.sixtofour if isinstance(address, ipaddress.IPv6Address) else None
    return [address] if inner is None else [address, inner]


def _is_public(address: Address, denied: Iterable[Network]) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in denied if network.version == address.version)
