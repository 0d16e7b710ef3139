"""The test token service over HTTP: who may ask, in which ways, and what is refused."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client, override_settings
from django.utils import timezone

from onboarding.jose import b64
from onboarding.jose.algorithms import verify
from onboarding.jose.jwk import thumbprint
from onboarding.sts.models import SigningKey
from onboarding.suppliers.models import Organization
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.schemas.wire import UNSET
from tests import factories
from tests.machines import claims_of, header_of, make_signing_key, private_jwk
from tests.testtokens.conftest import ADDRESS, SECRET, Ask

pytestmark = pytest.mark.django_db
ORG = "helseid://claims/client/claims/orgnr_parent"


def token(answer: tuple[int, dict[str, Any]]) -> str:
    status, body = answer
    assert status == 200, body
    assert (body["isError"], body["errorResponse"]) == (False, None)
    return str(body["successResponse"]["accessTokenJwt"])


def message(answer: tuple[int, dict[str, Any]], status: int = 400) -> str:
    found, body = answer
    assert found == status, body
    assert (body["isError"], body["successResponse"]) == (True, None)
    return str(body["errorResponse"]["errorMessage"])


def is_signed_by_the_issuer(text: str) -> bool:
    first, second, third = text.split(".")
    jwk = SigningKey.objects.get(kid=header_of(text)["kid"]).public_jwk
    return verify("RS256", jwk, f"{first}.{second}".encode(), b64.decode(third))


# The same wish in the three ways that known clients write it.
PASCAL = {
    "Audience": "nhn:some:api",
    "IssuerEnvironment": 0,
    "ClientClaimsParametersGeneration": 3,
    "UserClaimsParametersGeneration": 2,
    "WithoutDefaultClientClaims": False,
    "WithoutDefaultUserClaims": False,
    "CreateDPoPTokenWithDPoPProof": True,
    "CreateTillitsrammeverkClaims": True,
    "SignJwtWithInvalidSigningKey": False,
    "SetInvalidIssuer": False,
    "SetInvalidAudience": False,
    "ExpirationParameters": {
        "SetExpirationTimeAsExpired": False,
        "ExpirationTimeInSeconds": UNSET,
        "ExpirationTimeInDays": UNSET,
    },
    "HeaderParameters": {"Typ": "at+jwt"},
    "ClientClaimsParameters": {
        "Scope": ["nhn:some:api/read"],
        "ClientId": "c",
        "Jti": "j",
        "OrgnrParent": "310000011",
        "ClientTenancy": True,
        "ClientTenancyType": 1,
        "AuthenticationMethodsReferences": [],
    },
    "UserClaimsParameters": {"Pid": "05898597468", "SecurityLevel": "4", "Name": ""},
    "DPoPProofParameters": {
        "HtuClaimValue": "https://api.example/a",
        "HtmClaimValue": "GET",
        "InvalidDPoPProofParameters": 0,
    },
    "TillitsrammeverkClaimsParameters": {
        "DontSetPatientsDepartment": False,
        "CareRelationshipDecisionRefUserSelected": True,
    },
}
CAMEL_NAMES = {
    "audience": "nhn:some:api",
    "clientClaimsParametersGeneration": "GenerateDefaultWithClaimsFromNonEmptyParameterValues",
    "userClaimsParametersGeneration": "GenerateOnlyFromNonEmptyParameterValues",
    "createDPoPTokenWithDPoPProof": True,
    "createTillitsrammeverkClaims": True,
    "clientClaimsParameters": {
        "scope": ["nhn:some:api/read"],
        "clientId": "c",
        "jti": "j",
        "orgnrParent": "310000011",
        "clientTenancy": True,
        "clientTenancyType": "SingleTenant",
    },
    "userClaimsParameters": {"pid": "05898597468", "securityLevel": "4"},
    "dPoPProofParameters": {"htuClaimValue": "https://api.example/a", "htmClaimValue": "GET"},
}
CAMEL_NUMBERS = CAMEL_NAMES | {
    "issuerEnvironment": 0,
    "clientClaimsParametersGeneration": 3,
    "userClaimsParametersGeneration": 2,
    "clientClaimsParameters": {
        **CAMEL_NAMES["clientClaimsParameters"],  # type: ignore[dict-item]  # of one shape
        "clientTenancyType": 1,
    },
}


def test_the_three_known_styles_give_the_same_tokens(ask: Ask) -> None:
    changing = ("iat", "nbf", "exp")
    found = []
    for style in (PASCAL, CAMEL_NAMES, CAMEL_NUMBERS):
        text = token(ask(style))
        claims = claims_of(text)
        assert claims["cnf"].keys() == {"jkt"}
        claims = {n: v for n, v in claims.items() if n not in (*changing, "cnf")}
        found.append((header_of(text), claims))

    assert found[0] == found[1] == found[2]
    assert found[0][0]["typ"] == "at+jwt"
    assert found[0][1]["scope"] == ["nhn:some:api/read"]
    assert found[0][1]["tillitsrammeverk"]["practitioner"]["identifier"]["id"] == "05898597468"


@pytest.mark.parametrize(
    "address",
    [
        f"{prefix}/{name}"
        for prefix in ("", "/test/ttt")
        for name in (
            "v2/create-test-token-with-key",
            "create-test-token-with-key",
            "create-test-token",
        )
    ],
)
def test_every_address_answers_alike(ask: Ask, address: str) -> None:
    text = token(ask({"audience": "nhn:api"}, address=address))

    assert claims_of(text)["iss"] == settings.ISSUERS["test"]
    assert is_signed_by_the_issuer(text)


def test_version_1_names_and_the_audience_in_a_header(ask: Ask) -> None:
    body = {
        "generalClaimsParametersGeneration": 2,
        "generalClaimsParameters": {"scope": ["a/b"], "orgnrParent": "310000011"},
    }
    claims = claims_of(token(ask(body, address="/create-test-token", Audience="nhn:proxy")))

    assert (claims["aud"], claims["scope"], claims[ORG]) == ("nhn:proxy", ["a/b"], "310000011")
    assert "client_id" not in claims


def test_a_plain_request_gets_a_token_that_our_own_apis_would_take(ask: Ask) -> None:
    scope = factories.make_scope(factories.make_api(short_name="nhn:mine"))
    claims = claims_of(token(ask({"audience": "nhn:mine"})))

    assert claims["scope"] == [scope.name]
    assert claims["exp"] - claims["iat"] == 600
    assert {"sub", "client_id", "jti", "nbf"} <= claims.keys()
    assert not any("identity" in name for name in claims)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "ÿ"])
def test_no_key_no_token(ask: Ask, secret: str) -> None:
    assert "X-Auth-Key" in message(ask({}, secret=secret), 401)


def test_an_ended_and_an_expired_key_open_nothing(ask: Ask, key: TokenKey, anna: Any) -> None:
    assert ask({})[0] == 200
    now = timezone.now()
    TokenKey.objects.update(created_at=now - timedelta(days=2), expires_at=now)
    assert ask({})[0] == 401
    TokenKey.objects.update(
        expires_at=now + timedelta(days=1), ended_at=timezone.now(), ended_by=anna
    )
    assert ask({})[0] == 401


def test_a_use_is_noted_and_the_sixty_first_in_a_minute_waits(ask: Ask, key: TokenKey) -> None:
    for _ in range(60):
        assert ask({})[0] == 200
    answer = Client().post(
        ADDRESS, "{}", content_type="application/json", headers={"X-Auth-Key": SECRET}
    )

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert json.loads(answer.content)["isError"] is True
    key.refresh_from_db()
    assert key.last_used_at is not None
    TokenKey.objects.update(minute_began_at=timezone.now() - timedelta(seconds=61))
    assert ask({})[0] == 200


def test_the_stored_key_is_a_hash(ask: Ask, key: TokenKey) -> None:
    assert SECRET not in str(TokenKey.objects.values().get())


BAD: list[tuple[Any, str]] = [
    ("", "JSON"),
    ("[1]", "JSON object"),
    ('{"audience": 1}', "audience"),
    ({"clientClaimsParametersGeneration": 4}, "GenerateNone (0)"),
    ({"issuerEnvironment": "Production"}, "Development (2)"),
    ({"headerParameters": {"typ": "x"}}, "headerParameters.typ"),
    ({"createDPoPTokenWithDPoPProof": True}, "htuClaimValue"),
    (
        {
            "createDPoPTokenWithDPoPProof": True,
            "dPoPProofParameters": {"htuClaimValue": "https://a.example"},
        },
        "htmClaimValue",
    ),
    (
        {
            "createDPoPTokenWithDPoPProof": True,
            "dPoPProofParameters": {"htuClaimValue": "https://a.example", "htmClaimValue": "FOO"},
        },
        "htmClaimValue must be one of",
    ),
    (
        {
            "createDPoPTokenWithDPoPProof": True,
            "dPoPProofParameters": {"htuClaimValue": "/a", "htmClaimValue": "GET"},
        },
        "absolute",
    ),
    ({"setPidPseudonym": True}, "pid"),
    ({"getPersonFromPersontjenesten": True}, "pid"),
    (
        {
            "getPersonFromPersontjenesten": True,
            "userClaimsParameters": {"pid": "05898597468", "name": "A"},
        },
        "excludes",
    ),
    (
        {
            "getHprNumberFromHprregisteret": True,
            "userClaimsParameters": {"pid": "05898597468", "hprNumber": "1"},
        },
        "hprNumber",
    ),
    ({"clientClaimsParameters": {"clientTenancy": True}}, "clientTenancyType"),
    ({"apiSpecificClaims": [{"type": "a"}]}, "both type and value"),
    ({"apiSpecificClaims": [{"value": "a"}]}, "both type and value"),
    ({"apiSpecificClaims": [{"type": "aud", "value": "nhn:selvbetjening"}]}, "cannot set aud"),
    ({"createTokenExchangeClaims": True}, "tokenExchangeParameters"),
    ({"expirationParameters": {"expirationTimeInSeconds": 0}}, "1 second"),
    ({"expirationParameters": {"expirationTimeInSeconds": -5}}, "1 second"),
    ({"expirationParameters": {"expirationTimeInDays": 31}}, "30 days"),
    (
        {"expirationParameters": {"expirationTimeInDays": 1, "expirationTimeInSeconds": 1}},
        "not both",
    ),
    ({"clientClaimsParameters": {"cnfPublicKey": "x"}}, "cnfPublicKey"),
    ({"dPoPProofParameters": {"privateKeyForProofCreation": "x"}}, "privateKeyForProofCreation"),
    ({"audience": "nhn:selvbetjening"}, "real registrations"),
    ({"audience": " NHN:Selvbetjening "}, "real registrations"),
]


@pytest.mark.parametrize(("body", "word"), BAD)
def test_what_does_not_hold_together_is_refused_with_the_reason(
    ask: Ask, body: Any, word: str
) -> None:
    assert word in message(ask(body))


def test_a_private_key_is_never_said_back(ask: Ask) -> None:
    private = private_jwk("ES256", 81)
    body = {"dPoPProofParameters": {"privateKeyForProofCreation": [private]}}

    assert private["d"] not in message(ask(body))


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods(method: str) -> None:
    answer = getattr(Client(), method)(ADDRESS)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@override_settings(SECURE=True)
def test_never_in_clear(ask: Ask) -> None:
    assert "https" in message(ask({}))


class TestEnvironment:
    """No setting, address or parameter makes the service sign for production."""

    def test_there_is_no_address_for_production(self, ask: Ask) -> None:
        for address in ("/production/ttt/v2/create-test-token-with-key", "/production/ttt/docs"):
            assert Client().post(address, "{}", content_type="application/json").status_code == 404

    @pytest.mark.parametrize("wanted", [0, 1, 2, "Test", "IntTest", "Development"])
    def test_every_issuer_environment_is_the_one_test_issuer(self, ask: Ask, wanted: Any) -> None:
        make_signing_key("production")
        text = token(ask({"issuerEnvironment": wanted}))

        assert claims_of(text)["iss"] == f"{settings.BASE_URL}/test/sts"
        assert SigningKey.objects.get(kid=header_of(text)["kid"]).environment == "test"

    @pytest.mark.parametrize(
        "issuers",
        [
            {"test": f"{settings.BASE_URL}/production/sts"},
            {"test": "https://helseid-sts.test.nhn.no"},
        ],
    )
    def test_a_setting_that_names_another_issuer_ends_the_service(
        self, ask: Ask, issuers: dict[str, str]
    ) -> None:
        make_signing_key("production")
        with override_settings(ISSUERS=settings.ISSUERS | issuers):
            assert "another server" in message(ask({}), 503)

    def test_all_environments_open_changes_nothing(self, ask: Ask) -> None:
        make_signing_key("production")
        with override_settings(OPEN_ENVIRONMENTS=frozenset({"test", "production"}), DEMO=True):
            text = token(ask({}))

        assert SigningKey.objects.get(kid=header_of(text)["kid"]).environment == "test"

    def test_a_key_cannot_be_for_production(self, acme: Organization, key: TokenKey) -> None:
        with pytest.raises(IntegrityError, match="token_key_is_for_test"):
            TokenKey.objects.filter(pk=key.pk).update(environment="production")


def test_a_given_key_makes_the_proof(ask: Ask) -> None:
    private = private_jwk("RS256/2048", 82)
    body = {
        "createDPoPTokenWithDPoPProof": True,
        "dPoPProofParameters": {
            "htuClaimValue": "https://api.example/a",
            "htmClaimValue": "POST",
            "privateKeyForProofCreation": json.dumps(private),
        },
    }
    _, answer = ask(body)
    proof = answer["successResponse"]["dPoPProof"]
    access = answer["successResponse"]["accessTokenJwt"]

    assert claims_of(access)["cnf"]["jkt"] == thumbprint(private)
    assert header_of(proof)["jwk"] == {n: private[n] for n in ("kty", "n", "e")}
    assert claims_of(proof)["ath"] == b64.digest(access.encode())
    assert (claims_of(proof)["htm"], claims_of(proof)["htu"]) == ("POST", "https://api.example/a")


def test_the_expired_one_has_all_its_times_in_the_past(ask: Ask) -> None:
    body = {"expirationParameters": {"setExpirationTimeAsExpired": True}}
    claims = claims_of(token(ask(body)))

    assert claims["iat"] <= claims["nbf"] < claims["exp"] < time.time()


def test_the_description_is_served(db: None) -> None:
    document = json.loads(Client().get("/test/ttt/openapi.json").content)

    assert "/test/ttt/v2/create-test-token-with-key" in document["paths"]
    fields = document["components"]["schemas"]["TestTokenParameters"]["properties"]
    assert {"createDPoPTokenWithDPoPProof", "dPoPProofParameters", "audience"} <= fields.keys()
    page = Client().get("/test/ttt/docs").content.decode()
    assert 'data-openapi="/test/ttt/openapi.json"' in page
