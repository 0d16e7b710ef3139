"""The way through a draft: which steps are answered, which one is next. Pure."""

from __future__ import annotations

from typing import NamedTuple

from onboarding.systems.content import Content, problems
from onboarding.systems.states import Step


class Row(NamedTuple):
    """One step in the list of steps; `state` is one of the page's states (docs/design.md)."""

    step: Step
    view: str
    state: str
    is_current: bool


def progress(content: Content, current: Step) -> list[Row]:
    """Return all steps with how they stand: answered, in need of something, or last."""
    open_steps = {problem.step for problem in problems(content)}

    untouched = Content(content.name)

    def state(step: Step) -> str:
        if step == current:
            return "you"
        is_empty = content.fingerprint(step) == untouched.fingerprint(step)
        return "none" if is_empty or step in open_steps or step == Step.CHECK else "ok"

    return [Row(step, view(step), state(step), step == current) for step in Step]


def view(step: Step) -> str:
    """Return the name of the page of a step."""
    return f"systems:{step.value}"


def number(step: Step) -> int:
    """Return the place of a step among all, from 1."""
    return list(Step).index(step) + 1


def resume_at(content: Content) -> Step:
    """Return the step where whoever left a draft goes on: the first that lacks something."""
    found = problems(content)
    return found[0].step if found else Step.CHECK


def after(step: Step) -> Step:
    """Return the step that follows."""
    steps = list(Step)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]
