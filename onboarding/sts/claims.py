"""What stands in an access token (RFC 9068, with HelseID's claims about the client)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

LIFE: Final = 600  # seconds
TYPE: Final = "at+jwt"
CLIENT: Final = "helseid://claims/client"
MULTI_TENANT: Final = "multi-tenant"


def access_token_claims(
    *,
    issuer: str,
    audience: str,
    client_id: str,
    client_name: str,
    organization: str,
    tenancy: str,
    scopes: Sequence[str],
    api_claims: Mapping[str, str],
    jkt: str,
    now: int,
    life: int = LIFE,
) -> dict[str, Any]:
    """Return the claims of one access token.

    `now` is in seconds since the epoch, `life` in seconds. `organization` is the number of the
    client's owner: the one that is represented where the client is single-tenant, else the
    supplier. `jkt` is empty for an unbound token. The API's own claims come first, so that none of
    them can take the place of one of ours. `scope` is a list, as HelseID writes it.
    """
    role = "orgnr_supplier" if tenancy == MULTI_TENANT else "orgnr_parent"
    return {
        **api_claims,
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "nbf": now,
        "exp": now + life,
        "jti": secrets.token_urlsafe(16),
        "client_id": client_id,
        "sub": client_id,
        "scope": list(scopes),
        **({"cnf": {"jkt": jkt}} if jkt else {}),
        f"{CLIENT}/client_name": client_name,
        f"{CLIENT}/amr": "private_key_jwt",
        f"{CLIENT}/claims/client_tenancy": tenancy,
        f"{CLIENT}/claims/{role}": organization,
    }
