"""The picture of the next 60 days. No database."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import translation

from onboarding.clients.models import ClientConfiguration
from onboarding.keys.models import Key
from portal.pages.expiring import LABEL, LEFT, RIGHT, Expiry, timeline
from portal.pages.waiting import heading
from tests.constants import NOON


def expiry(at: datetime, customer: str = "Fjordbyen legekontor") -> Expiry:
    return Expiry(Key(), ClientConfiguration(), customer, at, "warn", "none", "Mangler")


def test_line_begins_today_and_ends_in_sixty_days() -> None:
    ends = [NOON, NOON + timedelta(days=30), NOON + timedelta(days=60), NOON + timedelta(days=99)]

    dots = timeline([expiry(at) for at in ends], NOON).dots

    assert [dot.x for dot in dots] == [LEFT, (LEFT + RIGHT) // 2, RIGHT, RIGHT]
    assert [dot.anchor for dot in dots] == ["start", "middle", "end", "end"]


def test_months_stand_where_they_begin() -> None:
    with translation.override("nb"):
        ticks = timeline([], NOON).ticks

    assert [tick.text.replace("\u00a0", " ") for tick in ticks] == [
        "I dag",
        "1. juli 2026",
        "1. aug. 2026",
    ]
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)


def test_names_do_not_run_into_each_other() -> None:
    near = [expiry(NOON + timedelta(days=day)) for day in (10, 11, 12, 40)]

    dots = timeline(near, NOON).dots

    assert [bool(dot.text) for dot in dots] == [True, False, False, True]
    named = [dot.x for dot in dots if dot.text]
    assert named[1] - named[0] >= LABEL


def test_long_name_is_shortened() -> None:
    name = "Bratteli og Sandvær-Kristoffersen allmennlegefellesskap DA"

    (dot,) = timeline([expiry(NOON, name)], NOON).dots

    assert len(dot.text) <= 30
    assert dot.text.endswith("…")


def test_heading_says_how_much_and_on_whom() -> None:
    with translation.override("nb"):
        said = [heading(count, left=0, name="", can_write=True) for count in (0, 1, 3, 13)]
        begun = [heading(0, left=left, name="", can_write=True) for left in (1, 4)]
        reader = [heading(count, left=4, name="Acme", can_write=False) for count in (0, 2)]

    assert begun == [
        "Ett steg igjen til det første tokenet",
        "Fire steg igjen til det første tokenet",
    ]
    assert said == [
        "Ingenting venter på deg",
        "Én ting venter på deg",
        "Tre ting venter på deg",
        "13 ting venter på deg",
    ]
    assert reader == ["Ingenting venter hos Acme", "To ting venter hos Acme"]
