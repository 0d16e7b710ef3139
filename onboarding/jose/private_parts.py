"""Finding private keys in what somebody pasted as a public key.

Whatever is found is named, and the thumbprint of its public half reported, so that the
key can be barred: a private key that has travelled through a browser, a proxy and a
server is private no longer (RFC 7517 §9.2). Nothing private leaves this module.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
)

from onboarding.jose import b64
from onboarding.jose.algorithms import ec_members, rsa_members
from onboarding.jose.material import thumbprint_of
from onboarding.jose.strict import BadJson, strict_json

BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

# The raw text too, because JSON that is broken or quoted inside other JSON leaks as much.
_MEMBER = re.compile(r'"(d|p|q|dp|dq|qi|oth|k)\\*"\s*:', re.IGNORECASE)
# The same as a program or YAML writes it: then only what is followed by a value of some length.
_VALUE: Final = r"""[:=]\s{0,9}["']?[A-Za-z0-9_-]{30}"""
_ASSIGNED = re.compile(rf"""(?<![\w-])'?(d|p|q|dp|dq|qi|k)'?\s{{0,9}}{_VALUE}""", re.IGNORECASE)
# Looked for first: most texts have none, and a name could begin at every one of their characters.
_ANY_VALUE = re.compile(_VALUE, re.IGNORECASE)
_NAMES: Final = (
    (re.compile(r"private\s+key", re.IGNORECASE), "PRIVATE KEY"),
    (re.compile(r"PuTTY-User-Key-File|Private-Lines:", re.IGNORECASE), "PuTTY"),
    (re.compile(r"<(D|P|Q|DP|DQ|InverseQ)>"), "RSAKeyValue"),
)
_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE[A-Z0-9 ]{0,40})-----")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}")
# Nobody has more by mistake; and looking for ends that are not there costs the whole text each.
_MOST_BLOCKS: Final = 10
_PKCS12 = bytes.fromhex("020103")
# Loading one makes the library warn of its own future, and we have no use for it.
_DIFFIE_HELLMAN = (bytes.fromhex("2a864886f70d010301"), bytes.fromhex("2a8648ce3e0201"))
_PKCS7_DATA = bytes.fromhex("06092a864886f70d010701")


class Private(NamedTuple):
    """What gave the private key away, and the thumbprints of the keys it belongs to."""

    names: list[str]
    thumbprints: list[str]


def find(text: str) -> Private:
    """Look for private and symmetric keys in any form that people paste. Never raises."""
    rules = (_MEMBER, _ASSIGNED) if _ANY_VALUE.search(text) else (_MEMBER,)
    names = {found[1].lower() for rule in rules for found in rule.finditer(text)}
    names.update(name for pattern, name in _NAMES if pattern.search(text))
    thumbprints: list[str] = []
    for members in _objects(text):
        private = MEMBERS & {name.casefold() for name in members}
        names.update(private)
        # One that is named and empty gives nothing away: refused, but no reason to bar the key.
        if any(members[name] for name in members if name.casefold() in MEMBERS):
            thumbprints.append(_thumbprint(members))
    for name, key in _keys(text):
        names.add(name)
        thumbprints.append(_thumbprint(_public_members(key)))
    return Private(sorted(names), sorted(set(thumbprints) - {""}))


def _objects(text: str, levels: int = 2) -> Iterator[Mapping[str, Any]]:
    """Every JSON object in the text, also those inside strings (as in configuration files)."""
    if "{" not in text:
        return
    try:
        pending = [strict_json(text.lstrip(BOM).encode("utf-8", "replace"))]
    except BadJson:
        return
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str) and levels:
            yield from _objects(value, levels - 1)


def _keys(text: str) -> Iterator[tuple[str, object]]:
    """Every private key in PEM, with or without its headers; None when it is encrypted."""
    for begin in islice(_BEGIN.finditer(text), _MOST_BLOCKS):
        end = f"-----END {begin[1]}-----"
        at = text.find(end, begin.end())
        if at > 0:
            yield "PRIVATE KEY", _load_pem(text[begin.start() : at + len(end)])
    if _BASE64.fullmatch(text.strip()):
        yield from _load_naked(text)


def _load_pem(block: str) -> object:
    if "BEGIN PRIVATE" in block:
        try:
            return _load_der(b64decode("".join(block.splitlines()[1:-1])))
        except ValueError:
            return None
    load = load_ssh_private_key if "OPENSSH" in block else load_pem_private_key
    try:
        return load(block.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _load_naked(text: str) -> Iterator[tuple[str, object]]:
    try:
        der = b64decode("".join(text.split()), validate=True)
        if _PKCS12 in der[:8] and _PKCS7_DATA in der[:64]:
            yield "PKCS#12", None
        else:
            yield "PRIVATE KEY", _load_der(der)
    except ValueError:
        return


def _load_der(der: bytes) -> object:
    """The key, None when nothing is known of it; ValueError when it is no private key."""
    if any(oid in der[:40] for oid in _DIFFIE_HELLMAN):
        return None
    try:
        return load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, UnsupportedAlgorithm):  # encrypted, or of a type that nobody may use
        return None


def _public_members(key: object) -> Mapping[str, str]:
    if isinstance(key, rsa.RSAPrivateKey):
        return rsa_members(key.public_key())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        try:
            return ec_members(key.public_key())
        except KeyError:  # a curve that could not be uploaded anyway
            return {}
    return {}


def _thumbprint(members: Mapping[str, Any]) -> str:
    """The thumbprint, however sloppily the members are written; "" when there is none."""
    try:
        if members.get("kty") == "RSA":
            n, e = (b64.octets(int.from_bytes(_lenient(members[m]), "big")) for m in ("n", "e"))
            return thumbprint_of(e=e, kty="RSA", n=n)
        if members.get("kty") == "EC" and isinstance(members["crv"], str):
            x, y = (b64.encode(_lenient(members[m])) for m in ("x", "y"))
            return thumbprint_of(crv=members["crv"], kty="EC", x=x, y=y)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
    return ""


def _lenient(value: Any) -> bytes:
    text = value.strip().rstrip("=").replace("+", "-").replace("/", "_")
    return b64.decode(text)
