"""Issuing access tokens: who asks, with which key, for what (ADR 0005)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q

from onboarding.clients.models import ClientConfiguration
from onboarding.core import replay
from onboarding.jose import assertion as assertions
from onboarding.jose import proof as proofs
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.checks import Check, fail, first_failure
from onboarding.jose.compact import Reading, read
from onboarding.keys.services import mark_used
from onboarding.sts import issuers, parameters, refusal, rules
from onboarding.sts.claims import LIFE, TYPE, access_token_claims
from onboarding.sts.pace import Pace
from onboarding.sts.queries import registrations, signing_keys
from onboarding.sts.queries.registrations import Registration
from onboarding.sts.refusal import Refusal
from onboarding.sts.services.signing_keys import ensure_signing_key

logger = logging.getLogger(__name__)

_pace = Pace()


class Ask(NamedTuple):
    """A token request: the form's parameters, and the header fields that matter."""

    environment: str
    issuer: str
    form: Mapping[str, str]
    authorization: str | None
    dpop: str | None


class Issued(NamedTuple):
    """What the client gets (RFC 6749 §5.1, RFC 9449 §5); `nonce` is for its next proof."""

    token: str
    token_type: str
    scope: str
    expires_in: int
    nonce: str


def issue(ask: Ask, *, at: datetime) -> Issued:
    """Return a new access token, bound to the key of the request's DPoP proof.

    Only a token for an API that does not use DPoP may be asked for without a proof, and is unbound
    then (ADR 0010).
    The client is known before its proof is looked at, and whatever comes of it, its assertion is
    used up: also when the answer is `use_dpop_nonce`. Raises Refusal, with status 429 for a client
    in a hurry and 503 where the memory of used assertions cannot be reached.
    """
    parameters.check_grant(dict(ask.form))
    client, assertion = _authenticate(ask, at)
    _keep_pace(ask, client, at)
    proof, failed = (None, []) if _may_go_without(ask, client) else _check_proof(ask, at)
    _use_up(ask, client, assertion, None if failed else proof)
    _note_use(client, at)
    nonce = issuers.nonces(ask.issuer).issue(at.timestamp())
    if failed:
        raise refusal.of_proof(failed, nonce)
    asked = parameters.scopes_of(dict(ask.form))
    audience, scopes = rules.choose(client.scopes, asked, ask.form.get("resource"))
    claims = access_token_claims(
        issuer=ask.issuer,
        audience=audience,
        client_id=client.client_id,
        client_name=client.name,
        organization=client.organization,
        tenancy=client.tenancy,
        scopes=scopes,
        api_claims=client.claims.get(audience, {}),
        jkt=proofs.proof_jkt(proof) if proof else "",
        now=int(at.timestamp()),
    )
    token = sign({"typ": TYPE}, claims, _signer(ask.environment, at))
    _note_token(client, at)
    return Issued(token, "DPoP" if proof else "Bearer", " ".join(scopes), LIFE, nonce)


def _authenticate(ask: Ask, at: datetime) -> tuple[Registration, Reading]:
    """The client that signed the assertion. Nobody learns from a refusal which clients exist."""
    text = parameters.assertion_of(dict(ask.form), ask.authorization)
    reading = read(text, prefix="assertion")
    subject, kid = assertions.subject_of(reading), reading.header.get("kid")
    client = registrations.find(ask.environment, subject, kid, at)
    checks = assertions.check_client_assertion(
        reading,
        client_id=client.client_id if client else None,
        form_client_id=ask.form.get("client_id"),
        issuer=ask.issuer,
        keys=[client.key] if client else [],
        now=at.timestamp(),
    )
    if client is None or first_failure(checks):
        raise refusal.of_assertion(checks)
    return client, reading


def _keep_pace(ask: Ask, client: Registration, at: datetime) -> None:
    """Refuse a client that asks too often. Only its own requests count: they are signed."""
    wait = _pace.wait(
        f"{ask.environment}:{client.client_id}",
        per_second=settings.STS_REQUESTS_PER_SECOND,
        now=at.timestamp(),
    )
    if wait:
        raise refusal.too_many(ceil(wait))


def _may_go_without(ask: Ask, client: Registration) -> bool:
    """Whether no proof was sent and none is needed. A choice that will be refused needs one, so
    that whoever sends none is told of that first, as ever.
    """
    if ask.dpop is not None:
        return False
    try:
        asked = parameters.scopes_of(dict(ask.form))
        _, scopes = rules.choose(client.scopes, asked, ask.form.get("resource"))
    except Refusal:
        return False
    return not any(client.scopes[name].uses_dpop for name in scopes)


def _check_proof(ask: Ask, at: datetime) -> tuple[Reading, list[Check]]:
    """The proof, and its checks if it failed, the nonce's among them."""
    count = 0 if ask.dpop is None else 1 + ask.dpop.count(",")
    if ask.dpop is None or count > 1:  # header fields of one name arrive joined by commas
        return read("", prefix="proof"), [fail("proof.count", "1", count)]
    reading = read(ask.dpop, prefix="proof")
    now, nonces = at.timestamp(), issuers.nonces(ask.issuer)
    checks = proofs.check_proof(
        reading,
        method="POST",
        url=issuers.token_endpoint(ask.issuer),
        now=now,
        nonce=lambda nonce: nonces.valid(nonce, now),
    )
    if not (failure := first_failure(checks)):
        return reading, []
    if failure.code == "proof.private_key":
        logger.warning("A DPoP proof carried its private key: %s", proofs.proof_jkt(reading))
    return reading, checks


def _use_up(ask: Ask, client: Registration, assertion: Reading, proof: Reading | None) -> None:
    """Mark assertion and proof as used, in one statement; refuse what has been used before."""
    purpose = f"assertion:{ask.environment}:{client.client_id}"
    uses = [(purpose, str(assertion.claims["jti"]), assertions.life_end(assertion.claims))]
    if proof:
        target = issuers.token_endpoint(ask.issuer)
        value = proofs.replay_value(proof, target)
        uses.append((f"proof:{ask.environment}", value, proofs.life_end(proof.claims)))
    try:
        first_uses = replay.use_once(uses)
    except DatabaseError as error:
        logger.exception("Used assertions cannot be remembered")
        raise refusal.unavailable() from error
    if not first_uses[0]:
        raise refusal.of_assertion([assertions.replay(False)])
    if not all(first_uses):
        raise refusal.of_proof([proofs.replay(False)], "")


def _signer(environment: str, at: datetime) -> PrivateKey:
    key = signing_keys.signer(environment, at)
    if key is None:
        ensure_signing_key(environment=environment, at=at)
        key = signing_keys.signer(environment, at)
    if key is None:
        raise RuntimeError(f"no signing key for {environment}")
    return key


def _note_use(client: Registration, at: datetime) -> None:
    """Write down that the key has been used, once a minute: a request costs no UPDATE."""
    if client.key_use_is_old:
        mark_used(key_id=client.key_id, at=at)


def _note_token(client: Registration, at: datetime) -> None:
    """Write down that the client got a token, once a minute."""
    if client.token_is_old:
        old = Q(last_token_at=None) | Q(last_token_at__lt=at - registrations.THROTTLE)
        ClientConfiguration.objects.filter(old, pk=client.client_id).update(last_token_at=at)
