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
from onboarding.clients.states import Access
from onboarding.core import replay
from onboarding.jose import assertion as assertions
from onboarding.jose import proof as proofs
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.checks import Verdict, fail, first_failure
from onboarding.jose.compact import Reading, read
from onboarding.keys.services import mark_used
from onboarding.sts import issuers, parameters, refusal, rules
from onboarding.sts.claims import LIFE, TYPE, access_token_claims
from onboarding.sts.pace import Pace
from onboarding.sts.queries import registrations, signing_keys
from onboarding.sts.queries.registrations import Registration
from onboarding.sts.refusal import Refusal
from onboarding.sts.services.signing_keys import ensure_signing_key
from onboarding.traffic.seen import Seen

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


def issue(ask: Ask, *, at: datetime, seen: Seen) -> Issued:
    """Return a new access token, bound to the key of the request's DPoP proof.

    Only a token for an API that does not use DPoP may be asked for without a proof, and is unbound
    then (ADR 0010); or any, by a client that has been allowed to in test.
    The client is known before its proof is looked at, and whatever comes of it, its assertion is
    used up: also when the answer is `use_dpop_nonce`. What is learnt on the way is put down in
    `seen`. Raises Refusal, with status 429 for a client in a hurry and 503 where the memory of used
    assertions cannot be reached.
    """
    parameters.check_grant(dict(ask.form))
    client, assertion = _authenticate(ask, at, seen)
    _keep_pace(ask, client, at)
    proof, failed = None, False
    if not _may_go_without(ask, client, seen):
        proof = _check_proof(ask, at, seen)
        failed = first_failure(seen.checks) is not None
    first_half = failed and _wants_nonce(seen)
    _use_up(ask, client, assertion, None if failed else proof, seen, first_half=first_half)
    _note_use(client, at)
    seen.nonce = issuers.nonces(ask.issuer).issue(at.timestamp())
    if failed:
        raise refusal.of_proof(seen.checks, seen.nonce)
    seen.asked = parameters.scopes_of(dict(ask.form))
    audience, scopes = _choose(ask, client, seen)
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
        life=client.token_life or LIFE,
    )
    token = sign({"typ": TYPE}, claims, _signer(ask.environment, at))
    seen.given, seen.token_claims = scopes, claims
    _note_token(client, at)
    return Issued(
        token,
        "DPoP" if proof else "Bearer",
        " ".join(scopes),
        claims["exp"] - claims["iat"],
        seen.nonce,
    )


def _authenticate(ask: Ask, at: datetime, seen: Seen) -> tuple[Registration, Reading]:
    """The client that signed the assertion. Nobody learns from a refusal which clients exist."""
    seen.claimed, seen.dpop = ask.form.get("client_id", ""), ask.dpop
    text = parameters.assertion_of(dict(ask.form), ask.authorization)
    reading = read(text, prefix="assertion")
    subject, kid = assertions.subject_of(reading), reading.header.get("kid")
    client = registrations.find(ask.environment, subject, kid, at)
    seen.checks = assertions.check_client_assertion(
        reading,
        client_id=client.client_id if client else None,
        form_client_id=ask.form.get("client_id"),
        issuer=ask.issuer,
        keys=[client.key] if client else [],
        now=at.timestamp(),
        leniencies=client.leniencies if client else frozenset(),
        token_endpoint=seen.token_endpoint,
    )
    seen.assertion, seen.claimed = reading, subject or seen.claimed
    if client:
        seen.revision, seen.leniencies = client.revision, client.leniencies
    if client is None or first_failure(seen.checks):
        raise refusal.of_assertion(seen.checks)
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


def _may_go_without(ask: Ask, client: Registration, seen: Seen) -> bool:
    """Whether no proof was sent and none is needed. A choice that will be refused needs one, so
    that whoever sends none is told of that first, as ever.
    """
    if ask.dpop is not None:
        return False
    try:
        asked = parameters.scopes_of(dict(ask.form))
        _, scopes = rules.choose(client.scopes, asked, ask.form.get("resource"))
    except Refusal:
        scopes = ()
    if scopes and not any(client.scopes[name].uses_dpop for name in scopes):
        return True
    if assertions.NO_DPOP in client.leniencies:
        seen.checks.append(proofs.none_sent(client.leniencies))
        return True
    return False


def _check_proof(ask: Ask, at: datetime, seen: Seen) -> Reading:
    """The proof; its checks are put down with those of the assertion, none of which failed."""
    count = 0 if ask.dpop is None else 1 + ask.dpop.count(",")
    if ask.dpop is None or count > 1:  # header fields of one name arrive joined by commas
        seen.checks.append(proofs.none_sent() if count == 0 else fail("proof.count", "1", count))
        return read("", prefix="proof")
    reading = read(ask.dpop, prefix="proof")
    now, nonces = at.timestamp(), issuers.nonces(ask.issuer)
    seen.proof = reading
    seen.checks += proofs.check_proof(
        reading,
        method="POST",
        url=seen.token_endpoint,
        now=now,
        nonce=lambda nonce: nonces.valid(nonce, now),
    )
    failure = first_failure(seen.checks)
    if failure and failure.code == "proof.private_key":
        logger.warning("A DPoP proof carried its private key: %s", proofs.proof_jkt(reading))
    return reading


def _wants_nonce(seen: Seen) -> bool:
    failure = first_failure(seen.checks)
    return failure is not None and failure.code == "proof.nonce"


def _use_up(
    ask: Ask,
    client: Registration,
    assertion: Reading,
    proof: Reading | None,
    seen: Seen,
    *,
    first_half: bool,
) -> None:
    """Mark assertion and proof as used, in one statement; refuse what has been used before.

    `first_half` says that the answer will be `use_dpop_nonce`.
    """
    jti, end = str(assertion.claims["jti"]), assertions.life_end(assertion.claims)
    lenient = assertions.ASSERTION_REUSE in client.leniencies
    names = assertions.replay_purposes(f"{ask.environment}:{client.client_id}", lenient, first_half)
    uses = [(name, jti, end) for name in names]
    if proof:
        value = proofs.replay_value(proof, seen.token_endpoint)
        uses.append((f"proof:{ask.environment}", value, proofs.life_end(proof.claims)))
    try:
        first_uses = replay.use_once(uses)
    except DatabaseError as error:
        logger.exception("Used assertions cannot be remembered")
        raise refusal.unavailable() from error
    again = first_half or not lenient or first_uses[1]
    replayed = assertions.replay(first_uses[0], used_in_nonce_round=not again)
    seen.checks.append(replayed)
    if replayed.verdict is Verdict.FAILED:
        raise refusal.of_assertion([replayed])
    if proof:
        seen.checks.append(proofs.replay(first_uses[-1]))
        if not first_uses[-1]:
            raise refusal.of_proof([proofs.replay(False)], "")


def _choose(ask: Ask, client: Registration, seen: Seen) -> tuple[str, tuple[str, ...]]:
    try:
        return rules.choose(client.scopes, seen.asked, ask.form.get("resource"))
    except Refusal:
        seen.rejected = [
            name
            for name in seen.asked
            if name not in client.scopes or client.scopes[name].access != Access.OK
        ]
        raise


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
