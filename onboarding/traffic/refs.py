"""Keyed hashes in place of values that could be used, or that name a person's business."""

from __future__ import annotations

from binascii import b2a_base64
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

from onboarding.core.sealing import derive

LENGTH = 22  # characters: 128 bits in base64


def ref(value: str) -> str:
    """Return what stands for a value in a trace: 22 characters, the same in all processes.

    Two that are equal tell that the values were; without SECRET_KEY none tells which. Empty for
    an empty value.
    """
    if not value:
        return ""
    octets = value.encode("utf-8", "surrogatepass")
    digest = blake2b(octets, digest_size=16, key=_key(settings.SECRET_KEY)).digest()
    return b2a_base64(digest, newline=False)[:LENGTH].decode()


@lru_cache(maxsize=4)
def _key(secret_key: str) -> bytes:
    return derive("traffic")


# Of what comes again and again: nonces, and the keys of proofs.
cached_ref = lru_cache(maxsize=4096)(ref)
