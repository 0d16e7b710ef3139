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


def nonces(server: str) -> Nonces:
    """Return the DPoP nonces of a server (an issuer, or an API that wants them): the same in all
    processes, and no other server's.
    """
    return _nonces(derive("dpop-nonces"), server)


@lru_cache(maxsize=8)
def _nonces(secret: bytes, server: str) -> Nonces:
    return Nonces(secret, NONCE_LIFE, audience=server)
