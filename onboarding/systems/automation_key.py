"""The secret of an automation key. Its digest is stored, so a leaked table opens nothing. Pure."""

import hashlib
import secrets


def new() -> str:
    """Return a new secret: 32 random bytes, base64url (43 characters)."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a secret: its SHA-256, as hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
