"""Which scopes a token gets, and for which API. Pure: no query, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from onboarding.clients.states import Access
from onboarding.sts.refusal import Refusal


class ScopeRow(NamedTuple):
    """A scope of a client: the audience it is for, what the API's owner said, and whether the API
    uses DPoP at all.
    """

    audience: str
    access: str
    uses_dpop: bool


def choose(
    scopes: Mapping[str, ScopeRow], asked: Sequence[str], resource: str | None
) -> tuple[str, tuple[str, ...]]:
    """Return the audience of the token and its scopes, in a fixed order.

    `scopes` are the client's, by name; `asked` empty means all that are granted; `resource` is
    the short name of the API that the token is for (RFC 8707), which narrows either down.
    Raises Refusal: invalid_scope, or invalid_target where the API is unknown or cannot be told
    because the scopes belong to several (ADR 0005).
    """
    _check_asked(scopes, asked)
    granted = {name: row.audience for name, row in scopes.items() if row.access == Access.OK}
    wanted = {name: audience for name, audience in granted.items() if not asked or name in asked}
    if resource is not None:
        if resource not in {row.audience for row in scopes.values()}:
            raise Refusal("invalid_target", "The resource is no API that this client may ask for.")
        wanted = {name: audience for name, audience in wanted.items() if audience == resource}
    if not wanted:
        raise _nothing_granted(scopes, asked, resource)
    audiences = set(wanted.values())
    if len(audiences) > 1:
        raise Refusal(
            "invalid_target",
            "The scopes belong to several APIs, and a token is for one: ask for the scopes of one "
            "API, or name it in the parameter resource.",
        )
    return audiences.pop(), tuple(sorted(wanted))


def _check_asked(scopes: Mapping[str, ScopeRow], asked: Sequence[str]) -> None:
    rows = [scopes.get(name) for name in asked]
    if None in rows:
        raise Refusal("invalid_scope", "A scope is unknown, or is not among those of this client.")
    accesses = {row.access for row in rows if row}
    if Access.DECLINED in accesses:
        raise Refusal("invalid_scope", "The owner of the API has declined access to a scope.")
    if Access.PENDING in accesses:
        raise Refusal("invalid_scope", "A scope waits for approval by the owner of the API.")


def _nothing_granted(
    scopes: Mapping[str, ScopeRow], asked: Sequence[str], resource: str | None
) -> Refusal:
    if asked:
        return Refusal("invalid_target", "None of the scopes belongs to the resource.")
    here = [row for row in scopes.values() if resource in (None, row.audience)]
    if any(row.access == Access.PENDING for row in here):
        return Refusal(
            "invalid_scope", "No scope is ready: they wait for approval by the owner of the API."
        )
    return Refusal("invalid_scope", "This client has no scope to get a token for.")
