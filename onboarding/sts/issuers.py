"""The addresses of the authorization server that ships with the portal.

The rest of the portal knows `settings.ISSUERS` only. Where another server's issuer stands there,
ours is not served.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from onboarding.core.sealing import derive
from onboarding.jose.nonces import Nonces

NONCE_LIFE = 300  # seconds


def own_issuer(environment: str) -> str | None:
    """Return our issuer for an environment, or None where another server has its place."""
    issuer = f"{settings.BASE_URL}/{environment}/sts"
    return issuer if settings.ISSUERS.get(environment) == issuer else None


def token_endpoint(issuer: str) -> str:
    return f"{issuer}/connect/token"


def jwks_uri(issuer: str) -> str:
    return f"{issuer}/.well-known/openid-configuration/jwks"


def nonces(issuer: str) -> Nonces:
    """Return the DPoP nonces of an issuer: the same in all processes, no other issuer's."""
    return _nonces(derive("dpop-nonces"), issuer)


@lru_cache(maxsize=8)
def _nonces(secret: bytes, issuer: str) -> Nonces:
    return Nonces(secret, NONCE_LIFE, audience=issuer)
