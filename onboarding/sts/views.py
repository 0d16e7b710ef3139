"""The addresses of the authorization server: metadata, keys, tokens."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from onboarding.core.machines import came_in_clear, machine
from onboarding.jose.algorithms import ALGORITHMS
from onboarding.sts import issuers, parameters, refusal
from onboarding.sts.queries import signing_keys
from onboarding.sts.refusal import Refusal
from onboarding.sts.services import tokens
from onboarding.sts.services.signing_keys import CACHE_TIME, ensure_signing_key
from onboarding.sts.services.tokens import Ask, Issued
from onboarding.traffic.seen import Seen
from onboarding.traffic.services.recording import note

logger = logging.getLogger(__name__)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CACHED = {"Cache-Control": f"public, max-age={int(CACHE_TIME.total_seconds())}"}


@machine
def metadata(request: HttpRequest, environment: str) -> HttpResponse:
    """Answer with what this authorization server does, and nothing that it does not (RFC 8414)."""
    issuer = issuers.own_issuer(environment)
    if refused := _unreadable(request, issuer):
        return _refused(refused)
    content = {
        "issuer": issuer,
        "token_endpoint": issuers.token_endpoint(str(issuer)),
        "jwks_uri": issuers.jwks_uri(str(issuer)),
        # No response_types_supported: there is no authorization endpoint yet, and an empty list
        # must be left out (RFC 8414 section 3.2).
        "grant_types_supported": [parameters.GRANT],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
    }
    return _answer(content, headers=CACHED)


@machine
def jwks(request: HttpRequest, environment: str) -> HttpResponse:
    """Answer with the public keys that tokens of this issuer are signed with (RFC 7517 §5)."""
    if refused := _unreadable(request, issuers.own_issuer(environment)):
        return _refused(refused)
    at = timezone.now()
    try:
        if not signing_keys.published(environment, at):
            ensure_signing_key(environment=environment, at=at)
        keys = signing_keys.published(environment, at)
    except signing_keys.PrivateKeyPublished:
        logger.critical("The JWKS of %s would show a private key: not served", environment)
        return _refused(refusal.broken())
    return _answer({"keys": keys}, headers=CACHED, content_type="application/jwk-set+json")


@machine
def token(request: HttpRequest, environment: str) -> HttpResponse:
    """Answer a token request (RFC 6749 §3.2). Whatever happens, the answer is JSON."""
    at = timezone.now()
    issuer = issuers.own_issuer(environment)
    seen = Seen(environment, at, issuer or "", issuers.token_endpoint(issuer or ""))
    try:
        response = _issued(tokens.issue(_ask(request, environment, issuer), at=at, seen=seen))
    except Refusal as refused:
        response, seen.error = _refused(refused), refused.error
        seen.retry_after = int(refused.headers.get("Retry-After", 0))
    except (OperationalError, InterfaceError):
        logger.exception("The database does not answer the token endpoint")
        response = _refused(refusal.unavailable())
    except Exception:
        logger.exception("A token request failed")
        response = _refused(refusal.broken())
    seen.status = response.status_code
    note(seen)
    return response


@machine
def nothing(request: HttpRequest, environment: str, _: str) -> HttpResponse:
    """Answer programs that look for an endpoint which the metadata does not promise, in JSON."""
    is_ours = issuers.own_issuer(environment)
    return _refused(refusal.no_endpoint() if is_ours else refusal.not_served())


def _ask(request: HttpRequest, environment: str, issuer: str | None) -> Ask:
    """The request, as far as it is one. Raises Refusal."""
    if issuer is None:
        raise refusal.not_served()
    if request.method != "POST":
        raise refusal.method_not_allowed("POST")
    if came_in_clear(request):
        raise Refusal("invalid_request", "Use https.")
    meta = request.META
    if meta.get("QUERY_STRING"):
        raise Refusal("invalid_request", "Parameters belong in the body, none in the address.")
    if request.content_type != FORM:
        raise Refusal("invalid_request", f"The body must be {FORM}.")
    length = meta.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > parameters.LARGEST_BODY:
        raise Refusal("invalid_request", "The body is too large.", status=413)
    return Ask(
        environment=environment,
        issuer=issuer,
        form=parameters.read_form(request.body),
        authorization=meta.get("HTTP_AUTHORIZATION"),
        dpop=meta.get("HTTP_DPOP"),
    )


def _unreadable(request: HttpRequest, issuer: str | None) -> Refusal | None:
    """Why a public document is not given out, if so."""
    if issuer is None:
        return refusal.not_served()
    if request.method not in ("GET", "HEAD"):
        return refusal.method_not_allowed("GET, HEAD")
    if came_in_clear(request):
        return Refusal("invalid_request", "Use https.")
    return None


def _issued(issued: Issued) -> HttpResponse:
    content = {
        "access_token": issued.token,
        "token_type": issued.token_type,
        "expires_in": issued.expires_in,
        "scope": issued.scope,
    }
    return _answer(content, headers={**NO_STORE, "DPoP-Nonce": issued.nonce})


def _refused(refused: Refusal) -> HttpResponse:
    content = {
        "error": refused.error,
        "error_description": refused.description,
        "error_uri": f"{settings.BASE_URL}{refusal.HELP}{refused.error}",
    }
    response = _answer(content, status=refused.status, headers={**NO_STORE, **refused.headers})
    # An expected refusal is no event for the log, where Django would warn of each; most are the
    # first half of a nonce round.
    response._has_been_logged = refused.status < 500  # type: ignore[attr-defined]  # Django's own
    return response


def _answer(
    content: Mapping[str, Any],
    *,
    headers: Mapping[str, str],
    status: int = 200,
    content_type: str = JSON,
) -> HttpResponse:
    body = json.dumps(content, separators=(",", ":"))
    return HttpResponse(body, status=status, content_type=content_type, headers=headers)
