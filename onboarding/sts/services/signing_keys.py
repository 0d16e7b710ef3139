"""Making, rotating and dropping the signing keys of an issuer."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from onboarding.audit.services import record
from onboarding.core import replay
from onboarding.core.refusals import NotPossibleNow
from onboarding.core.sealing import seal
from onboarding.jose.generation import generate
from onboarding.sts.claims import LIFE
from onboarding.sts.models import SigningKey
from onboarding.sts.queries import signing_keys
from onboarding.suppliers.actors import SYSTEM, Actor

KIND: Final = "RS256/2048"
# A new key signs when everyone who keeps the JWKS has had to fetch it again.
CACHE_TIME: Final = timedelta(minutes=10)
# An old one is shown until its last token is dead, with room for clocks that differ.
TOKEN_TIME: Final = timedelta(seconds=LIFE + 60)
_LOCK: Final = {"test": 0x57501, "production": 0x57502}  # names of advisory locks, any numbers
_SWEEPS: Final = 60


@transaction.atomic
def ensure_signing_key(*, environment: str, at: datetime) -> None:
    """Make the first signing key of an environment, once, however many ask at the same time."""
    _lock(environment)
    if not SigningKey.objects.filter(environment=environment, signs_from__lte=at).exists():
        key = _make(environment, at, signs_from=at)
        record("signing_key.made", subject=key, actor=SYSTEM.name, at=at, environment=environment)
    signing_keys.forget()


@transaction.atomic
def rotate(*, environment: str, by: Actor, at: datetime) -> SigningKey:
    """Make the next signing key: shown at once, signing when caches of the JWKS have run out.

    The present one signs until then, and is shown for as long as its last token lives.
    Raises NotPossibleNow while another new key waits for its turn.
    """
    _lock(environment)
    keys = SigningKey.objects.filter(environment=environment)
    if keys.filter(signs_from__gt=at).exists():
        raise NotPossibleNow("A new signing key is already published and waits for its turn.")
    signs_from = at + CACHE_TIME
    present = keys.filter(published_until=None)
    present.update(published_until=signs_from + TOKEN_TIME)
    key = _make(environment, at, signs_from=signs_from)
    record("signing_key.rotated", subject=key, actor=by.name, at=at, environment=environment)
    signing_keys.forget()
    return key


def sweep(*, at: datetime) -> None:
    """Drop keys that need not be shown any more, and what cannot be replayed any more."""
    SigningKey.objects.filter(published_until__lt=at).delete()
    for _ in range(_SWEEPS):
        if not replay.forget(at):
            break


def _make(environment: str, at: datetime, *, signs_from: datetime) -> SigningKey:
    private = generate(KIND)
    kid = private["kid"]
    public = {name: private[name] for name in ("kty", "n", "e", "alg", "use", "kid")}
    sealed = seal(json.dumps(private).encode(), signing_keys.purpose(environment, kid))
    return SigningKey.objects.create(
        environment=environment,
        kid=kid,
        alg=private["alg"],
        public_jwk=public,
        sealed_private=sealed,
        created_at=at,
        signs_from=signs_from,
    )


def _lock(environment: str) -> None:
    """Let one at a time decide; on SQLite a transaction that writes is alone anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK[environment]])
