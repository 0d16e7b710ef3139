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
