"""Geometry of the pictures. The server computes it, so that pages need no script to draw."""

from __future__ import annotations

from itertools import pairwise
from textwrap import shorten, wrap
from typing import NamedTuple

LINE = 16  # characters that fit in a box of the wide drawing
BOX_WIDTH, GAP = 160, 30
TALL_BOX, TALL_STEP = 80, 104


class Link(NamedTuple):
    """One link of a chain: its state, what it is, its name and a few words on how it is."""

    state: str
    kind: str
    name: str
    note: str


class Box(NamedTuple):
    """A link with its place in both drawings; `name` is cut into at most two lines."""

    link: Link
    x: int
    y: int
    lines: list[str]
    name: str


class Join(NamedTuple):
    """The line to the next box. It has the state of the weaker end."""

    state: str
    across: str
    down: str


class Chain(NamedTuple):
    """Two drawings of one chain: side by side, and one above the other."""

    boxes: list[Box]
    joins: list[Join]
    width: int
    height: int


# What stops a chain, worst first.
_WORST = ("fail", "wait", "none", "you", "run", "warn", "ok")


def chain(links: list[Link]) -> Chain:
    """Return the drawings of `links`, from the customer's end to the key's."""
    boxes = [
        Box(
            link,
            i * (BOX_WIDTH + GAP),
            i * TALL_STEP,
            _lines(link.name),
            shorten(link.name, 36, placeholder="…"),
        )
        for i, link in enumerate(links)
    ]
    joins = [
        Join(
            min(left.link.state, right.link.state, key=_WORST.index),
            f"M{left.x + BOX_WIDTH} 62h{GAP}",
            f"M28 {left.y + TALL_BOX}v{TALL_STEP - TALL_BOX}",
        )
        for left, right in pairwise(boxes)
    ]
    last = boxes[-1]
    return Chain(boxes, joins, last.x + BOX_WIDTH, last.y + TALL_BOX)


def _lines(name: str) -> list[str]:
    """Cut a name into two lines of a box; what does not fit ends in an ellipsis."""
    first, *rest = wrap(name, LINE, break_long_words=False)
    lines = [_fitted(line) for line in (first, *rest[:1])]
    if rest[1:] and not lines[1].endswith("…"):
        lines[1] = lines[1][: LINE - 1].rstrip() + "…"
    return lines


def _fitted(line: str) -> str:
    return line if len(line) <= LINE else line[: LINE - 1] + "…"


class Column(NamedTuple):
    """One column of a diagram: what it stands for, and how many of each of two kinds."""

    label: str
    good: int
    bad: int


class Bar(NamedTuple):
    """A column with its place: the bad lies on the good, "" where there is none of it.

    As text, because a template would write numbers as people do, with commas.
    """

    column: Column
    x: str
    width: str
    good_y: str
    good_height: str
    bad_y: str
    bad_height: str


class Diagram(NamedTuple):
    """Columns side by side, with the number that the line at the top stands for."""

    bars: list[Bar]
    top: int
    width: int
    height: int


DIAGRAM_HEIGHT, HEADROOM = 92.0, 14.0  # of the base line; of the line at the top


def diagram(columns: list[Column], *, width: int) -> Diagram:
    """Return the geometry of `columns` in a drawing of that width; what is there can be seen.

    The smallest number gets two units of height, however large the largest is.
    """
    top = _round_up(max((column.good + column.bad for column in columns), default=0))
    step = width / max(1, len(columns))
    scale = (DIAGRAM_HEIGHT - HEADROOM) / top
    bars = []
    for n, column in enumerate(columns):
        good, bad = (max(2.0, count * scale) if count else 0.0 for count in column[1:])
        good_y = DIAGRAM_HEIGHT - good
        bars.append(
            Bar(
                column,
                f"{n * step + step * 0.15:.1f}",
                f"{step * 0.7:.1f}",
                f"{good_y:.1f}",
                f"{good:.1f}" if good else "",
                f"{max(HEADROOM - 4, good_y - bad):.1f}",
                f"{bad:.1f}" if bad else "",
            )
        )
    return Diagram(bars, top, width, int(DIAGRAM_HEIGHT) + 20)


def _round_up(count: int) -> int:
    """The next number that people count in: 1, 2, 5, 10, 20, 50 and so on."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if count <= factor * size:
                return factor * size
        size *= 10
