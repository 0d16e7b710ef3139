"""The framework of trust in a test token: who treats whom, where, and why. All made up."""

from __future__ import annotations

from typing import Any, Final

from onboarding.testtokens.content.user import HPR, IDENTITY, PID, person
from onboarding.testtokens.schemas import TillitsrammeverkClaimsParameters as Asked

CLAIM: Final = "tillitsrammeverk"
_BRREG: Final = ("urn:oid:2.16.578.1.12.4.1.4.101", "https://www.brreg.no")
_RESH: Final = ("urn:oid:2.16.578.1.12.4.1.4.102", "https://www.nhn.no")
_HDIR: Final = "https://www.helsedirektoratet.no"


def claim(asked: Asked, person_claims: dict[str, Any]) -> dict[str, Any]:
    """Return the claim `tillitsrammeverk`, with the given values in place of the defaults."""
    return {
        "practitioner": _practitioner(asked, person_claims),
        "care_relationship": _relationship(asked),
        "patients": [_patient(asked)],
    }


def _unit(asked: Asked, which: str, default: tuple[str, str, str, str]) -> dict[str, str]:
    return _filled(asked, which, ("id", "name", "system", "authority"), default)


def _code(asked: Asked, which: str, default: tuple[str, str, str, str]) -> dict[str, str]:
    return _filled(asked, which, ("code", "text", "system", "assigner"), default)


def _filled(
    asked: Asked, which: str, parts: tuple[str, ...], default: tuple[str, ...]
) -> dict[str, str]:
    return {
        part: getattr(asked, f"{which}_{part}") or value
        for part, value in zip(parts, default, strict=True)
    }


def _practitioner(asked: Asked, person_claims: dict[str, Any]) -> dict[str, Any]:
    pid = str(person_claims.get(f"{IDENTITY}/pid", PID))
    found: dict[str, Any] = {
        "identifier": {
            "id": pid,
            "system": asked.practitioner_identifier_system or "urn:oid:2.16.578.1.12.4.1.4.1",
            "authority": asked.practitioner_identifier_authority or "https://www.skatteetaten.no",
        },
        "legal_entity": _unit(
            asked, "practitioner_legal_entity", ("310000011", "Testsykehuset HF", *_BRREG)
        ),
        "point_of_care": _unit(
            asked,
            "practitioner_point_of_care",
            ("310000038", "Testsykehuset, poliklinikk", *_BRREG),
        ),
    }
    if not asked.dont_set_practitioner_hpr_nr:
        found["hpr_nr"] = {
            "id": str(person_claims.get(HPR, person(pid).hpr_number)),
            "system": asked.practitioner_hpr_nr_system or "urn:oid:2.16.578.1.12.4.1.4.4",
            "authority": asked.practitioner_hpr_nr_authority or _HDIR,
        }
    if not asked.dont_set_practitioner_authorization:
        authorization = ("LE", "Lege", "urn:oid:2.16.578.1.12.4.1.1.9060", _HDIR)
        found["authorization"] = _code(asked, "practitioner_authorization", authorization)
    if not asked.dont_set_practitioner_department:
        department = ("4208723", "Medisinsk avdeling", *_RESH)
        found["department"] = _unit(asked, "practitioner_department", department)
    return found


def _relationship(asked: Asked) -> dict[str, Any]:
    reference = asked.care_relationship_decision_ref_id or asked.care_relationship_tracing_ref_id
    purpose = ("TREAT", "treatment", "urn:oid:2.16.840.1.113883.1.11.20448", "https://www.hl7.org")
    details = ("15", "Helsetjenester i hjemmet", "urn:oid:2.16.578.1.12.4.1.1.9151", _HDIR)
    found: dict[str, Any] = {
        "purpose_of_use": _code(asked, "care_relationship_purpose_of_use", purpose),
        "decision_ref": {
            "id": reference or "11111111-1111-4111-8111-111111111111",
            "user_selected": asked.care_relationship_decision_ref_user_selected,
        },
    }
    if not asked.dont_set_care_relationship_healthcare_service:
        found["healthcare_service"] = {
            "code": asked.care_relationship_healthcare_service_code or "S03",
            "text": asked.care_relationship_healthcare_service_text or "Indremedisin",
            "system": asked.care_relationship_healthcare_system
            or "urn:oid:2.16.578.1.12.4.1.1.8655",
            "assigner": asked.care_relationship_healthcare_assigner or _HDIR,
        }
    if not asked.dont_set_care_relationship_purpose_of_use_details:
        which = "care_relationship_purpose_of_use_details"
        found["purpose_of_use_details"] = _code(asked, which, details)
    return found


def _patient(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not asked.dont_set_patients_point_of_care:
        place = ("310000046", "Test sykehjem", *_BRREG)
        found["point_of_care"] = _unit(asked, "patients_point_of_care", place)
    if not asked.dont_set_patients_department:
        department = ("4208724", "Test sengepost", *_RESH)
        found["department"] = _unit(asked, "patients_department", department)
    return found
