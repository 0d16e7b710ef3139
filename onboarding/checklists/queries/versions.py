"""Reads over the versions of the checklist."""

from __future__ import annotations

from onboarding.checklists.models import ChecklistVersion, Item


def current_version() -> ChecklistVersion | None:
    """Return the newest published version; None in a portal that has none."""
    return ChecklistVersion.objects.published().order_by("-number").first()


def draft() -> ChecklistVersion | None:
    """Return the version that is being worked on."""
    return ChecklistVersion.objects.filter(published_at=None).first()


def items(version: ChecklistVersion) -> list[Item]:
    """Return the items of a version in their order. One query."""
    return list(version.items.order_by("position"))
