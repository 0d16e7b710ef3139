"""What a step shows of a request and an answer: enough to understand it, nothing to use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from onboarding.core.redaction import redact

HIDDEN = frozenset({"client_assertion", "DPoP", "Authorization"})
LONGEST = 2000
# What is shown of an answer; whatever else it holds is nobody's business, or a secret.
METADATA = (
    "issuer",
    "token_endpoint",
    "jwks_uri",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
)
TOKEN = ("token_type", "expires_in", "scope", "error", "error_description", "error_uri")
KEY = ("kid", "kty", "alg", "use")


def request_text(method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> str:
    """Return a request as lines of HTTP, with assertions, proofs and tokens left out."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path or '/'}", f"Host: {parts.netloc}"]
    for name, value in headers.items():
        scheme = f"{value.split()[0]} " if name == "Authorization" else ""
        lines.append(f"{name}: {scheme}…" if name in HIDDEN else f"{name}: {value}")
    lines += [f"  {name}={'…' if name in HIDDEN else value}" for name, value in form.items()]
    return "\n".join(lines)[:LONGEST]


def answer_text(first_line: object, shown: Mapping[str, Any]) -> str:
    """Return a line and a JSON object below it, without anything like a token, cut to 2 kB."""
    return redact(f"{first_line}\n{json_text(shown)}")[:LONGEST]


def json_text(value: Any, indent: str = "") -> str:
    """Return JSON with a line for each member of an object, and lists of plain values on one."""
    inner = f"{indent}  "
    if isinstance(value, Mapping) and value:
        members = (f"{json_text(name)}: {json_text(value[name], inner)}" for name in value)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        members = (json_text(item, inner) for item in value)
    else:
        return json.dumps(value, ensure_ascii=False)
    first, last = "{}" if isinstance(value, Mapping) else "[]"
    lines = ",".join(f"\n{inner}{member}" for member in members)
    return f"{first}{lines}\n{indent}{last}"


def chosen(body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the named members, and that there is an access token, where there is one."""
    token = {"access_token": "…"} if "access_token" in body else {}
    return token | {name: body[name] for name in names if name in body}
