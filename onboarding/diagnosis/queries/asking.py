"""Who asks, what is judged, and the client that it is about, where the asker may know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from onboarding.clients.models import ClientConfiguration
from onboarding.diagnosis.pasted import Kind
from onboarding.jose.algorithms import verify
from onboarding.jose.checks import Check
from onboarding.jose.compact import Reading
from onboarding.sts import issuers
from onboarding.sts.refusal import Refusal
from onboarding.suppliers.actors import Actor


@dataclass(frozen=True)
class Asker:
    """Who wants to know, at whose address, of which environment, and when.

    `judged_at` is when that was judged which he wants explained; None for now.
    """

    actor: Actor
    environment: str
    organization_id: int
    at: datetime
    judged_at: datetime | None = None

    @property
    def now(self) -> float:
        return (self.judged_at or self.at).timestamp()

    @property
    def issuer(self) -> str:
        return settings.ISSUERS[self.environment]

    @property
    def is_ours(self) -> bool:
        """Whether our own authorization server is the issuer: only its memory can be asked."""
        return issuers.own_issuer(self.environment) is not None

    @property
    def endpoint(self) -> str:
        return issuers.token_endpoint(self.issuer)


@dataclass
class Part:
    """One token of what was pasted, with the checks in the order in which they were made.

    `is_signed_by` tells whether its signature is one of a public JWK.
    """

    kind: Kind
    reading: Reading
    checks: list[Check]
    replay_known: bool = False

    def is_signed_by(self, jwk: Mapping[str, Any]) -> bool:
        alg, reading = str(self.reading.header.get("alg")), self.reading
        return verify(alg, jwk, reading.signing_input, reading.signature)


@dataclass
class Judged:
    """All that was found. `refusal` is the server's answer to a request, None for a token.

    `client` is None also where it exists, and the asker may not know that.
    """

    kind: Kind
    parts: list[Part] = field(default_factory=list)
    refusal: Refusal | None = None
    client: ClientConfiguration | None = None


def visible_client(asker: Asker, client_id: object) -> ClientConfiguration | None:
    """Return the client of that id if it has a page for the asker here, or None."""
    uuid = as_uuid(client_id)
    if uuid is None:
        return None
    found = ClientConfiguration.objects.visible_to(asker.actor)
    return found.at(asker.environment, asker.organization_id).filter(pk=uuid).first()


def as_uuid(client_id: object) -> UUID | None:
    """Return a client id as we write it; another spelling of the same number is no id of ours."""
    try:
        uuid = UUID(client_id) if isinstance(client_id, str) else None
    except ValueError:
        return None
    return uuid if str(uuid) == client_id else None
