"""Every field about the framework of trust stands in its place of the token, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from onboarding.testtokens.schemas.care import TillitsrammeverkClaimsParameters
from tests.machines import claims_of
from tests.testtokens.conftest import Ask

UNIT = ("Id", "Name", "System", "Authority")
CODE = ("Code", "Text", "System", "Assigner")
PRACTITIONER, RELATION = "practitioner", "care_relationship"


def each(field: str, place: str, parts: tuple[str, ...]) -> dict[str, str]:
    return {f"{field}{part}": f"{place}.{part.lower()}" for part in parts}


PLACES: dict[str, str] = {
    **each("practitionerIdentifier", f"{PRACTITIONER}.identifier", ("System", "Authority")),
    **each("practitionerHprNr", f"{PRACTITIONER}.hpr_nr", ("System", "Authority")),
    **each("practitionerAuthorization", f"{PRACTITIONER}.authorization", CODE),
    **each("practitionerLegalEntity", f"{PRACTITIONER}.legal_entity", UNIT),
    **each("practitionerPointOfCare", f"{PRACTITIONER}.point_of_care", UNIT),
    **each("practitionerDepartment", f"{PRACTITIONER}.department", UNIT),
    **each("careRelationshipHealthcareService", f"{RELATION}.healthcare_service", ("Code", "Text")),
    **each("careRelationshipHealthcare", f"{RELATION}.healthcare_service", ("System", "Assigner")),
    **each("careRelationshipPurposeOfUse", f"{RELATION}.purpose_of_use", CODE),
    **each("careRelationshipPurposeOfUseDetails", f"{RELATION}.purpose_of_use_details", CODE),
    "careRelationshipDecisionRefId": f"{RELATION}.decision_ref.id",
    "careRelationshipTracingRefId": f"{RELATION}.decision_ref.id",
    **each("patientsPointOfCare", "patients.0.point_of_care", UNIT),
    **each("patientsDepartment", "patients.0.department", UNIT),
}


def leaves(value: Any, place: str = "") -> dict[str, Any]:
    """What an object holds at the end of each path."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return {
            path: leaf
            for name, inner in pairs
            for path, leaf in leaves(inner, f"{place}.{name}".lstrip(".")).items()
        }
    return {place: value}


def care(ask: Ask, **fields: Any) -> dict[str, Any]:
    body = {"createTillitsrammeverkClaims": True, "tillitsrammeverkClaimsParameters": fields}
    status, answer = ask(body)
    assert status == 200
    token = answer["successResponse"]["accessTokenJwt"]
    return leaves(claims_of(token)["tillitsrammeverk"])


def test_no_field_is_left_out() -> None:
    texts = {
        name.replace("_", "")
        for name, field in TillitsrammeverkClaimsParameters.model_fields.items()
        if field.annotation is str
    }

    assert texts == {name.lower() for name in PLACES}


@pytest.mark.parametrize("field", PLACES)
def test_a_field_stands_in_its_place_and_changes_no_other(ask: Ask, field: str) -> None:
    usual = care(ask)
    found = care(ask, **{field: "verdi-én"})

    assert found.keys() == usual.keys()
    changed = {place: value for place, value in found.items() if value != usual[place]}
    assert changed == {PLACES[field]: "verdi-én"}


def test_the_newer_reference_counts(ask: Ask) -> None:
    both = {"careRelationshipDecisionRefId": "ny", "careRelationshipTracingRefId": "gammel"}

    assert care(ask, **both)["care_relationship.decision_ref.id"] == "ny"
