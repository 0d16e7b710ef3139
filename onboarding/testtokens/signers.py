"""The keys that test tokens are signed with: the test issuer's, and others that are nobody's.

The environment is a constant: nothing that is configured, sent or stored can make this module
reach for another issuer's key.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from django.conf import settings
from jwcrypto.jwk import JWK

from onboarding.core.environments import Environment
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.generation import generate
from onboarding.sts.issuers import own_issuer
from onboarding.sts.queries import signing_keys
from onboarding.testtokens.tokens import Signed, Signers

ENVIRONMENT: Final = Environment.TEST
# How long tokens of a key that is about to go must still be good: longer than any portion lasts.
A_PORTION: Final = 30.0  # seconds
_FOR_EVER: Final = datetime(2099, 1, 1, tzinfo=UTC)


class NoIssuer(Exception):
    """Another server issues the tokens of the test environment, or ours has no key yet."""


def issuer() -> str:
    """Return the issuer of test tokens. Raises NoIssuer."""
    found = own_issuer(ENVIRONMENT)
    if found is None:
        raise NoIssuer
    return found


def other_issuer() -> str:
    """Return the issuer of the other environment: what test tokens must never be taken for."""
    return str(settings.ISSUERS[Environment.PRODUCTION])


def issuer_key(at: datetime) -> PrivateKey:
    """Return the test issuer's key. Raises NoIssuer."""
    issuer()
    key = signing_keys.signer(ENVIRONMENT, at)
    if key is None:
        raise NoIssuer
    return key


def signers(at: datetime, holder: Mapping[str, str] | None = None) -> Signers:
    """Return the keys of a request; without `holder`, its key is a new one. Raises NoIssuer."""
    private = dict(holder) if holder else generate("ES256")
    made = _nobodys()
    beside = signing_keys.neighbours(ENVIRONMENT, at, shown_for=A_PORTION)
    rolled = {Signed.PREVIOUS: beside.previous, Signed.FOLLOWING: beside.following}
    return replace(
        made,
        issuer=issuer_key(at),
        rolled={how: key for how, key in rolled.items() if key},
        holder=PrivateKey(private),
        holder_private={name: value for name, value in private.items() if name in _MEMBERS},
    )


_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi")


@cache
def _nobodys() -> Signers:
    """Keys that no issuer ever published; each process has its own."""
    jwk = generate("RS256/2048")
    stranger, holder = PrivateKey(jwk), PrivateKey(generate("ES256"))
    return Signers(stranger, holder, {}, stranger, _certificate(jwk), holder)


def _certificate(jwk: Mapping[str, Any]) -> str:
    """A certificate of the key, signed with itself, as a header member `x5c` has it."""
    private = JWK(**jwk).get_op_key("sign")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(_FOR_EVER)
        .sign(private, hashes.SHA256())
    )
    return base64.b64encode(built.public_bytes(serialization.Encoding.DER)).decode()
