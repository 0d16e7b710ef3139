"""From what the test token service was asked for to a token that can be signed."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from onboarding.jose.algorithms import PrivateKey, fitting
from onboarding.jose.jwk import thumbprint
from onboarding.jose.material import material
from onboarding.jose.strict import BadJson, strict_json
from onboarding.testtokens.catalogue import BY_ID, Fault, Known
from onboarding.testtokens.content import care, client, user
from onboarding.testtokens.content.consistency import Wrong, check, exchange_of
from onboarding.testtokens.schemas import (
    InvalidProof,
    TestTokenParameters,
    UserClaimsParameters,
)
from onboarding.testtokens.schemas import ParametersGeneration as Generation
from onboarding.testtokens.tokens import Draft, proof_part, token_part, with_member

LIFE: Final = 600  # seconds
LONGEST: Final = 30 * 24 * 3600
DEFAULT_AUDIENCE: Final = "nhn:some:api"


@dataclass(frozen=True, slots=True)
class World:
    """What a token needs to know of where and when it is made."""

    issuer: str
    other_issuer: str
    audience: str
    scopes: Sequence[str]
    now: int


def audience_of(asked: TestTokenParameters, header: str = "") -> str:
    """Return the audience: version 1 may say it in a header field."""
    return asked.audience or header or DEFAULT_AUDIENCE


def holder_of(asked: TestTokenParameters) -> dict[str, str] | None:
    """Return the private key that the proof shall be made with, or None. Raises Wrong."""
    given = asked.proof.private_key_for_proof_creation
    if not given:
        return None
    jwk = _jwk(given, "privateKeyForProofCreation")
    public = material(jwk)
    choices = fitting(public.kty, public.crv)
    alg = jwk.get("alg", choices[0] if choices else "")
    private = {name: str(value) for name, value in jwk.items() if isinstance(value, str)}
    private["alg"] = str(alg)
    private.pop("kid", None)
    try:
        PrivateKey(private)
    except ValueError as error:
        raise Wrong(
            "privateKeyForProofCreation must be a private JWK: RSA of 2048 bits or more, or EC "
            "on P-256, P-384 or P-521, with an alg that fits it"
        ) from error
    return private


def draft(asked: TestTokenParameters, world: World) -> Draft:
    """Return the token, and the proof if there shall be one. Raises Wrong."""
    check(asked)
    life = _life(asked)
    claims = _claims(asked, world, life)
    typ = "JWT" if asked.header_parameters.typ.lower() == "jwt" else "at+jwt"
    token = token_part(claims, is_bound=asked.create_dpop, typ=typ)
    proof = None
    if asked.create_dpop:
        proof = proof_part(
            method=asked.proof.htm_claim_value or "GET",
            url=asked.proof.htu_claim_value or "https://api.example",
            jti=secrets.token_urlsafe(16),
            iat=world.now,
        )
    elif jkt := _bound_to(asked):
        token = replace(token, claims=with_member(token.claims, "cnf", {"jkt": jkt}))
    made = Draft(token, proof, "DPoP" if proof else "Bearer")
    known = Known(world.now, "", world.audience, world.other_issuer, "")
    for fault in faults(asked):
        made = fault.change(made, known)
    return made


def faults(asked: TestTokenParameters) -> list[Fault]:
    """Return the rows of the catalogue that were asked for."""
    rows = [
        ("H01", asked.sign_jwt_with_invalid_signing_key),
        ("H02", asked.set_invalid_issuer),
        ("H03", asked.set_invalid_audience),
        ("H04", asked.expiration_parameters.set_expiration_time_as_expired),
    ]
    found = [BY_ID[row] for row, is_wanted in rows if is_wanted]
    if asked.create_dpop and asked.proof.invalid != InvalidProof.NONE:
        found.append(BY_ID[f"H{asked.proof.invalid + 7:02}"])
    return found


def _life(asked: TestTokenParameters) -> int:
    given = asked.expiration_parameters
    seconds, days = given.expiration_time_in_seconds, given.expiration_time_in_days
    if seconds is not None and days is not None:
        raise Wrong("give expirationTimeInSeconds or expirationTimeInDays, not both")
    life = LIFE
    if seconds is not None:
        life = seconds
    elif days is not None:
        life = days * 24 * 3600
    if not 1 <= life <= LONGEST:
        raise Wrong(
            "a token lives 1 second to 30 days; setExpirationTimeAsExpired makes one that is over"
        )
    return life


def _claims(asked: TestTokenParameters, world: World, life: int) -> dict[str, Any]:
    own = {claim.type: claim.value for claim in asked.api_specific_claims}
    jti = str(uuid.uuid4())
    times = {"iat": world.now, "nbf": world.now, "exp": world.now + life}
    claims = own | _generated(
        asked.client_generation,
        client.defaults(list(world.scopes), jti),
        client.given(asked.client),
    )
    about = _user(asked)
    claims |= about
    if asked.create_tillitsrammeverk_claims:
        claims[care.CLAIM] = care.claim(asked.tillitsrammeverk_claims_parameters, about)
    if asked.create_token_exchange_claims:
        claims["act"] = {name: value for name, value in exchange_of(asked).items() if value}
    return {**claims, "iss": world.issuer, "aud": world.audience, **times}


def _generated(how: Generation, defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return {
        Generation.GenerateNone: {},
        Generation.GenerateOnlyDefault: defaults,
        Generation.GenerateOnlyFromNonEmptyParameterValues: given,
        Generation.GenerateDefaultWithClaimsFromNonEmptyParameterValues: defaults | given,
    }[how]


def _user(asked: TestTokenParameters) -> dict[str, Any]:
    parameters = asked.user_claims_parameters or UserClaimsParameters()
    found = _generated(asked.user_generation, user.defaults(), user.given(parameters))
    pid = parameters.pid or user.PID
    if asked.get_person_from_persontjenesten:
        found |= user.looked_up(pid, only_name=asked.only_set_name_for_person)
    if asked.get_hpr_number_from_hprregisteret:
        found[user.HPR] = user.person(pid).hpr_number
    if asked.set_pid_pseudonym:
        found[f"{user.IDENTITY}/pid_pseudonym"] = user.pseudonym(pid)
    if asked.set_subject:
        found["sub"] = user.pseudonym(pid)
    return found


def _bound_to(asked: TestTokenParameters) -> str:
    """The thumbprint that an unproved binding was asked for with."""
    if asked.client.cnf_jkt:
        return asked.client.cnf_jkt
    if not asked.client.cnf_public_key:
        return ""
    try:
        return thumbprint(_jwk(asked.client.cnf_public_key, "cnfPublicKey"))
    except ValueError as error:
        raise Wrong("cnfPublicKey must be a public JWK") from error


def _jwk(given: str | Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not isinstance(given, str):
        return given
    try:
        found = strict_json(given.encode())
    except BadJson as error:
        raise Wrong(f"{name} must be a JWK") from error
    if not isinstance(found, dict):
        raise Wrong(f"{name} must be a JWK")
    return found
