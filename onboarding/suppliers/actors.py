"""Who is acting. Built once for a request, then passed to every rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from onboarding.suppliers.states import RANK, Right, Role


@dataclass(frozen=True)
class Actor:
    """Who is acting, with the role and the rights held for each (organisation id, environment).

    A role is a member's; rights are given one by one, also to others (`Delegation`). `unanswered`
    are the environments whose register of rights could not be asked. What an actor may do with
    these is decided in `rules`.
    """

    name: str
    user_id: int | None = None
    is_reviewer: bool = False
    is_operator: bool = False
    is_system: bool = False
    roles: Mapping[tuple[int, str], Role] = field(default_factory=dict)
    rights: Mapping[tuple[int, str], frozenset[Right]] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    # Organisations that the actor may bind to terms of use.
    binds: frozenset[int] = frozenset()

    @property
    def sees_all(self) -> bool:
        return self.is_reviewer or self.is_operator or self.is_system

    @cached_property
    def organizations(self) -> Mapping[str, frozenset[int]]:
        """The organisations of which the actor is a member, by environment."""
        return _by_environment(self.roles)

    @cached_property
    def _reached(self) -> Mapping[str, Mapping[str, frozenset[int]]]:
        return {
            right: _by_environment(
                [*self.roles, *(where for where, held in self.rights.items() if right in held)]
            )
            for right in Right.values
        }

    def reach(self, right: str) -> Mapping[str, frozenset[int]]:
        """The organisations whose rows the actor may see, by environment.

        As a member, or because `right` was given to him; "" stands for rows of members only.
        """
        return self._reached.get(right, self.organizations)

    @property
    def represented(self) -> set[tuple[int, str]]:
        """Each (organisation id, environment) where the actor can do anything at all."""
        return {*self.roles, *self.rights}

    def has(self, role: Role, organization_id: int | None, environment: str) -> bool:
        """Say whether the actor holds `role` or a higher one for the organisation there."""
        held = self.roles.get((organization_id or 0, environment))
        return held is not None and RANK[held] >= RANK[role]

    def can_write_for(self, organization_id: int | None, environment: str) -> bool:
        return self.is_system or self.has(Role.WRITER, organization_id, environment)


def _by_environment(held: Iterable[tuple[int, str]]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for organization, environment in held:
        found.setdefault(environment, set()).add(organization)
    return {environment: frozenset(ids) for environment, ids in found.items()}


SYSTEM = Actor(name="system", is_system=True)
NOBODY = Actor(name="")
