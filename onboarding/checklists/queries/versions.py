"""Reads over the versions of the checklist."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from onboarding.checklists.models import ChecklistVersion, Item
from onboarding.checklists.states import Group


class Change(NamedTuple):
    """What a draft does to one item: `kind` is "added", "removed" or "changed".

    `fields` are the members that differ, each with its text before and after.
    """

    key: str
    kind: str
    fields: list[tuple[str, str, str]]


def current_version() -> ChecklistVersion | None:
    """Return the newest published version; None in a portal that has none."""
    return ChecklistVersion.objects.published().order_by("-number").first()


def draft() -> ChecklistVersion | None:
    """Return the version that is being worked on."""
    return ChecklistVersion.objects.filter(published_at=None).first()


def items(version: ChecklistVersion) -> list[Item]:
    """Return the items of a version in their order. One query."""
    return list(version.items.order_by("position"))


def item(version: ChecklistVersion, key: str) -> Item | None:
    """Return one item of a version."""
    return version.items.filter(key=key).first()


def groups(version: ChecklistVersion) -> list[tuple[str, list[Item]]]:
    """Return the items of a version by group, in the order of the groups. One query."""
    order = list(Group)
    ordered = sorted(items(version), key=lambda each: order.index(each.spec.group))
    found = groupby(ordered, key=lambda each: each.spec.group)
    return [(str(group.label), list(members)) for group, members in found]


def changes(version: ChecklistVersion) -> list[Change]:
    """Return what a draft changes of the last published version. Two queries."""
    last = current_version()
    before = {each.key: each.block for each in items(last)} if last else {}
    after = {each.key: each.block for each in items(version)}
    found = []
    for key in sorted(before.keys() | after.keys()):
        fields = _differing(before.get(key, {}), after.get(key, {}))
        if fields:
            kind = "added" if key not in before else "changed" if key in after else "removed"
            found.append(Change(key, kind, fields if kind == "changed" else []))
    return found


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    names = [*before, *(name for name in after if name not in before)]
    return [
        (name, _text(before.get(name, "")), _text(after.get(name, "")))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _text(value: Any) -> str:
    """Return a member of a block in words, a line for each part."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_text(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "\n".join(_text(part) for part in value)
    return str(value)
