"""The address register of the demo: synthetic parties, and the events that made them so."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

PAGE: Final = 5
_FILE = Path(__file__).with_name("events.json")

Event = dict[str, Any]


class UnknownEvent(Exception):
    """No event has that id."""


def events_after(event_id: UUID | None) -> list[Event]:
    """Return the next events, at most a page of them: those after an event, or the first.

    Raises UnknownEvent.
    """
    events = all_events()
    if event_id is None:
        return events[:PAGE]
    for place, event in enumerate(events, start=1):
        if event["eventId"] == str(event_id):
            return events[place : place + PAGE]
    raise UnknownEvent(str(event_id))


def newest_event() -> Event:
    return all_events()[-1]


def parties() -> list[dict[str, Any]]:
    """Return every party as its last event left it, by HER-id."""
    last = {event["herId"]: event["communicationParty"] for event in all_events()}
    return [last[her_id] for her_id in sorted(last)]


@lru_cache(maxsize=1)
def all_events() -> list[Event]:
    """Return all events, the oldest first."""
    events: list[Event] = json.loads(_FILE.read_text(encoding="utf-8"))
    return events
