"""The API's description, with the two ways to come in that Swagger UI can do."""

from __future__ import annotations

from typing import Any

from onboarding.cpapi.api import api

SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token that is not bound to a key. The API's registration says "
        "whether it takes such tokens.",
    },
    "dpop_token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The word DPoP, a space, and an access token that is bound to a key.",
    },
    "dpop_proof": {
        "type": "apiKey",
        "in": "header",
        "name": "DPoP",
        "description": "A DPoP proof (RFC 9449) by that key for this method and address, with "
        "ath. It is good for one request within a minute.",
    },
}


def document(prefix: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API at `prefix`, such as /test/cp-api/."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=prefix))
    found["components"] = {**found["components"], "securitySchemes": SECURITY_SCHEMES}
    found["security"] = [{"dpop_token": [], "dpop_proof": []}, {"bearer": []}]
    return found
