"""How numbers, dates and times are written for people, in the language that is active.

Dates and clock times follow Språkrådet (day, month, year; a full stop in clock times), and the
parts of one value are held together by hard spaces. Data and interfaces use ISO 8601 instead.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language

HARD_SPACE = "\u00a0"


class Units(NamedTuple):
    """Singular and plural of the units of relative time, smallest first."""

    minute: tuple[str, str]
    hour: tuple[str, str]
    day: tuple[str, str]
    month: tuple[str, str]
    year: tuple[str, str]


class Style(NamedTuple):
    """Everything that differs between languages. Capital letters are Django's date format."""

    day: str
    short_day: str  # of day, month and year
    short_months: str
    table_day: str
    clock: str
    stamp: str
    moment: str  # of a day and a clock time
    near: tuple[str, str, str]  # yesterday, today, tomorrow; of a clock time
    past: str
    future: str
    now: str
    units: Units
    words: str  # zero to twelve
    thousands: str


BOKMAL = Style(
    day="j. F Y",
    short_day="{}. {} {}",
    short_months="jan. feb. mars april mai juni juli aug. sep. okt. nov. des.",
    table_day="d.m.Y",
    clock="H.i",
    stamp="d.m.Y H.i.s",
    moment="{} kl. {}",
    near=("i går kl. {}", "i dag kl. {}", "i morgen kl. {}"),
    past="for {} siden",
    future="om {}",
    now="akkurat nå",
    units=Units(
        ("minutt", "minutter"),
        ("time", "timer"),
        ("dag", "dager"),
        ("måned", "måneder"),
        ("år", "år"),
    ),
    words="null én to tre fire fem seks sju åtte ni ti elleve tolv",
    thousands=HARD_SPACE,
)
ENGLISH = Style(
    day="j F Y",
    short_day="{} {} {}",
    short_months="Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    table_day="j M Y",
    clock="H:i",
    stamp="Y-m-d H:i:s",
    moment="{}, {}",
    near=("yesterday at {}", "today at {}", "tomorrow at {}"),
    past="{} ago",
    future="in {}",
    now="just now",
    units=Units(
        ("minute", "minutes"),
        ("hour", "hours"),
        ("day", "days"),
        ("month", "months"),
        ("year", "years"),
    ),
    words="zero one two three four five six seven eight nine ten eleven twelve",
    thousands=",",
)


def style() -> Style:
    """Return the style of the active language; bokmål for every language without its own."""
    return ENGLISH if (get_language() or "").startswith("en") else BOKMAL


def org_number(number: str) -> str:
    """Return nine digits as three groups ("310 123 455"); anything else as it is."""
    if len(number) != 9 or not number.isdigit():
        return number
    return HARD_SPACE.join((number[:3], number[3:6], number[6:]))


def number(value: int) -> str:
    """Return a whole number with its thousands apart ("12 500")."""
    return f"{value:,}".replace(",", style().thousands)


def in_words(value: int) -> str:
    """Return zero to twelve in letters, greater numbers in figures."""
    words = style().words.split()
    return words[value] if 0 <= value < len(words) else number(value)


def inside(label: str) -> str:
    """Return a label as it reads inside a sentence: "kalle API-et", but "API" as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def day(value: date) -> str:
    """Return a date for a sentence: "5. juni 2026"."""
    return _dated(value, style().day)


def short_day(value: date) -> str:
    """Return a date for a narrow place: "24. nov. 2026"."""
    shown = _local(value)
    words = style()
    month = words.short_months.split()[shown.month - 1]
    return words.short_day.format(shown.day, month, shown.year).replace(" ", HARD_SPACE)


def table_day(value: date) -> str:
    """Return a date for a column of dates: "05.06.2026"."""
    return _dated(value, style().table_day)


def clock(value: datetime) -> str:
    """Return the time of day: "09.05"."""
    return _dated(value, style().clock)


def stamp(value: datetime) -> str:
    """Return date and time to the second, as in traffic and logs: "05.06.2026 09.05.31"."""
    return _dated(value, style().stamp)


def moment(value: datetime, *, now: datetime) -> str:
    """Return a point in time: "i dag kl. 13.41", "24. nov. 2026 kl. 13.41"."""
    away = (_local(value) - _local(now)).days
    if -1 <= away <= 1:
        text = style().near[away + 1].format(clock(value))
    else:
        text = style().moment.format(short_day(value), clock(value))
    return text.replace("kl. ", f"kl.{HARD_SPACE}").replace("i dag", f"i{HARD_SPACE}dag")


def relative(value: datetime, *, now: datetime) -> str:
    """Return how far away a point in time is: "om 12 dager", "for 3 minutter siden".

    Rounded down, so that nothing sounds further away than it is.
    """
    words = style()
    distance = abs(value - now)
    amount = _amount(distance, words.units)
    if amount is None:
        return words.now
    return (words.future if value > now else words.past).format(amount)


def _amount(distance: timedelta, units: Units) -> str | None:
    minutes = int(distance.total_seconds()) // 60
    days = distance.days
    steps = (
        (days // 365 if days >= 730 else 0, units.year),
        (days // 30 if days >= 90 else 0, units.month),
        (days, units.day),
        (minutes // 60, units.hour),
        (minutes, units.minute),
    )
    for count, (one, many) in steps:
        if count:
            return f"{count}{HARD_SPACE}{one if count == 1 else many}"
    return None


def _local(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _dated(value: date, pattern: str) -> str:
    shown = timezone.localtime(value) if isinstance(value, datetime) else value
    return date_format(shown, pattern).replace(" ", HARD_SPACE)
