"""Proving that somebody holds the private half of a key, without a token request."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from onboarding.core.refusals import Invalid
from onboarding.core.replay import use_once
from onboarding.jose import private_parts
from onboarding.jose.assertion import RegisteredKey
from onboarding.jose.checks import Check, fail, first_failure
from onboarding.jose.possession import (
    LIFE,
    Challenge,
    Challenges,
    Subject,
    check_signature,
    check_token,
    replay,
)
from onboarding.jose.times import SKEW
from onboarding.keys import advice, rules
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.services.registration import (
    bar,
    locked_client,
    record_key,
    refusal,
)
from onboarding.keys.states import Action
from onboarding.suppliers.actors import Actor

# Of the client's other keys, how many are tried when the signature is not this one's.
OTHERS = 10


class NotProved(Invalid):
    """What was sent does not prove the key. `checks` say all that was looked at."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = list(checks)
        self.headlines = advice.proof_headlines(checks)
        super().__init__(" ".join(self.headlines), field="signature")


def challenge(key: Key, nonce: str, at: datetime) -> Challenge:
    """Return what is to be signed: for the nonce while it is good, else a new challenge."""
    subject, challenges = _subject(key), _challenges()
    kept = challenges.read(nonce, subject)
    if kept and kept.expires > at.timestamp():
        return kept
    return challenges.issue(subject, at.timestamp())


def prove(*, key_id: UUID, signature: str, nonce: str, by: Actor, at: datetime) -> Key:
    """Note that the key's private half signed our challenge.

    `signature` is a JWS with the challenge in it, or a bare one in base64 over the text of the
    challenge that `nonce` stands for. A key that is proved already stays as it is.

    Raises NotProved with all findings. A private key that was sent by mistake is barred, which
    holds although the act is refused. Raises NotPermitted and NotPossibleNow.
    """
    key = Key.objects.select_related("client__organization").get(pk=key_id)
    rules.check(Action.PROVE, key.client, by)
    private = private_parts.find(signature)
    if private.thumbprints:
        bar(private.thumbprints, client=key.client, by=by, at=at)
    if private.names:
        raise NotProved([fail("key.private", "", " ".join(private.names))])
    return _prove(key_id, signature, nonce, by, at)


@transaction.atomic
def _prove(key_id: UUID, signature: str, nonce: str, by: Actor, at: datetime) -> Key:
    client = locked_client(Key.objects.values_list("client", flat=True).get(pk=key_id))
    key = Key.objects.select_for_update(of=("self",)).get(pk=key_id)
    rules.check(Action.PROVE, client, by)
    rules.check_proof(key.state(at))
    if key.proved_at:
        return key
    checks = _checks(key, signature, nonce, at)
    if first_failure(checks):
        raise NotProved(checks)
    key.proved_at = at
    key.save(update_fields=["proved_at"])
    record_key("key.proved", key, client, actor=by.name, at=at)
    return key


def _checks(key: Key, signature: str, nonce: str, at: datetime) -> list[Check]:
    if BarredThumbprint.objects.filter(thumbprint=key.thumbprint).exists():
        return [refusal("key.barred", "RFC 7517 §9.2")]
    subject, challenges, now = _subject(key), _challenges(), at.timestamp()
    # Base64 has no dots, and a JWS nothing but base64url between two of them.
    if "." in signature:
        checks, nonce = check_token(signature.strip(), subject, challenges, now)
    else:
        checks, nonce = check_signature(signature, nonce, subject, challenges, now)
    if not first_failure(checks):
        [first_use] = use_once([("key-pop", nonce, now + LIFE + SKEW)])
        checks.append(replay(first_use))
    return checks


def _subject(key: Key) -> Subject:
    others = Key.objects.filter(client=key.client_id).exclude(pk=key.pk).order_by("-created_at")
    return Subject(
        settings.BASE_URL,
        str(key.client_id),
        _registered(key),
        [_registered(other) for other in others[:OTHERS]],
    )


def _registered(key: Key) -> RegisteredKey:
    return RegisteredKey(key.kid, key.alg, key.public_jwk)


def _challenges() -> Challenges:
    secret = hmac.digest(settings.SECRET_KEY.encode(), b"onboarding.keys:possession", "sha256")
    return Challenges(secret)
