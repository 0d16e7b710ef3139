"""What can be wrong with a request, each with a stable code that has its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from onboarding.core.refusals import Refused

# What each is called, in the language of programs. Their pages are in the error catalogue.
TITLES: Final = {
    "api.many": "Several things are wrong with the request",
    "api.json": "The body is not JSON that two readers would understand alike",
    "api.member": "A member of the body is unknown",
    "api.value": "A value has the wrong type or form",
    "api.missing": "Something that is required is missing",
    "api.automation_key": "The automation key is missing, unknown or ended",
    "api.system": "The automation key belongs to another client system",
    "api.multi_tenant": "Drafts are made for single-tenant client systems only",
    "api.organization": "This is no organisation number",
    "api.scope": "The scope cannot be had",
    "api.claim": "The API-specific claim does not fit",
    "api.uri": "The address may not be registered",
    "api.redirect_uris": "Redirect URIs are missing from an update that replaces everything",
    "api.return_address": "The browser may not be sent back to this address",
    "api.client": "The client is not in use",
    "api.production": "Nothing can be created or changed in production now",
    "api.keys": "The client has as many keys as it can have",
    "api.version": "The client has changed since that version",
    "api.idempotency_key": "The Idempotency-Key came with another request before",
    "api.pace": "Too many requests",
    "api.not_found": "There is nothing at this address",
    "api.method": "The method is not allowed here",
    "api.too_large": "The body is too large",
    "api.https": "Use https",
}
KEY_TITLE: Final = "The key cannot be registered"
DENIED_TITLE: Final = "The access token or its proof was refused"


class Fault(NamedTuple):
    """One thing that is wrong; `pointer` is the place in the body (RFC 6901), "" for all of it."""

    code: str
    pointer: str
    detail: str


class Wrong(Refused):
    """A request that is refused, with all that is wrong with it."""

    def __init__(
        self, faults: Sequence[Fault], *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(" ".join(fault.detail for fault in faults))
        self.faults = list(faults)
        self.status = status
        self.headers = headers or {}


def wrong(code: str, detail: str, *, status: int = 400, **headers: str) -> Wrong:
    """Return the refusal of a request as a whole; header fields have _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Wrong([Fault(code, "", detail)], status=status, headers=named)


def stopped() -> Wrong:
    """Return the refusal of a token whose client is not in use any more (RFC 7592 §2.1)."""
    said = "The client has been stopped since the token was issued."
    return wrong("api.client", said, status=401, WWW_Authenticate='DPoP error="invalid_token"')


def title(code: str) -> str:
    """Return what a code is called."""
    if code.startswith("key."):
        return KEY_TITLE
    return TITLES.get(code, DENIED_TITLE)


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer to a place (RFC 6901 §3)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
