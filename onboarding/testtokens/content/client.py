"""What test tokens say about the client."""

from __future__ import annotations

from typing import Any, Final

from onboarding.sts.claims import CLIENT
from onboarding.testtokens.schemas import ClientClaimsParameters, ClientTenancyType

# Who test tokens are given to when nobody is named. The organisation does not exist.
CLIENT_ID: Final = "5e1fbe7e-0000-4000-8000-7e577e577e57"
CLIENT_NAME: Final = "Testtoken"
ORGANIZATION: Final = "310000011"
_TENANCIES: Final = {
    ClientTenancyType.MultiTenant: "multi-tenant",
    ClientTenancyType.SingleTenant: "single-tenant",
    ClientTenancyType.NONE: "none",
}


def defaults(scopes: list[str], jti: str) -> dict[str, Any]:
    """Return the claims of a machine of one organisation."""
    return {
        "client_id": CLIENT_ID,
        "sub": CLIENT_ID,
        "scope": scopes,
        "jti": jti,
        f"{CLIENT}/client_name": CLIENT_NAME,
        f"{CLIENT}/amr": "private_key_jwt",
        f"{CLIENT}/claims/client_tenancy": "single-tenant",
        f"{CLIENT}/claims/orgnr_parent": ORGANIZATION,
    }


def given(asked: ClientClaimsParameters) -> dict[str, Any]:
    """Return the claims for the parameters that have a value."""
    tenancy = None
    if asked.client_tenancy and asked.client_tenancy_type is not None:
        tenancy = _TENANCIES[asked.client_tenancy_type]
    found = {
        "client_id": asked.client_id,
        "sub": asked.client_id,
        "scope": list(asked.scope),
        "jti": asked.jti,
        "amr": list(asked.authentication_methods_references),
        "nhn:sfm:journal_id": asked.sfm_journal_id,
        f"{CLIENT}/client_name": asked.client_name,
        f"{CLIENT}/amr": asked.client_authentication_methods_references,
        f"{CLIENT}/claims/client_tenancy": tenancy,
        f"{CLIENT}/claims/orgnr_parent": asked.orgnr_parent,
        f"{CLIENT}/claims/orgnr_child": asked.orgnr_child,
        f"{CLIENT}/claims/orgnr_supplier": asked.orgnr_supplier,
    }
    return {name: value for name, value in found.items() if value}
