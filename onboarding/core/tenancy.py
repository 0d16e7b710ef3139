"""Tenancy is a queryset and an address. The words here are neutral: apps above name their paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)


class Sees(Protocol):
    """Whoever looks: which organisations' rows, by environment, and whether all of them."""

    @property
    def sees_all(self) -> bool: ...

    @property
    def organizations(self) -> Mapping[str, frozenset[int]]: ...


class TenantQuerySet(models.QuerySet[M]):
    """Rows of an organisation in an environment, found through the two paths.

    `shared_paths` name further organisations that may know the row exists.
    """

    organization_path = "organization"
    environment_path = "environment"
    shared_paths: tuple[str, ...] = ()

    def visible_to(self, actor: Sees) -> Self:
        """Narrow to what this actor may know exists. Views start here, never at `all()`."""
        if actor.sees_all:
            return self
        visible = Q(pk__in=())
        for environment, organizations in actor.organizations.items():
            for path in (self.organization_path, *self.shared_paths):
                visible |= Q(
                    **{self.environment_path: environment, f"{path}__in": list(organizations)}
                )
        return self.filter(visible)

    def of(self, environment: str, organization_id: int) -> Self:
        """Narrow to one organisation's own rows in one environment."""
        return self.filter(
            **{self.environment_path: environment, self.organization_path: organization_id}
        )
