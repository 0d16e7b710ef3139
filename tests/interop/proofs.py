"""DPoP proofs (RFC 9449 §4) and other JWTs, signed by joserfc: the portal's code has no part."""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc import jwk, jwt

TYPE = "dpop+jwt"


def signed(header: dict[str, Any], claims: Mapping[str, Any], key: Mapping[str, str]) -> str:
    """Return a JWT with this header and these claims, signed with a private JWK."""
    return jwt.encode(header, dict(claims), jwk.import_key(dict(key)), algorithms=[header["alg"]])


class ProofKey:
    """A key that a program proves to have: a new one, or one that it has already."""

    def __init__(self, private_jwk: Mapping[str, str] | None = None, alg: str = "ES256") -> None:
        self._key = jwk.import_key(dict(private_jwk)) if private_jwk else jwk.ECKey.generate_key()
        self._alg = alg
        self.thumbprint = self._key.thumbprint()

    def proof(self, method: str, url: str, *, nonce: str = "", token: str = "") -> str:
        """Return a proof for one request; `nonce` and `token` where there are such."""
        claims: dict[str, Any] = {
            "jti": secrets.token_hex(16),
            "htm": method,
            "htu": url,
            "iat": int(time.time()),
        }
        if nonce:
            claims["nonce"] = nonce
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
        public = self._key.as_dict(private=False)
        header = {"typ": TYPE, "alg": self._alg, "jwk": public}
        return jwt.encode(header, claims, self._key, algorithms=[self._alg])
