"""How a case stands on its checklist, and the hash of all that is shown of it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from onboarding.checklists import queries as checklists
from onboarding.checklists.models import Subject
from onboarding.checklists.queries import ItemResult
from onboarding.checklists.states import Kind, Verdict
from onboarding.promotion import dossier
from onboarding.promotion.models import Answer, Case, Condition, Judgement
from onboarding.promotion.queries import saying
from onboarding.promotion.states import ConditionKind

KIND_FOR = {Verdict.WARN: ConditionKind.REMARK, Verdict.FAIL: ConditionKind.DEVIATION}


class Assessment:
    """One look at a case: how each item stands, and what a decision binds to.

    `digest` covers what was shown and does not move by itself: what goes into production, the
    set-up, the checklist, how each item stands, answers, judgements and conditions. Traffic goes
    on meanwhile, so what was counted is in `snapshot` alone.
    """

    def __init__(self, case: Case, subject: Subject, at: datetime) -> None:
        self.case = case
        self.subject = subject
        self.answers: dict[str, Answer] = {row.item: row for row in case.answers.order_by("item")}
        self.judgements: dict[str, Judgement] = {
            row.item: row for row in case.judgements.select_related("judged_by").order_by("item")
        }
        self.conditions: dict[str, Condition] = {
            row.item: row for row in case.conditions.order_by("item")
        }
        self.results = checklists.evaluate(
            subject,
            case.checklist,
            answers={item: row.choice for item, row in self.answers.items()},
            judgements={
                item: checklists.Judgement(Verdict(row.verdict), row.note)
                for item, row in self.judgements.items()
            },
            at=at,
        )
        self.setup_hash = checklists.setup_hash(subject)
        self.content = saying.wanted(case)
        self.has_moved_on = saying.has_moved_on(case)

    @cached_property
    def digest(self) -> str:
        return dossier.digest(self.shown)

    @cached_property
    def shown(self) -> dict[str, Any]:
        """What the digest covers."""
        return {
            "case": str(self.case.pk),
            "round": self.case.round,
            "content": self.content,
            "setup_hash": self.setup_hash,
            "checklist": self.case.checklist.number,
            "items": [
                [result.item.key, result.kind.value, result.verdict.value]
                for result in self.results
            ],
            "answers": [[row.item, row.choice, row.text] for row in self.answers.values()],
            "judgements": [[row.item, row.verdict, row.note] for row in self.judgements.values()],
            "conditions": [
                [row.item, row.kind, row.due_on.isoformat(), row.reason, row.risk]
                for row in self.conditions.values()
            ],
        }

    def snapshot(self) -> dict[str, Any]:
        """Return what a decision keeps: what was shown, and the evidence as it stood."""
        evidence = checklists.snapshot(self.results, self.case.checklist)
        return {"shown": self.shown, "evidence": evidence}

    def standing(self, *verdicts: Verdict) -> list[ItemResult]:
        """Return the items that stand so."""
        return [result for result in self.results if result.verdict in verdicts]

    @property
    def unmet(self) -> list[ItemResult]:
        """Items that a yes needs a condition for."""
        return self.standing(Verdict.FAIL, Verdict.WARN)

    @property
    def without_condition(self) -> list[ItemResult]:
        """Items that fail or warn, and have no condition of the right kind yet."""
        return [
            result
            for result in self.unmet
            if result.item.key not in self.conditions
            or self.conditions[result.item.key].kind != KIND_FOR[result.verdict]
        ]

    @property
    def undecided(self) -> list[ItemResult]:
        """Items that bar any yes."""
        return checklists.undecided(self.results)

    @property
    def missing(self) -> list[ItemResult]:
        """Items that stand open on the supplier's side: not proved yet, or not answered."""
        return [result for result in self.undecided if result.kind != Kind.REVIEWER]

    @property
    def reviewers_needed(self) -> int:
        """Two for sensitive scopes and for anything that is let through unmet, else one."""
        kinds = {row.kind for row in self.conditions.values()}
        is_unmet = self.standing(Verdict.FAIL) or ConditionKind.DEVIATION in kinds
        return 2 if self.case.is_sensitive or is_unmet else 1

    @property
    def is_green(self) -> bool:
        """Whether everything is met, with fresh evidence, and nobody is left to judge."""
        good = (Verdict.PASS, Verdict.NOT_APPLICABLE)
        return all(result.verdict in good for result in self.results)


def assess(case: Case, at: datetime) -> Assessment:
    """Look at a case now. Its subject was taken up when the case was begun, or moved on."""
    judged = case.api or case.revision
    assert judged is not None  # noqa: S101 - a constraint: a version or an API
    subject = checklists.subject_of(judged)
    if subject is None:
        raise LookupError(f"case {case.pk} has no subject")
    return Assessment(case, subject, at)
