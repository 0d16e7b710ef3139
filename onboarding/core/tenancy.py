"""Tenancy is a queryset and an address. The words here are neutral: apps above name their paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)


class Sees(Protocol):
    """Whoever looks: whether at all rows, and else at which organisations', by environment.

    `reach("")` is for members; a named right may let others see some of the rows too.
    """

    @property
    def sees_all(self) -> bool: ...

    def reach(self, right: str) -> Mapping[str, frozenset[int]]: ...


class TenantQuerySet(models.QuerySet[M]):
    """Rows of an organisation in an environment, found through the two paths.

    `shared_paths` name further organisations that may know the row exists. `opened_by` names, by
    path, the right that lets others than members of that organisation see the row.
    """

    organization_path = "organization"
    environment_path = "environment"
    shared_paths: tuple[str, ...] = ()
    opened_by: Mapping[str, str] = {}

    def visible_to(self, actor: Sees) -> Self:
        """Narrow to what this actor may know exists. Views start here, never at `all()`."""
        if actor.sees_all:
            return self
        visible = Q(pk__in=())
        for path in (self.organization_path, *self.shared_paths):
            right = self.opened_by.get(path, "")
            for environment, organizations in actor.reach(right).items():
                visible |= Q(
                    **{self.environment_path: environment, f"{path}__in": list(organizations)}
                )
        return self.filter(visible)

    def of(self, environment: str, organization_id: int) -> Self:
        """Narrow to one organisation's own rows in one environment."""
        return self.filter(
            **{self.environment_path: environment, self.organization_path: organization_id}
        )
