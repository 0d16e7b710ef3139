"""What stands in the tokens: every field of the service, and what each of its faults changes."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone

from onboarding.jose.resource_server import Policy, decide
from onboarding.sts.access import PortalPorts
from onboarding.testtokens.content.user import PID, person, pseudonym
from onboarding.testtokens.schemas.wire import InvalidProof
from tests.machines import claims_of, header_of
from tests.testtokens.conftest import Ask

pytestmark = pytest.mark.django_db
CLIENT, IDENTITY = "helseid://claims/client", "helseid://claims/identity"
GIVEN_ONLY = {"clientClaimsParametersGeneration": 2, "userClaimsParametersGeneration": 2}


def claims(ask: Ask, body: dict[str, Any]) -> dict[str, Any]:
    status, answer = ask(body)
    assert status == 200, answer
    return claims_of(answer["successResponse"]["accessTokenJwt"])


CLIENT_FIELDS: list[tuple[str, Any, str, Any]] = [
    ("scope", ["a", "b"], "scope", ["a", "b"]),
    ("clientId", "c1", "client_id", "c1"),
    ("sfmJournalId", "j1", "nhn:sfm:journal_id", "j1"),
    ("orgnrParent", "310000011", f"{CLIENT}/claims/orgnr_parent", "310000011"),
    ("orgnrChild", "310000038", f"{CLIENT}/claims/orgnr_child", "310000038"),
    ("orgnrSupplier", "310000046", f"{CLIENT}/claims/orgnr_supplier", "310000046"),
    ("authenticationMethodsReferences", ["pwd"], "amr", ["pwd"]),
    ("clientAuthenticationMethodsReferences", "rsa", f"{CLIENT}/amr", "rsa"),
    ("clientName", "Mitt EPJ", f"{CLIENT}/client_name", "Mitt EPJ"),
    ("jti", "t1", "jti", "t1"),
    ("cnfJkt", "x" * 43, "cnf", {"jkt": "x" * 43}),
]
USER_FIELDS: list[tuple[str, Any, str, Any]] = [
    ("pid", PID, f"{IDENTITY}/pid", PID),
    ("pidPseudonym", "p", f"{IDENTITY}/pid_pseudonym", "p"),
    ("hprNumber", "1234567", "helseid://claims/hpr/hpr_number", "1234567"),
    ("name", "Kari Ås", "name", "Kari Ås"),
    ("givenName", "Kari", "given_name", "Kari"),
    ("middleName", "Å", "middle_name", "Å"),
    ("familyName", "Ås", "family_name", "Ås"),
    ("identityProvider", "idp", "idp", "idp"),
    ("securityLevel", "3", f"{IDENTITY}/security_level", "3"),
    ("assuranceLevel", "low", f"{IDENTITY}/assurance_level", "low"),
    ("network", "helsenett", f"{IDENTITY}/network", "helsenett"),
    ("amr", "pwd", "amr", ["pwd"]),
    ("subject", "s", "sub", "s"),
    ("sid", "x", "sid", "x"),
]


@pytest.mark.parametrize(("field", "value", "claim", "expected"), CLIENT_FIELDS)
def test_a_field_about_the_client(
    ask: Ask, field: str, value: Any, claim: str, expected: Any
) -> None:
    assert claims(ask, GIVEN_ONLY | {"clientClaimsParameters": {field: value}})[claim] == expected
    assert claim not in claims(ask, GIVEN_ONLY)


@pytest.mark.parametrize(("field", "value", "claim", "expected"), USER_FIELDS)
def test_a_field_about_the_user(
    ask: Ask, field: str, value: Any, claim: str, expected: Any
) -> None:
    assert claims(ask, GIVEN_ONLY | {"userClaimsParameters": {field: value}})[claim] == expected
    assert claim not in claims(ask, GIVEN_ONLY)


@pytest.mark.parametrize(
    ("number", "name"), [(0, "multi-tenant"), (1, "single-tenant"), (2, "none")]
)
def test_tenancy_needs_both_of_its_fields(ask: Ask, number: int, name: str) -> None:
    both = {"clientTenancy": True, "clientTenancyType": number}
    claim = f"{CLIENT}/claims/client_tenancy"

    assert claims(ask, GIVEN_ONLY | {"clientClaimsParameters": both})[claim] == name
    off = {**both, "clientTenancy": False}
    assert claim not in claims(ask, GIVEN_ONLY | {"clientClaimsParameters": off})


BARE = {"iss", "aud", "exp", "nbf", "iat"}
GENERATIONS: list[tuple[dict[str, Any], set[str], str]] = [
    ({"clientClaimsParametersGeneration": 0}, BARE, ""),
    ({"clientClaimsParametersGeneration": 2}, BARE | {"client_id", "sub"}, "c1"),
    ({"withoutDefaultClientClaims": True}, BARE | {"client_id", "sub"}, "c1"),
    ({"withoutDefaultGeneralClaims": True}, BARE | {"client_id", "sub"}, "c1"),
]


@pytest.mark.parametrize(("body", "names", "client"), GENERATIONS)
def test_what_is_generated(ask: Ask, body: dict[str, Any], names: set[str], client: str) -> None:
    found = claims(ask, body | {"clientClaimsParameters": {"clientId": "c1"}})

    assert (set(found), found.get("client_id", "")) == (names, client)


@pytest.mark.parametrize(("how", "client"), [(1, False), (3, True), (None, True)])
def test_defaults_without_and_with_what_was_given(ask: Ask, how: int | None, client: bool) -> None:
    said = {} if how is None else {"clientClaimsParametersGeneration": how}
    found = claims(ask, {**said, "clientClaimsParameters": {"clientId": "c1"}})

    assert (found["client_id"] == "c1") is client
    assert f"{CLIENT}/client_name" in found


def test_a_user_only_when_asked_for(ask: Ask) -> None:
    assert f"{IDENTITY}/pid" not in claims(ask, {})
    for body in ({"userClaimsParametersGeneration": 1}, {"userClaimsParameters": {"name": "A"}}):
        assert claims(ask, body)[f"{IDENTITY}/pid"] == PID


def test_persons_are_looked_up_and_made_up(ask: Ask) -> None:
    body = {"getPersonFromPersontjenesten": True, "userClaimsParameters": {"pid": "1"}}
    found = claims(ask, GIVEN_ONLY | body)
    only_name = claims(ask, GIVEN_ONLY | body | {"onlySetNameForPerson": True})

    assert found["name"] == only_name["name"] == person("1").name
    assert (found["given_name"], "given_name" in only_name) == (person("1").given_name, False)


def test_the_register_of_health_workers_and_pseudonyms(ask: Ask) -> None:
    user = {"pid": "1", "pidPseudonym": "given"}
    body = {"getHprNumberFromHprregisteret": True, "setPidPseudonym": True, "setSubject": True}
    found = claims(ask, GIVEN_ONLY | body | {"userClaimsParameters": user})

    assert found["helseid://claims/hpr/hpr_number"] == person("1").hpr_number
    assert found[f"{IDENTITY}/pid_pseudonym"] == found["sub"] == pseudonym("1")


def test_care_with_and_without_its_parts(ask: Ask) -> None:
    body: dict[str, Any] = {"createTillitsrammeverkClaims": True}
    whole = claims(ask, body)["tillitsrammeverk"]
    body["tillitsrammeverkClaimsParameters"] = {
        "dontSetPractitionerHprNr": True,
        "dontSetPractitionerAuthorization": True,
        "dontSetPractitionerDepartment": True,
        "dontSetCareRelationshipHealthcareService": True,
        "dontSetCareRelationshipPurposeOfUseDetails": True,
        "dontSetPatientsPointOfCare": True,
        "dontSetPatientsDepartment": True,
        "practitionerLegalEntityId": "310000038",
        "careRelationshipPurposeOfUseCode": "ETREAT",
        "careRelationshipTracingRefId": "r1",
        "careRelationshipDecisionRefUserSelected": False,
    }
    least = claims(ask, body)["tillitsrammeverk"]

    assert whole["practitioner"].keys() - least["practitioner"].keys() == {
        "hpr_nr",
        "authorization",
        "department",
    }
    assert whole["care_relationship"].keys() - least["care_relationship"].keys() == {
        "healthcare_service",
        "purpose_of_use_details",
    }
    assert (whole["patients"][0].keys(), least["patients"]) == (
        {"point_of_care", "department"},
        [{}],
    )
    assert least["practitioner"]["legal_entity"]["id"] == "310000038"
    assert least["care_relationship"]["purpose_of_use"]["code"] == "ETREAT"
    assert least["care_relationship"]["decision_ref"] == {"id": "r1", "user_selected": False}


def test_exchange_and_the_apis_own_claims(ask: Ask) -> None:
    body = {
        "createTokenExchangeClaims": True,
        "tokenExchangeParameters": {"issuer": "https://i.example", "clientId": "c2"},
        "apiSpecificClaims": [{"type": "herid", "value": "80"}],
    }
    found = claims(ask, body)

    assert found["act"] == {"iss": "https://i.example", "client_id": "c2"}
    assert found["herid"] == "80"


def test_lifetimes(ask: Ask) -> None:
    for field, value, seconds in (
        ("expirationTimeInSeconds", 5, 5),
        ("expirationTimeInDays", 30, 30 * 24 * 3600),
    ):
        found = claims(ask, {"expirationParameters": {field: value}})
        assert found["exp"] - found["iat"] == seconds


def test_typ(ask: Ask) -> None:
    for typ, expected in (("jwt", "JWT"), ("at+jwt", "at+jwt"), ("", "at+jwt")):
        body = {"headerParameters": {"typ": typ}}
        token = ask(body)[1]["successResponse"]["accessTokenJwt"]
        assert header_of(token)["typ"] == expected


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"signJwtWithInvalidSigningKey": True}, "invalid_token"),
    ({"setInvalidIssuer": True}, "invalid_token"),
    ({"setInvalidAudience": True}, "invalid_token"),
    ({"expirationParameters": {"setExpirationTimeAsExpired": True}}, "invalid_token"),
    ({"headerParameters": {"typ": "jwt"}}, "invalid_token"),
    *[
        ({"proof": kind.name}, "invalid_token" if kind == 13 else "invalid_dpop_proof")
        for kind in InvalidProof
        if kind
    ],
]


@pytest.mark.parametrize(("body", "error"), FAULTS)
def test_each_fault_of_the_service_is_refused_by_our_own_server(
    ask: Ask, body: dict[str, Any], error: str, settings: Any
) -> None:
    url = "https://api.example/things"
    kind = body.get("proof", "None")
    proof = {"htuClaimValue": url, "htmClaimValue": "GET", "invalidDPoPProofParameters": kind}
    asked = {"audience": "nhn:api", "createDPoPTokenWithDPoPProof": True} | body
    minted = ask(asked | {"dPoPProofParameters": proof})[1]["successResponse"]
    now = timezone.now()
    decision = decide(
        Policy(settings.ISSUERS["test"], "nhn:api", frozenset({"nhn:api/test"})),
        PortalPorts("test", "nhn:api", now),
        method="GET",
        url=url,
        authorization=[f"DPoP {minted['accessTokenJwt']}"],
        dpop=[minted["dPoPProof"]],
        now=now.timestamp(),
    )

    assert (decision.status, decision.error) == ((401, error) if error else (200, ""))


def test_demo_ttt_key_prints_one_that_works(ask: Ask) -> None:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("demo_ttt_key", stdout=out)
        first = out.getvalue().strip()
        assert ask({}, secret=first)[0] == 200
        call_command("demo_ttt_key", stdout=out)

    assert ask({}, secret=out.getvalue().split()[1])[0] == 200
    assert ask({}, secret=first)[0] == 401


def test_demo_ttt_key_is_for_debug_only(db: None) -> None:
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo_ttt_key")
