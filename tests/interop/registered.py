"""What a supplier takes from the portal to his own program, and what must come of it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import requests
from django.conf import settings

from tests.machines import Machine, claims_of, make_machine

KINDS = ("RS256/2048", "PS256/3072", "ES384")
SCOPE = "nhn:cp-api/access"
NONCE_ROUND = [(400, "use_dpop_nonce"), (200, "")]

Rounds = list[tuple[int, str]]


@dataclass(frozen=True)
class Registered:
    """A client configuration in test: its server, its key, and the API that it calls."""

    issuer: str
    client_id: str
    private_jwk: Mapping[str, str]
    scope: str
    api: str

    @classmethod
    def with_key(cls, kind: str) -> Registered:
        """Register a client with a key of a kind such as "PS256/3072"."""
        return cls.of(make_machine(kind=kind))

    @classmethod
    def of(cls, machine: Machine) -> Registered:
        api = f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents"
        return cls(machine.issuer, machine.client_id, machine.private, SCOPE, api)

    @property
    def token_endpoint(self) -> str:
        return f"{self.issuer}/connect/token"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def noting(rounds: Rounds) -> Any:
    """Return a hook of requests that notes what each token request was answered."""

    def hook(answer: requests.Response, **_: Any) -> None:
        if answer.request.method == "POST":
            rounds.append((answer.status_code, answer.json().get("error", "")))

    return hook


def is_for(given: Registered, access_token: str, jkt: str) -> bool:
    """Tell whether the token is this client's and bound to the key with thumbprint `jkt`."""
    claims = claims_of(access_token)
    return bool(
        claims["iss"] == given.issuer
        and claims["client_id"] == given.client_id
        and claims["scope"] == [given.scope]
        and claims["cnf"] == {"jkt": jkt}
    )
