"""Standard Webhooks 1.0: secrets in `whsec_` form, and signatures (HMAC-SHA256) of messages."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable

PREFIX = "whsec_"
FIELDS = ("webhook-id", "webhook-timestamp", "webhook-signature")
# How a receiver checks a message, as the catalogue shows it.
PROGRAM = """from standardwebhooks import Webhook

message = Webhook("whsec_…").verify(body, headers)"""


def new_secret() -> str:
    """Return a new secret of 256 random bits, as a receiver's library takes it."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def headers(message_id: str, seconds: int, body: bytes, signers: Iterable[str]) -> dict[str, str]:
    """Return what goes with a message: its id, the time of this try, a signature by each secret."""
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures = [f"v1,{_sign(secret, signed)}" for secret in signers]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
        "Content-Type": "application/json",
    }


def _sign(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
