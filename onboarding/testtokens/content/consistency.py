"""Whether what was asked for holds together, each rule with the text that says how it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from onboarding.sts.claims import CLIENT
from onboarding.testtokens.schemas import (
    InvalidProof,
    TestTokenParameters,
    UserClaimsParameters,
)

METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
)
# What a claim of the API's own may not be: it would be another token than was asked for.
RESERVED: Final = frozenset({"iss", "aud", "exp", "nbf", "iat", "cnf"})


class Wrong(Exception):
    """What was asked for does not hold together; the text says how."""


def check(asked: TestTokenParameters) -> None:
    """Raise Wrong if what was asked for contradicts itself or is not whole."""
    for text in (*_about_the_user(asked), *_about_the_client(asked), *_about_the_proof(asked)):
        raise Wrong(text)


def exchange_of(asked: TestTokenParameters) -> dict[str, str]:
    """Return what was given about the client that the token was exchanged from."""
    given = asked.token_exchange_parameters
    return {
        "iss": given.issuer,
        "client_id": given.client_id,
        f"{CLIENT}/claims/orgnr_parent": given.orgnr_parent,
    }


def _about_the_user(asked: TestTokenParameters) -> Iterator[str]:
    found = asked.user_claims_parameters or UserClaimsParameters()
    if asked.set_pid_pseudonym and not found.pid:
        yield "setPidPseudonym needs userClaimsParameters.pid"
    if asked.get_person_from_persontjenesten:
        if not found.pid:
            yield "getPersonFromPersontjenesten needs userClaimsParameters.pid"
        if found.name or found.given_name or found.middle_name or found.family_name:
            yield (
                "getPersonFromPersontjenesten excludes name, givenName, middleName and familyName"
            )
    if asked.get_hpr_number_from_hprregisteret and found.hpr_number:
        yield "getHprNumberFromHprregisteret excludes userClaimsParameters.hprNumber"


def _about_the_client(asked: TestTokenParameters) -> Iterator[str]:
    if asked.client.client_tenancy and asked.client.client_tenancy_type is None:
        yield "clientTenancy needs clientTenancyType"
    for claim in asked.api_specific_claims:
        if not claim.type or not claim.value:
            yield "each of apiSpecificClaims needs both type and value"
        if claim.type in RESERVED:
            yield f"apiSpecificClaims cannot set {claim.type}"
    if asked.create_token_exchange_claims and not any(exchange_of(asked).values()):
        yield "tokenExchangeParameters needs one of issuer, clientId and orgnrParent"


def _about_the_proof(asked: TestTokenParameters) -> Iterator[str]:
    if not asked.create_dpop:
        return
    proof = asked.proof
    if not proof.htu_claim_value and proof.invalid != InvalidProof.DontSetHtuClaimValue:
        yield "dPoPProofParameters.htuClaimValue is needed for a DPoP proof"
    if not proof.htm_claim_value and proof.invalid != InvalidProof.DontSetHtmClaimValue:
        yield "dPoPProofParameters.htmClaimValue is needed for a DPoP proof"
    if proof.htm_claim_value and proof.htm_claim_value not in METHODS:
        yield f"htmClaimValue must be one of {' '.join(sorted(METHODS))}"
    if proof.htu_claim_value and not _is_address(proof.htu_claim_value):
        yield "htuClaimValue must be an absolute http or https address"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
