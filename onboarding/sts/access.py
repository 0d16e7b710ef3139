"""Who gets into an API that this portal serves: the engine's decision, with our keys and memory.

Every API here is guarded by this module, the CommunicationParty demo and the Selvbetjening API
alike. An API says what it demands, and asks for each request:

    API = Protected(audience="nhn:cp-api", scopes=frozenset({"nhn:cp-api/access"}))

    def served(request, environment):
        if refusal := at_the_door(request):      # clear text, a token where logs would see it
            return dressed(problem(refusal))
        try:
            decision = admit(request, API, environment=environment, at=timezone.now())
        except Denied as denied:
            return dressed(problem(denied.decision))  # status, headers, and why
        ...                                           # decision.claims are the token's
        return dressed(answer, decision)

`problem` is the API's own way to say no: it sends `decision.status` and `decision.headers`, and
may name `first_failure(decision.checks).code`. With ninja, `admit` is called in `auth=` and
Denied answered by an exception handler (see `cpapi.api`). Operations that need more scopes than
the others have a `Protected` of their own: `replace(API, scopes=…)`.

An API outside of this portal uses `onboarding.jose.resource_server` alone; docs/resource-server.md
shows how.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from onboarding.core import replay
from onboarding.core.machines import came_in_clear
from onboarding.jose.checks import fail
from onboarding.jose.resource_server import Decision, Policy, Unavailable, decide
from onboarding.sts import issuers
from onboarding.sts.queries import signing_keys
from onboarding.sts.queries.resources import Binding
from onboarding.traffic.services.recording import note_api_call

FORM: Final = "application/x-www-form-urlencoded"
logger = logging.getLogger(__name__)
R = TypeVar("R", bound=HttpResponse)


class Denied(Exception):
    """A request that is not let in; the decision says with what answer."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.error)
        self.decision = decision


@dataclass(frozen=True, slots=True)
class Protected:
    """What an API demands of whoever calls it; `scopes` are needed all.

    `wants_nonce`: proofs must carry a nonce of this API's own (RFC 9449 §9).
    """

    audience: str
    scopes: frozenset[str] = frozenset()
    binding: Binding = "required"
    wants_nonce: bool = False


class PortalPorts:
    """The issuer's keys and the memory of used proofs, from the database of this portal."""

    def __init__(self, environment: str, audience: str, at: datetime) -> None:
        self._environment = environment
        self._audience = audience
        self._at = at

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        try:
            return signing_keys.public_key(self._environment, kid, alg, self._at)
        except DatabaseError as error:
            logger.exception("The keys of the issuer cannot be read")
            raise Unavailable from error

    def use_once(self, purpose: str, value: str, until: float) -> bool:
        scoped = f"{purpose}:{self._environment}:{self._audience}"
        try:
            return replay.use_once([(scoped, value, until)])[0]
        except DatabaseError as error:
            logger.exception("Used proofs cannot be remembered")
            raise Unavailable from error


def at_the_door(request: HttpRequest) -> Decision | None:
    """Return the refusal of a request that is not even looked into, or None.

    It came in clear text (`https_required`, which is no code of OAuth's), or carries a token in
    its address or its form, where RFC 9700 §4.3.2 has no place for one.
    """
    if came_in_clear(request):
        return Decision(400, {}, "https_required", [], {})
    if _has_token_in_the_open(request):
        headers = {"WWW-Authenticate": 'DPoP error="invalid_request"'}
        return Decision(400, headers, "invalid_request", [fail("token.header", "header", "")], {})
    return None


def admit(
    request: HttpRequest, api: Protected, *, environment: str, at: datetime, origin: str = ""
) -> Decision:
    """Return the decision that lets a request in; its claims are the token's. Raises Denied.

    Either way the call is in the traffic of the client whose token it carried. `origin` is that
    of an API which has a host of its own, from the settings.
    """
    policy = Policy(
        issuer=settings.ISSUERS[environment],
        audience=api.audience,
        scopes=api.scopes,
        dpop=api.binding,
        nonces=issuers.nonces(f"{environment}:{api.audience}") if api.wants_nonce else None,
        realm=api.audience,
    )
    decision = decide(
        policy,
        PortalPorts(environment, api.audience, at),
        method=str(request.method),
        # As clients know it: what the Host header says is the client's own word.
        url=f"{origin or settings.BASE_URL}{request.path}",
        authorization=_field(request, "HTTP_AUTHORIZATION"),
        dpop=_field(request, "HTTP_DPOP"),
        now=at.timestamp(),
    )
    note_api_call(decision, environment=environment, at=at)
    if decision.status != 200:
        raise Denied(decision)
    return decision


def dressed(response: R, decision: Decision | None = None) -> R:
    """Return an answer of an API with what belongs to each of them, and the decision's headers."""
    for name, value in (decision.headers if decision else {}).items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    response["Access-Control-Expose-Headers"] = "WWW-Authenticate, DPoP-Nonce"
    return response


def _field(request: HttpRequest, name: str) -> list[str]:
    """The values of a header field; several arrive as one, joined by commas."""
    return [request.META[name]] if name in request.META else []


def _has_token_in_the_open(request: HttpRequest) -> bool:
    return "access_token" in request.GET or (
        request.content_type == FORM and "access_token" in request.POST
    )
