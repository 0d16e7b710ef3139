"""The items of a case as both sides see them: how each stands, and what was said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.forms import Form

from onboarding.checklists.queries import ItemResult
from onboarding.checklists.queries.overview import counted
from onboarding.checklists.states import UNDECIDED, Group, Kind, Verdict
from onboarding.promotion.models import Answer, Case, Comment, Condition, Judgement
from onboarding.promotion.queries.assessing import Assessment

STATES = {
    Verdict.PASS: "ok",
    Verdict.WARN: "warn",
    Verdict.FAIL: "fail",
    Verdict.STALE: "warn",
    Verdict.NOT_APPLICABLE: "none",
}


@dataclass(frozen=True)
class Row:
    """One item, with the last answer, judgement and condition and the thread about it.

    `forms` are what the page offers for it, by what they do.
    """

    result: ItemResult
    state: str
    answer: Answer | None
    judgement: Judgement | None
    condition: Condition | None
    comments: list[Comment]
    forms: dict[str, Form] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.result.item.key

    @property
    def counts(self) -> list[tuple[str, str]]:
        """What the portal counted, in words."""
        return counted(self.result.counts)

    @property
    def answer_text(self) -> str:
        """The choice in words; nothing where the supplier has only written."""
        if self.answer is None:
            return ""
        choices = {choice.key: choice.text for choice in self.result.item.spec.answers}
        return str(choices.get(self.answer.choice, ""))

    @property
    def is_answered(self) -> bool:
        """Whether it is the supplier's to answer, or to write to the reviewer about."""
        return self.result.kind != Kind.PORTAL

    @property
    def is_judged(self) -> bool:
        return self.result.kind == Kind.REVIEWER

    @property
    def is_open(self) -> bool:
        """Whether it bars a decision."""
        return self.result.verdict in UNDECIDED

    @property
    def is_unmet(self) -> bool:
        return self.result.verdict in (Verdict.WARN, Verdict.FAIL)

    @property
    def is_failed(self) -> bool:
        return self.result.verdict == Verdict.FAIL


class Section(NamedTuple):
    """The items of one group of the checklist, and what about them is worth saying at once."""

    group: Group
    rows: list[Row]

    @property
    def yours(self) -> int:
        """How many wait for the supplier."""
        return sum(row.state == "you" for row in self.rows)

    @property
    def unmet(self) -> int:
        return sum(row.state in ("warn", "fail") for row in self.rows)

    @property
    def done(self) -> int:
        return sum(row.state in ("ok", "none") for row in self.rows)

    @property
    def is_open(self) -> bool:
        """Whether to show it unfolded: something has been said there, or went wrong just now."""
        return any(
            row.comments or any(form.errors for form in row.forms.values()) for row in self.rows
        )


def rows(case: Case, assessment: Assessment) -> list[Row]:
    """Return the items of a case in the order of the checklist. One query."""
    threads = _threads(case)
    return [
        Row(
            result,
            _state(result),
            assessment.answers.get(result.item.key),
            assessment.judgements.get(result.item.key),
            assessment.conditions.get(result.item.key),
            threads[result.item.key],
        )
        for result in assessment.results
    ]


def sections(found: Iterable[Row]) -> list[Section]:
    """Return the items by group, in the order of the checklist."""
    grouped: dict[Group, list[Row]] = {}
    for row in found:
        grouped.setdefault(row.result.item.spec.group, []).append(row)
    return [Section(group, members) for group, members in grouped.items()]


class Settled(NamedTuple):
    """Items that need nobody's look, by who settled them."""

    kind: Kind
    rows: list[Row]


def settled(found: Iterable[Row]) -> list[Settled]:
    """Return what the portal has proved and what the supplier has answered well."""
    grouped: dict[Kind, list[Row]] = {}
    for row in found:
        if row.state in ("ok", "none") and not row.is_judged:
            grouped.setdefault(row.result.kind, []).append(row)
    return [Settled(kind, members) for kind, members in grouped.items()]


def for_desk(found: Iterable[Row]) -> dict[str, list[Row] | list[Settled]]:
    """Return the items in the order a reviewer needs them: wrong, open, his own, folded."""
    all_rows = list(found)
    failed = [row for row in all_rows if row.is_failed]
    return {
        "unmet": failed + [row for row in all_rows if row.is_unmet and not row.is_failed],
        "unsettled": [row for row in all_rows if row.is_open and not row.is_judged],
        "judged": [row for row in all_rows if row.is_judged and not row.is_unmet],
        "settled": settled(all_rows),
    }


class Counts(NamedTuple):
    """How the items of a case stand altogether, in the four kinds of the legend."""

    proved: int
    answered: int
    judged: int
    unmet: int
    open: int
    total: int


def counts(found: Iterable[Row]) -> Counts:
    """Return how many items are settled, by whom, and how many are not."""
    all_rows = list(found)
    settled = [row for row in all_rows if row.state in ("ok", "none")]
    return Counts(
        proved=sum(row.result.kind == Kind.PORTAL for row in settled),
        answered=sum(row.result.kind == Kind.SUPPLIER for row in settled),
        judged=sum(row.result.kind == Kind.REVIEWER for row in settled),
        unmet=sum(row.is_unmet for row in all_rows),
        open=len(all_rows) - len(settled) - sum(row.is_unmet for row in all_rows),
        total=len(all_rows),
    )


def general(case: Case) -> list[Comment]:
    """Return what was said of the case as a whole."""
    return list(case.comments.filter(item="").select_related("created_by").order_by("created_at"))


def _threads(case: Case) -> dict[str, list[Comment]]:
    found: dict[str, list[Comment]] = defaultdict(list)
    for comment in case.comments.select_related("created_by").order_by("created_at"):
        found[comment.item].append(comment)
    return found


def _state(result: ItemResult) -> str:
    if result.verdict == Verdict.OPEN:
        return "wait" if result.kind == Kind.REVIEWER else "you"
    return STATES[result.verdict]
