"""Keys derived from SECRET_KEY, and secrets sealed with them (AES-256-GCM, HKDF-SHA256)."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE = 12


class Unsealable(Exception):
    """Sealed with a SECRET_KEY that is not among ours, for another purpose, or damaged."""


def derive(purpose: str) -> bytes:
    """Return 32 bytes for one purpose: the same in all processes with the same SECRET_KEY."""
    return _derive(settings.SECRET_KEY, purpose)


def seal(secret: bytes, purpose: str) -> str:
    """Return `secret` encrypted, as base64url; only the same purpose opens it again."""
    nonce = os.urandom(NONCE)
    sealed = nonce + _cipher(settings.SECRET_KEY, purpose).encrypt(nonce, secret, None)
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(text: str, purpose: str) -> bytes:
    """Return what was sealed, with the present SECRET_KEY or one of SECRET_KEY_FALLBACKS.

    Raises Unsealable.
    """
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Unsealable(purpose) from error
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(key, purpose).decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except (InvalidTag, ValueError):
            continue
    raise Unsealable(purpose)


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    return AESGCM(_derive(secret_key, purpose))


@lru_cache(maxsize=64)
def _derive(secret_key: str, purpose: str) -> bytes:
    # As it was first called: another word here would open nothing that was sealed before.
    info = f"onboarding.sts:{purpose}".encode()
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(secret_key.encode())
