"""Sealing a private key to one browser: JWE, ECDH-ES+A256KW with A256GCM (RFC 7516, 7518)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from onboarding.jose.material import material
from onboarding.jose.strict import BadJson, strict_json

_HEADER: Final = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "jwk+json"}
_MEMBERS: Final = ("crv", "kty", "x", "y")
_LARGEST: Final = 2048


class PrivateKey:
    """A private JWK on its way from generation to the seal. It never shows what it holds."""

    __slots__ = ("_jwk",)

    def __init__(self, jwk: dict[str, str]) -> None:
        self._jwk = jwk

    def __repr__(self) -> str:
        return "<PrivateKey>"

    def public(self) -> dict[str, str]:
        """Return the public members, with `alg`, `kid` and `use`."""
        shown = ("alg", "crv", "e", "kid", "kty", "n", "use", "x", "y")
        return {name: self._jwk[name] for name in shown if name in self._jwk}

    def expose(self) -> dict[str, str]:
        """Return everything: for the witness, who signs with it, and for nobody else."""
        return self._jwk

    def seal(self, recipient: Mapping[str, str]) -> str:
        """Return a compact JWE of the whole JWK that only the holder of `recipient` can open."""
        sealed = JWE(json.dumps(self._jwk).encode(), json.dumps(_HEADER))
        sealed.add_recipient(JWK(**recipient))
        text: str = sealed.serialize(compact=True)
        return text


def read_recipient(text: str) -> dict[str, str]:
    """Return the public P-256 JWK of a browser, its four members only.

    Raises ValueError for anything else: not JSON, private members, another curve, a point that
    is not on it (a private key could leak through ECDH with such a point).
    """
    if len(text) > _LARGEST:
        raise ValueError("too long")
    try:
        given: Any = strict_json(text.encode())
    except (BadJson, UnicodeEncodeError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(given, dict) or given.keys() - {*_MEMBERS, "ext", "key_ops"}:
        raise ValueError("not a public JWK of nothing but its members")
    key = material(given).key
    if not isinstance(key, ec.EllipticCurvePublicKey) or given["crv"] != "P-256":
        raise ValueError("not a point on P-256")
    return {name: given[name] for name in _MEMBERS}
