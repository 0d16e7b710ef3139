"""Who is acting. Built once for a request, then passed to every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from onboarding.suppliers.states import RANK, Role


@dataclass(frozen=True)
class Actor:
    """Who is acting, with the role held for each (organisation id, environment)."""

    name: str
    user_id: int | None = None
    is_reviewer: bool = False
    is_operator: bool = False
    is_system: bool = False
    roles: Mapping[tuple[int, str], Role] = field(default_factory=dict)

    @property
    def sees_all(self) -> bool:
        return self.is_reviewer or self.is_operator or self.is_system

    @cached_property
    def organizations(self) -> Mapping[str, frozenset[int]]:
        found: dict[str, set[int]] = {}
        for organization, environment in self.roles:
            found.setdefault(environment, set()).add(organization)
        return {environment: frozenset(ids) for environment, ids in found.items()}

    def has(self, role: Role, organization_id: int | None, environment: str) -> bool:
        """Say whether the actor holds `role` or a higher one for the organisation there."""
        held = self.roles.get((organization_id or 0, environment))
        return held is not None and RANK[held] >= RANK[role]

    def can_write_for(self, organization_id: int | None, environment: str) -> bool:
        return self.is_system or self.has(Role.WRITER, organization_id, environment)


SYSTEM = Actor(name="system", is_system=True)
NOBODY = Actor(name="")
