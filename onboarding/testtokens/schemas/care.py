"""What can be asked for about the framework of trust: who treats whom, where, and why."""

from onboarding.testtokens.schemas.wire import Wire


class TillitsrammeverkClaimsParameters(Wire):
    dont_set_practitioner_hpr_nr: bool = False
    dont_set_practitioner_authorization: bool = False
    dont_set_practitioner_department: bool = False
    dont_set_care_relationship_healthcare_service: bool = False
    dont_set_care_relationship_purpose_of_use_details: bool = False
    dont_set_patients_point_of_care: bool = False
    dont_set_patients_department: bool = False
    practitioner_identifier_system: str = ""
    practitioner_identifier_authority: str = ""
    practitioner_hpr_nr_system: str = ""
    practitioner_hpr_nr_authority: str = ""
    practitioner_authorization_code: str = ""
    practitioner_authorization_text: str = ""
    practitioner_authorization_system: str = ""
    practitioner_authorization_assigner: str = ""
    practitioner_legal_entity_id: str = ""
    practitioner_legal_entity_name: str = ""
    practitioner_legal_entity_system: str = ""
    practitioner_legal_entity_authority: str = ""
    practitioner_point_of_care_id: str = ""
    practitioner_point_of_care_name: str = ""
    practitioner_point_of_care_system: str = ""
    practitioner_point_of_care_authority: str = ""
    practitioner_department_id: str = ""
    practitioner_department_name: str = ""
    practitioner_department_system: str = ""
    practitioner_department_authority: str = ""
    care_relationship_healthcare_service_code: str = ""
    care_relationship_healthcare_service_text: str = ""
    care_relationship_healthcare_system: str = ""
    care_relationship_healthcare_assigner: str = ""
    care_relationship_purpose_of_use_code: str = ""
    care_relationship_purpose_of_use_text: str = ""
    care_relationship_purpose_of_use_system: str = ""
    care_relationship_purpose_of_use_assigner: str = ""
    care_relationship_purpose_of_use_details_code: str = ""
    care_relationship_purpose_of_use_details_text: str = ""
    care_relationship_purpose_of_use_details_system: str = ""
    care_relationship_purpose_of_use_details_assigner: str = ""
    care_relationship_decision_ref_id: str = ""
    care_relationship_decision_ref_user_selected: bool = True
    care_relationship_tracing_ref_id: str = ""
    patients_point_of_care_id: str = ""
    patients_point_of_care_name: str = ""
    patients_point_of_care_system: str = ""
    patients_point_of_care_authority: str = ""
    patients_department_id: str = ""
    patients_department_name: str = ""
    patients_department_system: str = ""
    patients_department_authority: str = ""
