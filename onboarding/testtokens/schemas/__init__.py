"""The request of the test token service, in the names that its clients know."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from onboarding.testtokens.schemas.care import TillitsrammeverkClaimsParameters
from onboarding.testtokens.schemas.wire import (
    ClientTenancyType,
    Generation,
    Invalid,
    InvalidProof,
    Issuer,
    IssuerEnvironment,
    ParametersGeneration,
    Tenancy,
    Wire,
)

__all__ = [
    "ClientClaimsParameters",
    "ClientTenancyType",
    "DPoPProofParameters",
    "ExpirationParameters",
    "InvalidProof",
    "IssuerEnvironment",
    "ParametersGeneration",
    "TestTokenParameters",
    "TillitsrammeverkClaimsParameters",
    "TokenExchangeParameters",
    "UserClaimsParameters",
]


class ApiSpecificClaim(Wire):
    type: str = ""
    value: str = ""


class ExpirationParameters(Wire):
    set_expiration_time_as_expired: bool = False
    expiration_time_in_seconds: int | None = None
    expiration_time_in_days: int | None = None


class HeaderParameters(Wire):
    typ: Literal["", "jwt", "JWT", "at+jwt"] = ""


class ClientClaimsParameters(Wire):
    scope: list[str] = Field(default_factory=list)
    client_id: str = ""
    sfm_journal_id: str = ""
    orgnr_parent: str = ""
    orgnr_child: str = ""
    orgnr_supplier: str = ""
    client_tenancy: bool = False
    client_tenancy_type: Tenancy | None = None
    authentication_methods_references: list[str] = Field(default_factory=list)
    client_authentication_methods_references: str = ""
    client_name: str = ""
    jti: str = ""
    cnf_jkt: str = ""
    cnf_public_key: str | dict[str, Any] = ""


class UserClaimsParameters(Wire):
    pid: str = ""
    pid_pseudonym: str = ""
    hpr_number: str = ""
    name: str = ""
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    identity_provider: str = ""
    security_level: str = ""
    assurance_level: str = ""
    network: str = ""
    amr: str = ""
    subject: str = ""
    sid: str = ""


class DPoPProofParameters(Wire):
    htu_claim_value: str = ""
    htm_claim_value: str = ""
    private_key_for_proof_creation: str | dict[str, Any] = ""
    invalid: Invalid = Field(default=InvalidProof.NONE, alias="invalidDPoPProofParameters")


class TokenExchangeParameters(Wire):
    issuer: str = ""
    client_id: str = ""
    orgnr_parent: str = ""


class TestTokenParameters(Wire):
    """What a token shall be like. Version 1 says general where version 2 says client."""

    __test__ = False  # it begins as a test does

    audience: str = ""
    issuer_environment: Issuer = IssuerEnvironment.Test
    client_claims_parameters_generation: Generation | None = None
    user_claims_parameters_generation: Generation | None = None
    general_claims_parameters_generation: Generation | None = None
    without_default_client_claims: bool = False
    without_default_user_claims: bool = False
    without_default_general_claims: bool = False
    create_dpop: bool = Field(default=False, alias="createDPoPTokenWithDPoPProof")
    create_tillitsrammeverk_claims: bool = False
    create_token_exchange_claims: bool = False
    get_person_from_persontjenesten: bool = False
    only_set_name_for_person: bool = False
    get_hpr_number_from_hprregisteret: bool = False
    set_pid_pseudonym: bool = False
    set_subject: bool = False
    api_specific_claims: list[ApiSpecificClaim] = Field(default_factory=list)
    sign_jwt_with_invalid_signing_key: bool = False
    set_invalid_issuer: bool = False
    set_invalid_audience: bool = False
    expiration_parameters: ExpirationParameters = Field(default_factory=ExpirationParameters)
    header_parameters: HeaderParameters = Field(default_factory=HeaderParameters)
    client_claims_parameters: ClientClaimsParameters = Field(default_factory=ClientClaimsParameters)
    general_claims_parameters: ClientClaimsParameters | None = None
    user_claims_parameters: UserClaimsParameters | None = None
    proof: DPoPProofParameters = Field(
        default_factory=lambda: DPoPProofParameters(), alias="dPoPProofParameters"
    )
    tillitsrammeverk_claims_parameters: TillitsrammeverkClaimsParameters = Field(
        default_factory=TillitsrammeverkClaimsParameters
    )
    token_exchange_parameters: TokenExchangeParameters = Field(
        default_factory=TokenExchangeParameters
    )

    @property
    def client(self) -> ClientClaimsParameters:
        """The claims about the client, under whichever name."""
        return self.general_claims_parameters or self.client_claims_parameters

    @property
    def client_generation(self) -> ParametersGeneration:
        """What to make of them; who says nothing gets the defaults and what he gave.

        Callers that say nothing but that they want no defaults want what they gave.
        """
        said = self.client_claims_parameters_generation
        said = self.general_claims_parameters_generation if said is None else said
        bare = self.without_default_client_claims or self.without_default_general_claims
        return _generation(said, bare=bare)

    @property
    def user_generation(self) -> ParametersGeneration:
        """The same for the user; who says nothing about a user gets a token without one."""
        said = self.user_claims_parameters_generation
        if said is None and self.user_claims_parameters is None and not self.is_about_a_person:
            return ParametersGeneration.GenerateNone
        return _generation(said, bare=self.without_default_user_claims)

    @property
    def is_about_a_person(self) -> bool:
        return (
            self.get_person_from_persontjenesten
            or self.get_hpr_number_from_hprregisteret
            or self.set_pid_pseudonym
            or self.set_subject
        )


def _generation(said: ParametersGeneration | None, *, bare: bool) -> ParametersGeneration:
    if said is not None:
        return said
    if bare:
        return ParametersGeneration.GenerateOnlyFromNonEmptyParameterValues
    return ParametersGeneration.GenerateDefaultWithClaimsFromNonEmptyParameterValues
