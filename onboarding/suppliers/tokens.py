"""The secret in an invitation's link. Its digest is stored, so a leaked table opens nothing."""

import hashlib
import secrets


def new() -> str:
    """Return a new token of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256, as hex."""
    return hashlib.sha256(token.encode()).hexdigest()
