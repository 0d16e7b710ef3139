"""What is shown beside an answer or a judgement: facts that bear on it and decide nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from onboarding.checklists.facts import Facts, Finding, Request, ids
from onboarding.checklists.states import Need


def of(key: str, facts: Facts) -> Finding:
    """Return counts and rows for an item that people settle; none where there are no facts."""
    if key == "U03":
        count = facts.records.security_contact_points if facts.records else 0
        return Finding(None, "", {"security_contacts": count})
    if key not in _BESIDE or facts.period is None or Need.TRACE not in facts.available:
        return Finding(None, "")
    return _BESIDE[key](facts)


def _tested(facts: Facts) -> Finding:
    """U02: which software version made the traffic, for how long, and how much."""
    assert facts.period is not None  # noqa: S101 - of() has seen to it
    days = (facts.at - facts.period.started_at).days
    counts = {
        "software_version": facts.period.software_version or "–",
        "days": days,
        "requests": len(facts.answered),
    }
    return Finding(None, "", counts, ids(facts.answered))


def _fewer_scopes(facts: Facts) -> Finding:
    """T03: what the client did after it was given fewer scopes than it asked for."""
    fewer = [row for row in facts.answered if row.scopes_rejected]
    before: dict[UUID, Request] = {}
    again = 0
    for row in facts.answered:
        if row.client in before:
            again += _asks_the_same(before[row.client], row)
        before[row.client] = row
    counts = {"fewer_scopes": len(fewer), "asked_the_same": again}
    return Finding(None, "", counts, ids(fewer))


def _kept_apart(facts: Facts) -> Finding:
    """M03: how many organisations were named, and whether each had tokens of its own."""
    named = [row for row in facts.requests if row.org_ref]
    owned = {row.org_ref for row in named if row.is_issued}
    counts = {"organisations": len({row.org_ref for row in named}), "with_own_token": len(owned)}
    return Finding(None, "", counts, ids(named))


def _asks_the_same(row: Request, later: Request) -> bool:
    """Whether it asked once more for all that it was not given."""
    missing = set(row.scopes_rejected.split())
    return bool(missing) and missing <= set(later.scopes_asked.split())


_BESIDE: Final[dict[str, Callable[[Facts], Finding]]] = {
    "U02": _tested,
    "T03": _fewer_scopes,
    "M03": _kept_apart,
}
