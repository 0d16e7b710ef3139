"""The form of a token request: read strictly, before anybody is believed (RFC 6749 §3.2)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl

from onboarding.sts.refusal import Refusal

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT: Final = "client_credentials"
LARGEST_BODY: Final = 64 * 1024
MOST_PARAMETERS: Final = 32
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_SCHEMES: Final = {"bearer": "Bearer", "dpop": "DPoP"}


def read_form(body: bytes) -> dict[str, str]:
    """Return the parameters of a form; those without a value count as left out.

    Raises Refusal (invalid_request; invalid_target for several `resource`, which RFC 8707 allows
    and one token cannot serve).
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise Refusal("invalid_request", "The body is not a form that can be read.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        names = [name for name, _ in pairs]
        if any(names.count(name) > 1 for name in form if name != "resource"):
            raise Refusal("invalid_request", "A parameter is given more than once.")
        raise Refusal("invalid_target", "A token is for one API: give one resource.")
    return {name: value for name, value in pairs if value}


def check_grant(form: dict[str, str]) -> None:
    """Raise Refusal unless the grant is one that is served here."""
    grant = form.get("grant_type")
    if grant is None:
        raise Refusal("invalid_request", "The parameter grant_type is missing.")
    if grant != GRANT:
        raise Refusal("unsupported_grant_type", f"Only the grant type {GRANT} is served here.")


def assertion_of(form: dict[str, str], authorization: str | None) -> str:
    """Return the client assertion, the one way for clients to authenticate here.

    Raises Refusal: invalid_request for more than one way at once or half of one, invalid_client
    for another way or none (401 where the Authorization header was used, RFC 6749 §5.2).
    """
    assertion, kind = form.get("client_assertion"), form.get("client_assertion_type")
    if authorization is not None or "client_secret" in form:
        if assertion is not None:
            raise Refusal("invalid_request", "Clients must authenticate in one way only.")
        if authorization is not None:
            raise _wrong_scheme(authorization)
    if kind is not None and kind != ASSERTION_TYPE:
        raise Refusal("invalid_client", f"The client_assertion_type must be {ASSERTION_TYPE}.")
    if assertion is None and kind is None:
        raise Refusal("invalid_client", "Clients must authenticate by private_key_jwt.")
    if assertion is None or kind is None:
        raise Refusal(
            "invalid_request", "Give both client_assertion and client_assertion_type, or neither."
        )
    return assertion


def scopes_of(form: dict[str, str]) -> tuple[str, ...]:
    """Return the scopes asked for, without repetitions; empty when none is named.

    Raises Refusal (invalid_scope) for what cannot be a scope (RFC 6749 §3.3).
    """
    text = form.get("scope")
    if text is None:
        return ()
    if not _SCOPE.fullmatch(text):
        raise Refusal("invalid_scope", "The scope must be names with one space between them.")
    return tuple(dict.fromkeys(text.split(" ")))


def _wrong_scheme(authorization: str) -> Refusal:
    scheme = _SCHEMES.get(authorization.partition(" ")[0].lower(), "Basic")
    return Refusal(
        "invalid_client",
        "Clients must authenticate by private_key_jwt, not by the Authorization header.",
        status=401,
        headers={"WWW-Authenticate": f'{scheme} realm="token"'},
    )
