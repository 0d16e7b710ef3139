"""Authlib, as PyPI has it: client assertions by Authlib, proofs by its sister library joserfc.

Authlib knows nothing of DPoP, so each token request is given its proof from outside, and its own
client assertion as well: `PrivateKeyJWT` keeps the claims that it was made with.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwk

from tests.interop.proofs import ProofKey
from tests.interop.registered import KINDS, NONCE_ROUND, Registered, Rounds, is_for, noting


class Program:
    """A program with an Authlib session; `configuration` goes to PrivateKeyJWT."""

    def __init__(self, given: Registered) -> None:
        self.given = given
        self.proof_key = ProofKey()
        self.nonce = ""
        self.rounds: Rounds = []
        self.session: Any = OAuth2Session(
            given.client_id,
            jwk.import_key(dict(given.private_jwk)),
            token_endpoint_auth_method="private_key_jwt",
            scope=given.scope,
            grant_type="client_credentials",
        )
        self.session.hooks["response"].append(noting(self.rounds))
        self.session.register_compliance_hook("access_token_response", self._keep_nonce)

    def authentication(self, **changes: Any) -> PrivateKeyJWT:
        """What Authlib has to be told of this server, but for what is given."""
        settings = {
            "token_endpoint": self.given.issuer,  # it becomes the audience
            "alg": self.given.private_jwk["alg"],
            "headers": {"kid": self.given.private_jwk["kid"]},
            "claims": {"exp": int(time.time()) + 30},
        }
        return PrivateKeyJWT(**(settings | changes))

    def ask(self, authentication: PrivateKeyJWT, *, proof: bool = True) -> dict[str, Any]:
        """Send one token request. Raises OAuthError."""
        self.session.register_client_auth_method(authentication)
        endpoint = self.given.token_endpoint
        headers = {"DPoP": self.proof_key.proof("POST", endpoint, nonce=self.nonce)}
        token: dict[str, Any] = self.session.fetch_token(endpoint, headers=headers if proof else {})
        return token

    def meet(self) -> None:
        """Fetch a nonce."""
        with pytest.raises(OAuthError, match=r"^use_dpop_nonce"):
            self.ask(self.authentication())

    def data(self, token: str) -> dict[str, Any]:
        proof = self.proof_key.proof("GET", self.given.api, token=token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        answer: dict[str, Any] = self.session.get(
            self.given.api, withhold_token=True, headers=headers
        ).json()
        return answer

    def _keep_nonce(self, answer: Any) -> Any:
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program(Registered.with_key("RS256/2048"))
    with program.session:
        yield program


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_and_data_with_it(kind: str) -> None:
    program = Program(Registered.with_key(kind))

    with program.session:
        program.meet()
        token = program.ask(program.authentication())
        data = program.data(token["access_token"])

    assert program.rounds == NONCE_ROUND
    assert token["scope"] == program.given.scope
    assert is_for(program.given, token["access_token"], program.proof_key.thumbprint)
    assert data["communicationParties"]


def test_claims_that_it_keeps_are_refused_the_second_time(program: Program) -> None:
    kept = program.authentication()
    with pytest.raises(OAuthError, match=r"^use_dpop_nonce"):
        program.ask(kept)

    with pytest.raises(OAuthError, match="has been used before; make one for each request"):
        program.ask(kept)


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("token_endpoint", None, "aud of the client assertion must be the issuer"),
        ("claims", None, "must expire within 60 seconds"),
        ("headers", None, "must name its key by kid"),
    ],
)
def test_what_has_to_be_configured(
    program: Program, setting: str, value: str | None, reason: str
) -> None:
    program.meet()

    with pytest.raises(OAuthError, match=reason):
        program.ask(program.authentication(**{setting: value}))


def test_without_dpop_it_is_refused(program: Program) -> None:
    with pytest.raises(OAuthError, match=r"^invalid_dpop_proof: .*must have one DPoP header"):
        program.ask(program.authentication(), proof=False)


def test_it_cannot_carry_the_token_itself(program: Program) -> None:
    program.meet()
    program.ask(program.authentication())

    with pytest.raises(OAuthError, match="unsupported_token_type"):
        program.session.get(program.given.api)
