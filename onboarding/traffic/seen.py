"""What one request let be known about itself, filled in while it is judged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from onboarding.jose.checks import Check
from onboarding.jose.compact import Reading


@dataclass(slots=True)
class Seen:
    """A request to the token endpoint, or to an API that this portal validates.

    `claimed` is the client that it speaks of, which nobody believes yet. The rest is filled in as
    far as the judging came; making it costs a request next to nothing, and the row is made of it
    later, in `facts`. `dpop` is the header field as it came: a proof is noted also where the
    judging did not come as far as `proof`. `nonce` is the one that the answer gave; `token_claims`
    are those of the token that was issued, or used.
    """

    environment: str
    at: datetime
    issuer: str = ""
    token_endpoint: str = ""
    is_api: bool = False
    claimed: str = ""
    revision: UUID | None = None
    leniencies: frozenset[str] = frozenset()
    assertion: Reading | None = None
    token: Reading | None = None
    proof: Reading | None = None
    dpop: str | None = None
    checks: list[Check] = field(default_factory=list)
    asked: Sequence[str] = ()
    given: Sequence[str] = ()
    rejected: Sequence[str] = ()
    token_claims: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    scheme: str = ""
    status: int = 0
    retry_after: int = 0  # seconds that the answer asked to wait for
    error: str = ""
