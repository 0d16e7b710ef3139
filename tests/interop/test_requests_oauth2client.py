"""requests-oauth2client, as PyPI has it: it brings DPoP and the nonce round itself."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests_oauth2client import DPoPToken, InvalidClient, OAuth2Client, PrivateKeyJwt

from tests.interop.registered import KINDS, NONCE_ROUND, Registered, Rounds, is_for


def client_of(given: Registered, session: requests.Session, **auth: Any) -> OAuth2Client:
    return OAuth2Client.from_discovery_endpoint(
        issuer=given.issuer,
        auth=PrivateKeyJwt(given.client_id, given.private_jwk, **auth),
        session=session,
        dpop_bound_access_tokens=True,
        testing=True,  # http on this machine
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_and_data_with_it(session: requests.Session, rounds: Rounds, kind: str) -> None:
    given = Registered.with_key(kind)

    token = client_of(given, session, aud=given.issuer).client_credentials(given.scope)
    answer = session.get(given.api, auth=token)

    assert rounds == NONCE_ROUND
    assert isinstance(token, DPoPToken)
    assert token.scope == given.scope
    assert is_for(given, token.access_token, token.dpop_key.dpop_jkt)
    assert answer.json()["communicationParties"]


def test_its_own_audience_is_the_endpoint_and_refused(session: requests.Session) -> None:
    given = Registered.with_key("RS256/2048")

    with pytest.raises(InvalidClient) as refused:
        client_of(given, session).client_credentials(given.scope)

    assert "aud of the client assertion must be the issuer" in str(refused.value.description)
