"""Who calls: software with an automation key, or a client with a token of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from onboarding.clients.models import ClientConfiguration
from onboarding.core import limits
from onboarding.selfservice.faults import stopped, wrong
from onboarding.selfservice.names import AUDIENCE, SCOPE
from onboarding.selfservice.problems import of_decision
from onboarding.selfservice.queries import status
from onboarding.sts.access import Denied, Protected, admit
from onboarding.systems import automation_key, queries
from onboarding.systems.models import AutomationKey

API: Final = Protected(AUDIENCE, frozenset({SCOPE}))
HEADER: Final = "api-key"


def key_of(request: HttpRequest, environment: str, at: datetime) -> AutomationKey:
    """Return the automation key that the request carries. Raises Wrong.

    The query may name the client system that the software believes the key to be for.
    """
    secret = request.headers.get(HEADER, "")
    found = queries.automation_key(automation_key.digest(secret), environment) if secret else None
    if found is None:
        raise wrong(
            "api.automation_key",
            "The header field api-key must hold an automation key of a client system here.",
            status=401,
            WWW_Authenticate=f'ApiKey realm="{AUDIENCE}", header="{HEADER}"',
        )
    named = request.GET.get("clientSystemId", str(found.system_id))
    if named != str(found.system_id):
        raise wrong("api.system", "The key is not one of that client system.", status=404)
    _keep_pace(f"key:{found.pk}", settings.API_DRAFTS_PER_MINUTE, at)
    return found


def count_drafts(key: AutomationKey, count: int, at: datetime) -> None:
    """Count a list of drafts as so many requests, of which the first is counted. Raises Wrong.

    A list that is longer than what a minute allows takes a whole minute.
    """
    per_minute = settings.API_DRAFTS_PER_MINUTE
    if (cost := min(count, per_minute) - 1) > 0:
        _keep_pace(f"key:{key.pk}", per_minute, at, cost)


def client_of(
    request: HttpRequest, environment: str, origin: str, at: datetime
) -> ClientConfiguration:
    """Return the client that the request's access token was issued to, and no other. Raises Wrong.

    The token is one of this environment's, for this API, and bound to the key of the proof.
    """
    try:
        decision = admit(request, API, environment=environment, at=at, origin=origin)
    except Denied as denied:
        raise of_decision(denied.decision) from denied
    client = status.active_client(environment, decision.claims["client_id"])
    if client is None:
        raise stopped()
    _keep_pace(f"client:{client.pk}", settings.API_REQUESTS_PER_MINUTE, at)
    return client


def _keep_pace(caller: str, per_minute: int, at: datetime, cost: int = 1) -> None:
    """Refuse a caller in a hurry. Only what it proved to be its own requests is counted."""
    now = at.timestamp()
    wait = limits.wait(f"selfservice:{caller}", per_minute=per_minute, now=now, cost=cost)
    if wait:
        said = f"Wait {wait} s. At most {per_minute} requests are answered in a minute."
        raise wrong("api.pace", said, status=429, Retry_After=str(wait))
