"""The lives of things as diagrams, drawn from the tables that the code itself goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple, Protocol

from onboarding.clients import states as clients
from onboarding.promotion import states as promotion

HEAD = """# The lives of things

Drawn by `manage.py states` from the tables in `states.py` that services, rules and buttons read; a
test says when this page is behind. An arrow has the name of the act that leads there.
"""


class Step(Protocol):
    """One row of such a table."""

    @property
    def sources(self) -> frozenset[Any]: ...

    @property
    def target(self) -> Any: ...


class Life(NamedTuple):
    """One thing with states: its heading, a sentence, where it begins, and its table."""

    title: str
    text: str
    first: Enum
    steps: Mapping[Any, Step]


LIVES = (
    Life(
        "Case",
        "From test to production: `onboarding/promotion/states.py`. Acts that leave a case where "
        "it is (edit, join, hand over, judge, the first yes of two, the look afterwards) are left "
        "out.",
        promotion.Status.DRAFT,
        promotion.STEPS,
    ),
    Life(
        "Client configuration",
        "`onboarding/clients/states.py`.",
        clients.Status.DRAFT,
        clients.STEPS,
    ),
    Life(
        "A client's access to a scope",
        "`onboarding/clients/states.py`. Access begins granted where nobody has to be asked.",
        clients.Access.PENDING,
        clients.DECISIONS,
    ),
)


def page(lives: Iterable[Life] = LIVES) -> str:
    """Return the whole page, as Markdown with Mermaid."""
    return "\n".join([HEAD, *map(_section, lives)])


def _section(life: Life) -> str:
    arrows = [
        f"    {source.value} --> {step.target.value}: {action.value}"
        for action, step in life.steps.items()
        for source in sorted(step.sources)
        if step.target not in (None, source)
    ]
    reached = list(dict.fromkeys([life.first, *(step.target for step in life.steps.values())]))
    left = {source for step in life.steps.values() for source in step.sources if _leaves(step)}
    ends = [f"    {status.value} --> [*]" for status in reached if status and status not in left]
    drawn = ["stateDiagram-v2", f"    [*] --> {life.first.value}", *arrows, *ends]
    return "\n".join([f"## {life.title}", "", life.text, "", "```mermaid", *drawn, "```", ""])


def _leaves(step: Step) -> bool:
    return any(step.target not in (None, source) for source in step.sources)
