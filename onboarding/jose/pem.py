"""Public keys in PEM: exactly one block, of one of three kinds (RFC 7468)."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from onboarding.jose.algorithms import ec_members, rsa_members
from onboarding.jose.checks import Check, fail, judge
from onboarding.jose.material import CURVES

KINDS: Final = ("PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE")
_EXPECTED: Final = " | ".join(KINDS)
_ONE = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----")
_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,60})-----")
# What other tools call a public key, by how its text begins.
_OTHERS: Final = (
    ("ssh-", "SSH"),
    ("ecdsa-sha2-", "SSH"),
    ("---- BEGIN SSH2", "SSH"),
    ("<RSAKeyValue", "XML"),
    ("-----BEGIN", "PEM?"),
)
_OIDS: Final = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.113549.1.3.1": "DH",
    "1.2.840.10046.2.1": "DH",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "1.2.643.2.2.19": "GOST R 34.10-2001",
    "1.2.643.7.1.1.1.1": "GOST R 34.10-2012",
    "1.2.643.7.1.1.1.2": "GOST R 34.10-2012",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}


class Pem(NamedTuple):
    """The key as JWK members, or None; and what was looked at on the way."""

    members: dict[str, str] | None
    checks: list[Check]


def read_pem(text: str) -> Pem:
    """Read exactly one SPKI, PKCS#1 public key or certificate (its key only). Never raises.

    Text around the block, a second block, and blocks of other kinds are refused by name,
    because only then is it certain that nothing else was sent along.
    """
    block = _ONE.fullmatch(text.strip())
    if block is None:
        return Pem(None, [fail("key.pem", _EXPECTED, _kind(text.strip()))])
    label, body = block.groups()
    if label not in KINDS:
        return Pem(None, [fail("key.pem", _EXPECTED, label)])
    try:
        der = b64decode("".join(body.split()), validate=True)
        certificate = x509.load_der_x509_certificate(der) if label == "CERTIFICATE" else None
    except ValueError:
        return Pem(None, [fail("key.pem", _EXPECTED, f"{label}?")])
    checks = [judge("key.pem", True, _EXPECTED, label)]
    algorithm = _algorithm(der)
    if certificate:
        dotted = certificate.public_key_algorithm_oid.dotted_string
        algorithm = _OIDS.get(dotted, dotted)
    if algorithm not in ("RSA", "EC"):
        return Pem(None, [*checks, fail("key.type", "RSA EC", algorithm)])
    try:
        key: object = certificate.public_key() if certificate else load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return Pem(None, [*checks, fail("key.type", "RSA EC", algorithm)])
    return _members(key, checks)


def _members(key: object, checks: list[Check]) -> Pem:
    if isinstance(key, rsa.RSAPublicKey):
        return Pem(rsa_members(key), checks)
    if isinstance(key, ec.EllipticCurvePublicKey):
        try:
            return Pem(ec_members(key), checks)
        except KeyError:
            return Pem(None, [*checks, fail("key.curve", " ".join(CURVES), key.curve.name)])
    return Pem(None, [*checks, fail("key.type", "RSA EC", type(key).__name__)])


def _kind(text: str) -> str:
    """What the text seems to be instead, in a word or two; never a piece of it."""
    labels = _BEGIN.findall(text)
    if labels:
        return " + ".join(labels[:3]) if len(labels) > 1 else f"{labels[0]}?"
    return next((kind for start, kind in _OTHERS if text.startswith(start)), "")


def _algorithm(spki: bytes) -> str:
    """The name of the key's type, from the first object identifier in it."""
    at = spki.find(b"\x06", 0, 12)
    if at < 0:
        return "RSA" if spki.startswith(b"\x30") else ""
    arcs = _arcs(spki[at + 2 : at + 2 + spki[at + 1]])
    dotted = ".".join(map(str, arcs))
    return _OIDS.get(dotted, dotted)


def _arcs(content: bytes) -> list[int]:
    arcs, value = [], 0
    for octet in content[:32]:
        value = (value << 7) | (octet & 0x7F)
        if octet < 0x80:
            arcs.append(value)
            value = 0
    if not arcs:
        return []
    first = min(arcs[0] // 40, 2)
    return [first, arcs[0] - 40 * first, *arcs[1:]]
