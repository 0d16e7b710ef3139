"""The API's description, with the two ways to come in."""

from __future__ import annotations

from typing import Any, Final

from onboarding.selfservice.api import api

SECURITY_SCHEMES: Final = {
    "automation_key": {
        "type": "apiKey",
        "in": "header",
        "name": "api-key",
        "description": "An automation key of a client system. It creates drafts, nothing else.",
    },
    "dpop_token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The word DPoP, a space, and an access token for the scope "
        "nhn:selvbetjening/client. Only the client that it was issued to is reached with it.",
    },
    "dpop_proof": {
        "type": "apiKey",
        "in": "header",
        "name": "DPoP",
        "description": "A DPoP proof (RFC 9449) by the token's key for this method and address, "
        "with ath. It is good for one request within a minute.",
    },
}
_KEY: Final[list[dict[str, list[str]]]] = [{"automation_key": []}]
_TOKEN: Final[list[dict[str, list[str]]]] = [{"dpop_token": [], "dpop_proof": []}]
_HEADERS: Final = {
    name: {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 255, "pattern": "^[ -~]*$"},
        "description": description,
    }
    for name, description in {
        "Idempotency-Key": "Names this request: sent again within a day, it does nothing and gets "
        "the same answer.",
        "If-Match": "The ETag of the client that the change was made from; 412 if it has changed.",
    }.items()
}


def document(prefix: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API at `prefix`, such as /test/api/v1/."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=prefix))
    found["components"] = {**found["components"], "securitySchemes": SECURITY_SCHEMES}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            operation["security"] = _KEY if "client-drafts" in path else _TOKEN
            _as_problems(operation["responses"])
            if named := [_HEADERS[name] for name in _named(method, path)]:
                operation["parameters"] = [*operation.get("parameters", []), *named]
    return found


def _as_problems(responses: dict[Any, Any]) -> None:
    """Refusals have a media type of their own, which ninja cannot say."""
    for status, response in responses.items():
        if int(status) >= 400 and "application/json" in response.get("content", {}):
            content = response["content"]
            content["application/problem+json"] = content.pop("application/json")


def _named(method: str, path: str) -> list[str]:
    """The header fields that a write knows."""
    if method in ("put", "patch"):
        return ["Idempotency-Key", "If-Match"]
    if method == "delete":
        return ["If-Match"]
    return ["Idempotency-Key"] if method == "post" else []
