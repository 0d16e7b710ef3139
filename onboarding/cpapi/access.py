"""Who gets in: the engine's decision, with this portal's keys and memory."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from onboarding.core import replay
from onboarding.cpapi.queries import AUDIENCE, SCOPE, dpop_of
from onboarding.jose.resource_server import Decision, Policy, Unavailable, decide
from onboarding.sts.queries import signing_keys

logger = logging.getLogger(__name__)


class Denied(Exception):
    """A request that is not let in; the decision says with what answer."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.error)
        self.decision = decision


class PortalPorts:
    """The issuer's keys and the memory of used proofs, from the database of this portal."""

    def __init__(self, environment: str, at: datetime) -> None:
        self._environment = environment
        self._at = at

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        try:
            return signing_keys.public_key(self._environment, kid, alg, self._at)
        except DatabaseError as error:
            logger.exception("The keys of the issuer cannot be read")
            raise Unavailable from error

    def use_once(self, purpose: str, value: str, until: float) -> bool:
        scoped = f"{purpose}:{self._environment}:{AUDIENCE}"
        try:
            return replay.use_once([(scoped, value, until)])[0]
        except DatabaseError as error:
            logger.exception("Used proofs cannot be remembered")
            raise Unavailable from error


def claims_of(request: HttpRequest, environment: str, at: datetime) -> dict[str, Any]:
    """Return the claims of the request's access token. Raises Denied."""
    policy = Policy(
        issuer=settings.ISSUERS[environment],
        audience=AUDIENCE,
        scopes=frozenset({SCOPE}),
        dpop=dpop_of(environment),
        realm=AUDIENCE,
    )
    decision = decide(
        policy,
        PortalPorts(environment, at),
        method=str(request.method),
        # As clients know it: what the Host header says is the client's own word.
        url=f"{settings.BASE_URL}{request.path}",
        authorization=_field(request, "HTTP_AUTHORIZATION"),
        dpop=_field(request, "HTTP_DPOP"),
        now=at.timestamp(),
    )
    if decision.status != 200:
        raise Denied(decision)
    return decision.claims


def _field(request: HttpRequest, name: str) -> list[str]:
    """The values of a header field; several arrive as one, joined by commas."""
    return [request.META[name]] if name in request.META else []
