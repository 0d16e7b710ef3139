"""Every RSA modulus ever registered, compared with each new one, and each night with each other.

A prime in common gives both private keys away. So a new key that has one is refused, and whoever
holds the old one is told; nobody is told whose the other one is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.jose import b64
from onboarding.jose.keys import PublicKey
from onboarding.jose.moduli import Moduli, Pair, pairs
from onboarding.keys.models import Key, Modulus
from onboarding.suppliers.actors import SYSTEM

logger = logging.getLogger(__name__)
_LOCK = 0x40D1  # any number but those of other locks; it names an advisory lock on PostgreSQL


class Weakness(NamedTuple):
    """The thumbprints of keys that share a prime: of those offered, and of those registered."""

    offered: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()


class _Known:
    """The moduli that this process has seen in the table: 25 MB for 60,000 of 3072 bits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._moduli = Moduli()
        self._newest = (0, "")

    def suspects(self, modulus: int) -> list[tuple[int, int]]:
        """Return ranges of ids whose rows may share something with the modulus."""
        with self._lock:
            self._catch_up()
            return self._moduli.suspects(modulus)

    def _catch_up(self) -> None:
        number, _ = self._newest
        rows = Modulus.objects.filter(pk__gte=number).order_by("pk")
        newer = list(rows.values_list("pk", "thumbprint", "octets"))
        if number:
            if not newer or newer[0][:2] != self._newest:  # not the table that was read before
                self._moduli, self._newest = Moduli(), (0, "")
                self._catch_up()
                return
            del newer[0]
        for pk, thumbprint, octets in newer:
            self._moduli.add(pk, _number(octets))
            self._newest = pk, thumbprint


_known = _Known()


def compare(keys: Sequence[PublicKey]) -> Weakness:
    """Return which of these new keys, and of those registered, share a prime with another.

    To be called in the transaction that registers the keys, before anything of it is recorded:
    from here to its end no other one can register a modulus, so that of two keys with one prime
    that come at once the second is compared with the first.
    """
    new = [(key.thumbprint, _modulus(key)) for key in keys if key.kty == "RSA"]
    if not new:
        return Weakness()
    _lock()
    ranges = {span for _, modulus in new for span in _known.suspects(modulus)}
    old: list[tuple[str, int]] = []
    if ranges:
        condition = Q()
        for first, last in sorted(ranges):
            condition |= Q(pk__range=(first, last))
        rows = Modulus.objects.filter(condition).exclude(thumbprint__in=[name for name, _ in new])
        old = [(name, _number(octets)) for name, octets in rows.values_list("thumbprint", "octets")]
    found = _weak([*new, *old], pairs([modulus for _, modulus in [*new, *old]]))
    offered = {name for name, _ in new} & found
    return Weakness(tuple(sorted(offered)), tuple(sorted(found - offered)))


def remember(keys: Iterable[PublicKey]) -> None:
    """Add the moduli of keys that are being registered, in their transaction."""
    for key in keys:
        if key.kty == "RSA":
            add(key.thumbprint, key.jwk["n"])


def add(thumbprint: str, n: str) -> None:
    """Add one modulus (base64url, as in a JWK), unless it has been registered before."""
    _lock()
    Modulus.objects.get_or_create(thumbprint=thumbprint, defaults={"octets": b64.decode(n)})


@transaction.atomic
def alarm(weak: Weakness, *, at: datetime, client: ClientConfiguration | None = None) -> None:
    """Tell the owners of weak keys, each of their own; and the operators, by the log.

    `client` is the one that the offered keys were meant for. A registered key is told of once.
    """
    thumbprints = sorted({*weak.offered, *weak.registered})
    keys = Key.objects.filter(thumbprint__in=weak.registered, weak_at=None)
    told = list(keys.select_for_update(of=("self",)).select_related("client").order_by("pk"))
    keys.update(weak_at=at)
    if told or weak.offered:
        logger.error("RSA keys share a prime: %s", " ".join(thumbprints))
    for key in told:
        _record(key.client, at, kid=key.kid, thumbprint=key.thumbprint)
    for thumbprint in weak.offered:
        if client:
            _record(client, at, thumbprint=thumbprint)


def compare_all(*, at: datetime) -> Weakness:
    """Compare all moduli with each other, and sound the alarm for keys not known as weak yet.

    Nightly: what was registered before there was a comparison, or past it, is found
    too. Three quarters of a minute for 60,000.
    """
    rows = Modulus.objects.order_by("pk").values_list("thumbprint", "octets")
    named = [(thumbprint, _number(octets)) for thumbprint, octets in rows]
    weak = _weak(named, pairs([modulus for _, modulus in named]))
    found = Weakness(registered=tuple(sorted(weak)))
    alarm(found, at=at)
    return found


def _weak(named: Sequence[tuple[str, int]], found: Iterable[Pair]) -> set[str]:
    """Return the names of the moduli that a pair splits; one that divides the other is whole."""
    places = {
        place for pair in found for place in (pair.one, pair.other) if pair.weakens(named[place][1])
    }
    return {named[place][0] for place in places}


def _record(client: ClientConfiguration, at: datetime, **details: str) -> None:
    record(
        "key.shared_prime",
        subject=client,
        actor=SYSTEM.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        **details,
    )


def _lock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _modulus(key: PublicKey) -> int:
    return b64.unsigned(key.jwk["n"])


def _number(octets: bytes | memoryview) -> int:
    return int.from_bytes(octets, "big")
