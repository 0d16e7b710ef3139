"""The formats of numbers, dates and times, in both languages."""

from datetime import date, datetime, timedelta

import pytest
from django.utils.translation import override

from onboarding.core import formats
from tests.constants import NOON

SPACE = formats.HARD_SPACE


def spaced(text: str) -> str:
    return text.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("310123455", f"310{SPACE}123{SPACE}455"),
        ("31012345", "31012345"),
        ("abcdefghi", "abcdefghi"),
    ],
)
def test_org_number_is_three_groups(number: str, shown: str) -> None:
    assert formats.org_number(number) == shown


@pytest.mark.parametrize(
    ("language", "small", "words", "large"),
    [("nb", "sju", "tolv", f"12{SPACE}500"), ("en", "seven", "twelve", "12,500")],
)
def test_numbers_read_as_the_language_writes_them(
    language: str, small: str, words: str, large: str
) -> None:
    with override(language):
        shown = [
            formats.in_words(7),
            formats.in_words(12),
            formats.in_words(13),
            formats.number(12500),
        ]

    assert shown == [small, words, "13", large]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", ["5. juni 2026", "24. nov. 2026", "05.06.2026", "14.00", "05.06.2026 14.00.00"]),
        ("en", ["5 June 2026", "24 Nov 2026", "5 Jun 2026", "14:00", "2026-06-05 14:00:00"]),
    ],
)
def test_dates_follow_the_language_and_oslo(language: str, expected: list[str]) -> None:
    with override(language):
        shown = [
            formats.day(NOON),
            formats.short_day(date(2026, 11, 24)),
            formats.table_day(NOON),
            formats.clock(NOON),
            formats.stamp(NOON),
        ]

    assert [spaced(text) for text in shown] == expected


@pytest.mark.parametrize(
    ("away", "bokmal", "english"),
    [
        (timedelta(0), "i dag kl. 14.00", "today at 14:00"),
        (timedelta(hours=-15), "i går kl. 23.00", "yesterday at 23:00"),
        (timedelta(days=1), "i morgen kl. 14.00", "tomorrow at 14:00"),
        (timedelta(days=-2), "3. juni 2026 kl. 14.00", "3 Jun 2026, 14:00"),
    ],
)
def test_moment_names_the_days_around_now(away: timedelta, bokmal: str, english: str) -> None:
    shown = []
    for language in ("nb", "en"):
        with override(language):
            shown.append(spaced(formats.moment(NOON + away, now=NOON)))

    assert shown == [bokmal, english]


def test_moment_changes_day_at_midnight_in_oslo() -> None:
    late = datetime.fromisoformat("2026-06-05T21:59:00+00:00")

    with override("nb"):
        same = spaced(formats.moment(late, now=late))
        next_day = spaced(formats.moment(late, now=late + timedelta(minutes=1)))

    assert (same, next_day) == ("i dag kl. 23.59", "i går kl. 23.59")


@pytest.mark.parametrize(
    ("away", "bokmal", "english"),
    [
        (timedelta(seconds=59), "akkurat nå", "just now"),
        (timedelta(minutes=1), "om 1 minutt", "in 1 minute"),
        (timedelta(minutes=-3), "for 3 minutter siden", "3 minutes ago"),
        (timedelta(hours=23, minutes=59), "om 23 timer", "in 23 hours"),
        (timedelta(days=12), "om 12 dager", "in 12 days"),
        (timedelta(days=-89), "for 89 dager siden", "89 days ago"),
        (timedelta(days=90), "om 3 måneder", "in 3 months"),
        (timedelta(days=730), "om 2 år", "in 2 years"),
    ],
)
def test_relative_rounds_down(away: timedelta, bokmal: str, english: str) -> None:
    shown = []
    for language in ("nb", "en"):
        with override(language):
            shown.append(spaced(formats.relative(NOON + away, now=NOON)))

    assert shown == [bokmal, english]


@pytest.mark.parametrize(
    ("label", "inside"),
    [("Kalle API-et", "kalle API-et"), ("API", "API"), ("E-post", "e-post"), ("", "")],
)
def test_label_inside_a_sentence_keeps_its_abbreviations(label: str, inside: str) -> None:
    assert formats.inside(label) == inside
