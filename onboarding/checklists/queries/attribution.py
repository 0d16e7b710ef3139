"""Whose a request was that named no key of the client's (ADR 15)."""

from __future__ import annotations

from collections import defaultdict
from typing import Final
from uuid import UUID

from onboarding.jose import b64
from onboarding.jose.algorithms import verify_digest
from onboarding.keys.models import Key
from onboarding.traffic.models import Trace, TraceQuerySet

NO_KEY: Final = ("assertion.kid", "assertion.key")
# Signatures that are looked at, and keys of a client that each is tried with: the newest.
MOST: Final = 50
KEYS: Final = 10


def own(rows: TraceQuerySet) -> list[Trace]:
    """Return those that were refused for their key, but that a key of the client's did sign.

    Whatever became of the key: retired, revoked and expired ones count too. Two queries, and the
    newest rows only: nobody can make this slow by sending much.
    """
    refused = rows.filter(signed=False, check_code__in=NO_KEY).exclude(signature="")
    nameless = list(refused.order_by("-at", "-id")[:MOST])[::-1]
    if not nameless:
        return []
    keys: dict[UUID, list[Key]] = defaultdict(list)
    for key in Key.objects.filter(client__in={row.client_id for row in nameless}).order_by(
        "-created_at"
    ):
        keys[key.client_id].append(key)
    return [row for row in nameless if any(_signed(row, key) for key in keys[row.client_id][:KEYS])]


def _signed(row: Trace, key: Key) -> bool:
    digest, signature = b64.decode(row.signed_digest), b64.decode(row.signature)
    return row.alg == key.alg and verify_digest(key.alg, key.public_jwk, digest, signature)
