"""Proof of the item about caching tokens (HelseID FK3). Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from onboarding.checklists.facts import Facts, Finding, Request, ids
from onboarding.checklists.states import Verdict

MARGIN: Final = timedelta(seconds=30)
GOOD: Final = 0.05
TOLERABLE: Final = 0.20
GROUPS: Final = 10


def not_asked_for(facts: Facts) -> str:
    """Return why the client never asks for a token by itself, or ""."""
    return "" if facts.setup.machine_to_machine else _("Klienten henter ikke tokener for API-kall.")


def cached(facts: Facts) -> Finding:
    """T01: a token is used until it expires before the next one is asked for."""
    rows = [row for row in facts.requests if row.is_issued and row.token_expires_at]
    if not rows or not _spans_two_lives(rows):
        why = _("Klienten må kjøre i minst to tokenlevetider før mellomlagringen kan måles.")
        return Finding(Verdict.OPEN, why, {"tokens": len(rows)})
    instances = facts.period.instances if facts.period else 1
    groups: dict[tuple[object, ...], list[Request]] = defaultdict(list)
    for row in rows:
        groups[row.client, row.jkt, row.scopes_given, row.token_aud, row.org_ref].append(row)
    early = [row for group in groups.values() for row in _early(group, instances)]
    share = len(early) / len(rows)
    largest = sorted((len(group) for group in groups.values()), reverse=True)[:GROUPS]
    counts = {
        "tokens": len(rows),
        "early": len(early),
        "share": round(share, 3),
        "instances": instances,
        "groups": largest,
    }
    why = _("%(early)d av %(tokens)d tokener ble hentet mens et annet fortsatt gjaldt.") % {
        "early": len(early),
        "tokens": len(rows),
    }
    if share <= GOOD:
        return Finding(Verdict.PASS, why, counts)
    verdict = Verdict.WARN if share <= TOLERABLE else Verdict.FAIL
    return Finding(verdict, why, counts, ids(sorted(early, key=lambda row: row.at)))


def _early(group: list[Request], instances: int) -> list[Request]:
    """Those asked for while as many tokens as there are programs still had time left."""
    alive: list[datetime] = []
    found = []
    for row in group:
        alive = [until for until in alive if row.at < until]
        if len(alive) >= instances:
            found.append(row)
        alive.append(_used_until(row))
    return found


def _used_until(row: Request) -> datetime:
    """Until when a careful client uses a token: somewhat before it expires."""
    expires = row.token_expires_at or row.at
    return expires - min(MARGIN, (expires - row.at) / 2)


def _spans_two_lives(rows: list[Request]) -> bool:
    longest = max((row.token_expires_at or row.at) - row.at for row in rows)
    return rows[-1].at - rows[0].at >= 2 * longest
