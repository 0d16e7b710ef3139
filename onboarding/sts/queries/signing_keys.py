"""The signing keys of an issuer, kept in each process for ten seconds at most."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from math import inf
from typing import Any, Final, NamedTuple

from django.db.models import Q

from onboarding.core.sealing import unseal
from onboarding.jose.algorithms import PrivateKey
from onboarding.sts.models import SigningKey

FRESH: Final = 10.0  # seconds
# A key that is not known yet is looked for again, but a flood of made-up names is not.
PATIENCE: Final = 1.0
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class PrivateKeyPublished(Exception):
    """A private member has got among the public ones; nothing of it is served."""


class Neighbours(NamedTuple):
    """The keys beside the one that signs now, as far as they are shown."""

    previous: PrivateKey | None
    following: PrivateKey | None


class _Turn(NamedTuple):
    signs_from: float
    shown_until: float
    kid: str
    sealed: str


class _Ring(NamedTuple):
    read_at: float
    public: Mapping[str, Mapping[str, Any]]
    turns: tuple[_Turn, ...]  # in the order in which they sign


_rings: dict[str, _Ring] = {}


def purpose(environment: str, kid: str) -> str:
    """Return what a signing key's private half is sealed for."""
    return f"signing-key:{environment}:{kid}"


def signer(environment: str, at: datetime) -> PrivateKey | None:
    """Return the key that signs now, or None when there is none yet.

    Raises Unsealable when SECRET_KEY is not the one that it was sealed with.
    """
    now = at.timestamp()
    for turn in reversed(_ring(environment, now, FRESH).turns):
        if turn.signs_from <= now:
            return _open(environment, turn.kid, turn.sealed)
    return None


def neighbours(environment: str, at: datetime, *, shown_for: float) -> Neighbours:
    """Return the keys that signed before and will sign next, if they stay shown for so long.

    Tokens of the one still have to be accepted, those of the other already may be. `shown_for` is
    in seconds. Raises Unsealable as `signer` does.
    """
    now = at.timestamp()
    turns = _ring(environment, now, FRESH).turns
    shown = [turn for turn in turns if turn.shown_until > now + shown_for]
    begun = [turn for turn in turns if turn.signs_from <= now]
    before = [turn for turn in shown if turn in begun[:-1]]
    after = [turn for turn in shown if turn.signs_from > now]
    return Neighbours(
        _open(environment, before[-1].kid, before[-1].sealed) if before else None,
        _open(environment, after[0].kid, after[0].sealed) if after else None,
    )


def published(environment: str, at: datetime) -> list[dict[str, Any]]:
    """Return the public JWKs of an issuer. Raises PrivateKeyPublished."""
    ring = _ring(environment, at.timestamp(), FRESH)
    for jwk in ring.public.values():
        if not _PRIVATE.isdisjoint(jwk):
            raise PrivateKeyPublished(environment)
    return [dict(jwk) for jwk in ring.public.values()]


def public_key(environment: str, kid: str, alg: str, at: datetime) -> Mapping[str, Any] | None:
    """Return the issuer's public JWK of that name and algorithm, or None."""
    now = at.timestamp()
    ring = _ring(environment, now, FRESH)
    if kid not in ring.public:
        ring = _ring(environment, now, PATIENCE)
    jwk = ring.public.get(kid)
    return jwk if jwk and jwk.get("alg") == alg else None


def forget() -> None:
    """Have the keys read again: they have changed, or the database is another one."""
    _rings.clear()


def _ring(environment: str, now: float, life: float) -> _Ring:
    ring = _rings.get(environment)
    if ring is None or not 0 <= now - ring.read_at < life:
        ring = _rings[environment] = _read(environment, now)
    return ring


def _read(environment: str, now: float) -> _Ring:
    at = datetime.fromtimestamp(now).astimezone()
    rows = list(
        SigningKey.objects.filter(
            Q(published_until__isnull=True) | Q(published_until__gt=at), environment=environment
        ).order_by("signs_from", "pk")
    )
    return _Ring(
        read_at=now,
        public={row.kid: row.public_jwk for row in rows},
        turns=tuple(
            _Turn(
                row.signs_from.timestamp(),
                row.published_until.timestamp() if row.published_until else inf,
                row.kid,
                row.sealed_private,
            )
            for row in rows
        ),
    )


@lru_cache(maxsize=8)
def _open(environment: str, kid: str, sealed: str) -> PrivateKey:
    """The loaded key: its first signature is slow, so it is kept for the life of the process."""
    return PrivateKey(json.loads(unseal(sealed, purpose(environment, kid))))
