"""Public key material: from the text members of a JWK to a loaded key, with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from onboarding.jose import b64
from onboarding.jose.checks import Check, fail, judge, note

EXPONENT = 65537
RSA_BITS: Final = (2048, 3072, 4096)
# No sound key has longer members; longer ones are read, but not remembered.
LONGEST_MEMBERS = 800


class Curve(NamedTuple):
    name: str
    curve: ec.EllipticCurve
    bits: int
    size: int  # octets of a coordinate
    prime: int


CURVES: Final = {
    curve.name: curve
    for curve in (
        Curve("P-256", ec.SECP256R1(), 256, 32, 2**256 - 2**224 + 2**192 + 2**96 - 1),
        Curve("P-384", ec.SECP384R1(), 384, 48, 2**384 - 2**128 - 2**96 + 2**32 - 1),
        Curve("P-521", ec.SECP521R1(), 521, 66, 2**521 - 1),
    )
}


class Material(NamedTuple):
    """A public key as it was given; `key` is None when there is none to be had.

    `checks` judge type, curve, encoding, size, exponent and point; what can be wrong with
    the modulus itself is looked for in `weak`, because it costs more.
    """

    kty: str
    crv: str
    bits: int
    thumbprint: str
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None
    modulus: int
    checks: tuple[Check, ...]


def material(jwk: Mapping[str, Any]) -> Material:
    """Load the public key of a JWK, whatever its other members say. Never raises.

    Loaded keys are remembered by their members (which is what a thumbprint covers), so a
    key that is used again costs a dictionary lookup.
    """
    kty = jwk.get("kty")
    if kty == "RSA":
        n, e = jwk.get("n"), jwk.get("e")
        if isinstance(n, str) and isinstance(e, str):
            return _rsa(n, e) if len(n) + len(e) <= LONGEST_MEMBERS else _read_rsa(n, e)
        return _none("RSA", fail("key.base64url", "n e", ""))
    if kty == "EC":
        crv, x, y = jwk.get("crv"), jwk.get("x"), jwk.get("y")
        if not (isinstance(crv, str) and crv in CURVES):
            return _none("EC", fail("key.curve", " ".join(CURVES), crv))
        if isinstance(x, str) and isinstance(y, str):
            return _ec(crv, x, y) if len(x) + len(y) <= LONGEST_MEMBERS else _read_ec(crv, x, y)
        return _none("EC", fail("key.base64url", "x y", ""), crv)
    return _none("", fail("key.type", "RSA EC", kty))


def thumbprint_of(**members: str) -> str:
    """Return the SHA-256 thumbprint over exactly these members (RFC 7638 §3).

    The members are base64url and registered names, so nothing in them needs escaping.
    """
    text = ",".join(f'"{name}":"{members[name]}"' for name in sorted(members))
    return b64.digest(f"{{{text}}}".encode())


def _none(kty: str, check: Check, crv: str = "") -> Material:
    return Material(kty, crv, 0, "", None, 0, (check,))


def _read_rsa(n: str, e: str) -> Material:
    try:
        modulus, exponent = b64.unsigned(n), b64.unsigned(e)
    except ValueError:
        return _none("RSA", fail("key.base64url", "Base64urlUInt", ""))
    bits = modulus.bit_length()
    expected = " ".join(map(str, RSA_BITS))
    checks = [
        judge("key.type", True, "RSA EC", "RSA"),
        judge("key.base64url", True, "Base64urlUInt", "Base64urlUInt"),
        note("key.bits", "3072 4096", bits)
        if bits == RSA_BITS[0]
        else judge("key.bits", bits in RSA_BITS, expected, bits),
        judge("key.exponent", exponent == EXPONENT, str(EXPONENT), _number(exponent)),
    ]
    key = None
    if bits in RSA_BITS and exponent == EXPONENT:
        try:
            key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        except ValueError:
            checks.append(fail("key.modulus", "odd", ""))
    return Material(
        "RSA", "", bits, thumbprint_of(e=e, kty="RSA", n=n), key, modulus, tuple(checks)
    )


def _read_ec(crv: str, x: str, y: str) -> Material:
    curve = CURVES[crv]
    try:
        raw_x, raw_y = b64.decode(x), b64.decode(y)
    except ValueError:
        return _none("EC", fail("key.base64url", "base64url", ""), crv)
    checks = [
        judge("key.type", True, "RSA EC", "EC"),
        judge("key.curve", True, " ".join(CURVES), crv),
        judge("key.base64url", True, "base64url", "base64url"),
    ]
    key = _point(curve, raw_x, raw_y)
    checks.append(judge("key.point", key is not None, crv, crv if key else ""))
    print_ = thumbprint_of(crv=crv, kty="EC", x=x, y=y)
    return Material("EC", crv, curve.bits, print_, key, 0, tuple(checks))


def _point(curve: Curve, raw_x: bytes, raw_y: bytes) -> ec.EllipticCurvePublicKey | None:
    """Return the key, or None unless both coordinates have full length and meet on the curve."""
    x, y = int.from_bytes(raw_x, "big"), int.from_bytes(raw_y, "big")
    if len(raw_x) != curve.size or len(raw_y) != curve.size or max(x, y) >= curve.prime:
        return None
    try:
        return ec.EllipticCurvePublicNumbers(x, y, curve.curve).public_key()
    except ValueError:
        return None


_rsa = lru_cache(maxsize=2048)(_read_rsa)
_ec = lru_cache(maxsize=2048)(_read_ec)


def _number(value: int) -> str:
    return str(value) if value.bit_length() <= 64 else f"{value.bit_length()} bits"
