"""The client that HelseID's suppliers run, in the shapes in which it has been published.

One program, written by hand after the wire: what differs from one published client to another is
a field of `Shape`. It signs with joserfc and sends with requests.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import requests

from tests.interop.proofs import ProofKey, signed
from tests.interop.registered import Registered

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPE = "client-authentication+jwt"


@dataclass(frozen=True)
class Shape:
    """What one published client does; the defaults are what the present rules ask for.

    `life` in seconds, `typ` "" for none, `alg` "" for the registered one.
    """

    life: int = 60
    typ: str = TYPE
    alg: str = ""
    audience: Literal["issuer", "issuer/", "endpoint"] = "issuer"
    scope: bool = True
    iat: type[int | str] = int
    dpop: Literal["own key", "client's key", "none"] = "own key"
    keeps_assertion: bool = False
    claims: dict[str, Any] = field(default_factory=dict)


class Unexpected(Exception):
    """An answer that this client would not know what to do with."""


class PublishedClient:
    """A program of one shape. It gives up on any answer that the published ones give up on."""

    def __init__(self, shape: Shape, given: Registered, session: requests.Session) -> None:
        self.shape = shape
        self.given = given
        self.session = session
        self.alg = shape.alg or given.private_jwk["alg"]
        same = shape.dpop == "client's key"
        self.proof_key = ProofKey(given.private_jwk, self.alg) if same else ProofKey()
        self._kept = ""

    def assertion(self) -> str:
        """A new client assertion, or the one of before for a client that keeps it."""
        if self.shape.keeps_assertion and self._kept:
            return self._kept
        now = int(time.time())
        claims = {
            "iss": self.given.client_id,
            "sub": self.given.client_id,
            "aud": self._audience(),
            "jti": secrets.token_hex(16),
            "iat": self.shape.iat(now),
            "nbf": now,
            "exp": now + self.shape.life,
        }
        header = {"alg": self.alg, "kid": self.given.private_jwk["kid"]}
        if self.shape.typ:
            header["typ"] = self.shape.typ
        key = dict(self.given.private_jwk) | {"alg": self.alg}
        self._kept = signed(header, claims | self.shape.claims, key)
        return self._kept

    def ask(self, nonce: str = "") -> requests.Response:
        """Send one token request."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.given.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        }
        if self.shape.scope:
            form["scope"] = self.given.scope
        endpoint, headers = self.given.token_endpoint, {}
        if self.shape.dpop != "none":
            headers["DPoP"] = self.proof_key.proof("POST", endpoint, nonce=nonce)
        return self.session.post(endpoint, data=form, headers=headers, timeout=10)

    def token(self) -> dict[str, Any]:
        """Return the token answer after the nonce round. Raises Unexpected.

        As the strictest of them: the demand for a nonce has status 400, and the answer has the
        four members that its data class has.
        """
        first = self.ask()
        if first.status_code != 400 or first.json()["error"] != "use_dpop_nonce":
            raise Unexpected(first.text)
        second = self.ask(first.headers["DPoP-Nonce"])
        if second.status_code != 200:
            raise Unexpected(second.text)
        members = second.json()
        return {
            "access_token": str(members["access_token"]),
            "expires_in": int(members["expires_in"]),
            "token_type": str(members["token_type"]),
            "scope": str(members["scope"]),
        }

    def data(self, token: str) -> dict[str, Any]:
        """Call the API with the token and a proof for this one call."""
        proof = self.proof_key.proof("GET", self.given.api, token=token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        answer = self.session.get(self.given.api, headers=headers, timeout=10)
        answer.raise_for_status()
        members: dict[str, Any] = answer.json()
        return members

    def _audience(self) -> str:
        issuer = self.given.issuer
        return {"issuer": issuer, "issuer/": f"{issuer}/", "endpoint": self.given.token_endpoint}[
            self.shape.audience
        ]
