"""The configuration file that a client's software reads, with the private key put in.

The twin of static/js/configuration-file.mjs, which does this in the browser; a test holds the two
together. The field names are those that HelseID's clients know; `alg` and `kid` inside
`privateJwk` are more than they need.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from onboarding.jose import b64

MEMBERS = ("alg", "crv", "d", "dp", "dq", "e", "kid", "kty", "n", "p", "q", "qi", "x", "y")
# File systems and shells disagree about these.
_UNSAFE = str.maketrans('\\/:*?"<>|', "---------")


class File(NamedTuple):
    name: str
    text: str


def name(number: str, client: str) -> str:
    """Return the file's name for an organisation number and the client's name."""
    return f"HelseID Configuration {number}-{client.translate(_UNSAFE)}.json"


def text(content: Mapping[str, Any]) -> str:
    """Return the file's text: JSON in UTF-8, indented, in the order of `content`."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def build(file: Mapping[str, Any], private_jwk: Mapping[str, Any], expires_at: datetime) -> File:
    """Return `file` (`{"name", "content"}` of queries.blank_file) with the private key in it.

    `private_jwk` has `alg` and `kid`; members that no software reads (`ext`, `key_ops`) are left
    out. `expires_at` is when the key goes out. Raises KeyError for a JWK that lacks members.
    """
    members = {member: private_jwk[member] for member in MEMBERS if member in private_jwk}
    jwk = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    secret: dict[str, Any] = {"secretType": "private_key_jwt:EcPrivateKeyJwtSecret"}
    if private_jwk["kty"] == "RSA":
        secret = _rsa_secret(private_jwk, expires_at)
    return File(file["name"], text({**file["content"], **secret, "privateJwk": jwk}))


def _rsa_secret(jwk: Mapping[str, Any], expires_at: datetime) -> dict[str, Any]:
    return {
        "secretType": "private_key_jwt:RsaPrivateKeyJwtSecret",
        "rsaPrivateKey": _key_value(jwk),
        # The day in UTC: never later than the day on which the key goes out.
        "rsaKeyExpiryDate": f"{expires_at.astimezone(UTC):%d.%m.%Y}",
        "rsaKeySizeBits": b64.unsigned(jwk["n"]).bit_length(),
    }


def _key_value(jwk: Mapping[str, Any]) -> str:
    """Return .NET's XML form. It wants each number at full length, which a JWK need not have."""
    size = len(b64.decode(jwk["n"]))
    half = (size + 1) // 2
    parts = (
        ("Modulus", "n", size),
        ("Exponent", "e", 0),
        ("P", "p", half),
        ("Q", "q", half),
        ("DP", "dp", half),
        ("DQ", "dq", half),
        ("InverseQ", "qi", half),
        ("D", "d", size),
    )
    numbers = ((tag, b64.decode(jwk[member]).rjust(length, b"\0")) for tag, member, length in parts)
    xml = "".join(f"<{tag}>{b64encode(value).decode()}</{tag}>" for tag, value in numbers)
    return f"<RSAKeyValue>{xml}</RSAKeyValue>"
