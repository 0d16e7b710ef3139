"""What a step shows of a request and an answer: enough to understand it, nothing to use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from onboarding.core.egress import Answer

HIDDEN = frozenset({"client_assertion", "DPoP", "Authorization"})
LONGEST = 2000


def request_text(method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> str:
    """Return a request as lines of HTTP, with assertions, proofs and tokens left out."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path or '/'}", f"Host: {parts.netloc}"]
    for name, value in headers.items():
        scheme = f"{value.split()[0]} " if name == "Authorization" else ""
        lines.append(f"{name}: {scheme}…" if name in HIDDEN else f"{name}: {value}")
    lines += [f"  {name}={'…' if name in HIDDEN else value}" for name, value in form.items()]
    return "\n".join(lines)


def answer_text(answer: Answer, body: Mapping[str, Any]) -> str:
    """Return an answer as its status and the given (already redacted) body, cut to 2 kB."""
    shown = json.dumps(body, indent=2, ensure_ascii=False)
    return f"{answer.status}\n{shown}"[:LONGEST]
