"""Which of HelseID's published clients get a token here as they are, and what the others do."""

from __future__ import annotations

import json

import pytest
import requests

from onboarding.clients.models import ClientConfiguration
from tests.interop.published import PublishedClient, Shape, Unexpected
from tests.interop.registered import NONCE_ROUND, Registered, Rounds, is_for
from tests.machines import claims_of

RSA = "RS256/2048"
CHILD = "999977775"
ORGANIZATION = {
    "type": "helseid_authorization",
    "practitioner_role": {
        "organization": {
            "identifier": {
                "system": "urn:oid:2.16.578.1.12.4.1.4.101",
                "type": "ENH",
                "value": CHILD,
            }
        }
    },
}
AS_THEY_ARE = [
    pytest.param(
        Shape(life=5, alg="PS512", scope=False, claims={"assertion_details": ORGANIZATION}),
        "PS512/2048",
        id="KS: no scope, always PS512, 5 s",
    ),
    pytest.param(Shape(life=60, dpop="client's key"), "RS512/2048", id="samples of Selvbetjening"),
    pytest.param(
        Shape(life=30, claims={"authorization_details": ORGANIZATION}), RSA, id="HelseID.Samples"
    ),
    pytest.param(
        Shape(life=10, claims={"assertion_details": [ORGANIZATION]}), "PS256/4096", id=".NET, 10 s"
    ),
    pytest.param(Shape(life=5), "PS256/2048", id="Java, 5 s"),
    pytest.param(Shape(typ="JWT"), RSA, id="the older typ"),
    pytest.param(Shape(typ=""), RSA, id="2021: no typ"),
]
REFUSED = [
    pytest.param(
        Shape(iat=str),
        "invalid_client",
        "iat of the client assertion is ahead of our clock or no number",
        id="native .NET samples: iat as a string",
    ),
    pytest.param(
        Shape(audience="endpoint"),
        "invalid_client",
        "aud of the client assertion must be the issuer",
        id="older: audience is the token endpoint",
    ),
    pytest.param(
        Shape(audience="issuer/"),
        "invalid_client",
        "aud of the client assertion must be the issuer",
        id="page of 2023: a slash after the audience",
    ),
    pytest.param(
        Shape(life=61),
        "invalid_client",
        "must expire within 60 seconds",
        id="more than 60 s",
    ),
    pytest.param(
        Shape(alg="PS512"),
        "invalid_client",
        "with the algorithm registered for that key",
        id="KS with a key that is registered for RS256",
    ),
    pytest.param(
        Shape(dpop="none"),
        "invalid_dpop_proof",
        "must have one DPoP header",
        id="2021: no DPoP",
    ),
]


@pytest.mark.parametrize(("shape", "kind"), AS_THEY_ARE)
def test_passes_as_it_is(
    session: requests.Session, rounds: Rounds, shape: Shape, kind: str
) -> None:
    given = Registered.with_key(kind)
    client = PublishedClient(shape, given, session)

    token = client.token()

    assert rounds == NONCE_ROUND
    assert (token["token_type"], token["scope"]) == ("DPoP", given.scope)
    assert token["expires_in"] > 0
    assert is_for(given, token["access_token"], client.proof_key.thumbprint)
    assert client.data(token["access_token"])["communicationParties"]


@pytest.mark.parametrize("name", ["assertion_details", "authorization_details"])
def test_the_organization_is_the_registered_one_whatever_the_assertion_says(
    session: requests.Session, name: str
) -> None:
    client = PublishedClient(Shape(claims={name: ORGANIZATION}), Registered.with_key(RSA), session)

    claims = claims_of(client.token()["access_token"])

    owner = ClientConfiguration.objects.get().organization
    assert claims["helseid://claims/client/claims/orgnr_parent"] == owner.number
    assert CHILD not in json.dumps(claims)


@pytest.mark.parametrize(("shape", "error", "reason"), REFUSED)
def test_is_refused_and_told_why(
    session: requests.Session, shape: Shape, error: str, reason: str
) -> None:
    client = PublishedClient(shape, Registered.with_key(RSA), session)

    answer = client.ask()

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert reason in answer.json()["error_description"]


def test_one_assertion_for_both_sides_of_the_nonce_round_is_refused(
    session: requests.Session, rounds: Rounds
) -> None:
    """As the OidcClient of Duende does up to 7.0.0."""
    client = PublishedClient(Shape(keeps_assertion=True), Registered.with_key(RSA), session)

    with pytest.raises(Unexpected, match="has been used before; make one for each request"):
        client.token()

    assert rounds == [(400, "use_dpop_nonce"), (400, "invalid_client")]


def test_the_request_of_the_guide_for_the_api_is_refused_for_both_its_habits(
    session: requests.Session,
) -> None:
    """RS512, the token endpoint as the audience, no typ of our time and no DPoP."""
    given = Registered.with_key("RS512/2048")
    first = PublishedClient(Shape(audience="endpoint", typ="JWT", dpop="none"), given, session)
    mended = PublishedClient(Shape(typ="JWT", dpop="none"), given, session)

    refused, refused_again = first.ask().json(), mended.ask().json()

    assert "aud of the client assertion must be the issuer" in refused["error_description"]
    assert "must have one DPoP header" in refused_again["error_description"]
