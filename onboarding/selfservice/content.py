"""What a client's set-up says, in the names of the API: asked for, compared and shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Content:
    """Everything about a client that its software decides. Lists are without doubles, in order.

    `claims` are the API-specific ones, by their type.
    """

    scopes: tuple[str, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()
    children: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the members as they stand in a draft and in an update."""
        return {
            "apiScopes": list(self.scopes),
            "audienceSpecificClientClaims": [
                {"key": key, "value": value} for key, value in self.claims
            ],
            "redirectUris": list(self.redirect_uris),
            "postLogoutRedirectUris": list(self.post_logout_uris),
            "childOrganizationNumbers": list(self.children),
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> Self:
        """Return what to_json() was made from."""
        claims = members["audienceSpecificClientClaims"]
        return cls(
            scopes=tuple(members["apiScopes"]),
            claims=tuple((claim["key"], claim["value"]) for claim in claims),
            redirect_uris=tuple(members["redirectUris"]),
            post_logout_uris=tuple(members["postLogoutRedirectUris"]),
            children=tuple(members["childOrganizationNumbers"]),
        )


class Change(NamedTuple):
    """A member that differs."""

    pointer: str
    before: Any
    after: Any


def changes(before: Content | None, after: Content) -> list[Change]:
    """Return the members that differ; with nothing before, those that hold something."""
    old, new = (before or Content()).to_json(), after.to_json()
    return [Change(f"/{name}", old[name], new[name]) for name in new if old[name] != new[name]]
