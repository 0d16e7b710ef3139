"""The description of the test token service (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any, Final

from onboarding.testtokens.schemas import TestTokenParameters

_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "isError": {"type": "boolean"},
        "successResponse": {
            "type": ["object", "null"],
            "properties": {
                "accessTokenJwt": {"type": "string"},
                "dPoPProof": {"type": ["string", "null"]},
            },
        },
        "errorResponse": {
            "type": ["object", "null"],
            "properties": {"errorMessage": {"type": "string"}},
        },
    },
    "required": ["isError", "successResponse", "errorResponse"],
}
_EXAMPLE: Final = {"audience": "nhn:cp-api", "clientClaimsParameters": {"orgnrParent": "310000011"}}
_STATUSES: Final = {
    "200": "The token, and the proof if one was asked for.",
    "400": "What was asked for does not hold together; the message says how.",
    "401": "X-Auth-Key is missing, unknown, ended or expired.",
    "429": "The key has been used 60 times within a minute. Retry-After says how long to wait.",
    "503": "Test tokens cannot be made now, or another server issues tokens in test.",
}


def document(prefix: str) -> dict[str, Any]:
    """Return the document for the service at `prefix`, such as /test/ttt/."""
    schema = TestTokenParameters.model_json_schema(
        by_alias=True, ref_template="#/components/schemas/{model}"
    )
    schemas = schema.pop("$defs")
    paths = {
        f"{prefix}v2/create-test-token-with-key": _operation("create", is_old=False),
        f"{prefix}create-test-token-with-key": _operation("create_v1", is_old=True),
        f"{prefix}create-test-token": _operation("create_v0", is_old=True),
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TokenService",
            "version": "2",
            "description": "Tokens to test APIs with, right ones and wrong ones, signed with the "
            "test issuer's key. Names count in any case, enums may be numbers or names, and "
            "what is null or -2147483648 is not set.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, "TestTokenParameters": schema, "TokenResponse": _ANSWER},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"}},
        },
        "security": [{"key": []}],
    }


def _operation(name: str, *, is_old: bool) -> dict[str, Any]:
    ref = {"$ref": "#/components/schemas/TokenResponse"}
    asked = {"$ref": "#/components/schemas/TestTokenParameters"}
    return {
        "post": {
            "operationId": name,
            "tags": ["TokenService"],
            "summary": "Make a token",
            "deprecated": is_old,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": asked, "example": _EXAMPLE}},
            },
            "responses": {
                status: {"description": text, "content": {"application/json": {"schema": ref}}}
                for status, text in _STATUSES.items()
            },
        }
    }
