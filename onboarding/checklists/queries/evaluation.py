"""How each item of a checklist stands for a subject, and what a decision keeps of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from onboarding.checklists.facts import Facts, Finding
from onboarding.checklists.models import ChecklistVersion, Item, Subject
from onboarding.checklists.queries import api_checks, gathering, subjects, versions
from onboarding.checklists.rules import beside as besides
from onboarding.checklists.rules import registry
from onboarding.checklists.states import UNDECIDED, Kind, Verdict


class Judgement(NamedTuple):
    """What a reviewer has said about one item: PASS, WARN, FAIL or NOT_APPLICABLE, and why."""

    verdict: Verdict
    note: str = ""


@dataclass(frozen=True)
class ItemResult:
    """How one item stands.

    `kind` is who settles it here: the item's own, or its fallback where the portal has nothing to
    prove it with. `why` is in the reader's language, `counts` what was counted, `rows` the ids of
    the newest traces behind it (20 at most), `seen_at` the moment of looking, and `setup_hash`
    the set-up that was looked at.
    """

    item: Item
    kind: Kind
    verdict: Verdict
    why: str
    counts: dict[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    seen_at: datetime | None = None
    setup_hash: str = ""


def applicable(version: ChecklistVersion, subject: Subject) -> list[Item]:
    """Return the items of a version that concern the subject, in their order. One query."""
    held = subjects.properties(subject)
    return [item for item in versions.items(version) if held & set(item.spec.applies)]


def evaluate(
    subject: Subject,
    version: ChecklistVersion,
    *,
    answers: Mapping[str, str],
    judgements: Mapping[str, Judgement],
    at: datetime,
) -> list[ItemResult]:
    """Return how each applicable item stands at a moment, in the order of the checklist.

    `answers` has the key of the supplier's answer by the item's key, `judgements` what the
    reviewer says. Neither can overrule what the portal proves: there they are not looked at. The
    same number of queries whatever the traffic; nothing is written.
    """
    found_facts, setup_hash = gathering.gather(subject, at)
    facts = api_checks.with_check(found_facts, subject, at)
    found = []
    for item in applicable(version, subject):
        kind, finding = _judge(item, facts, answers, judgements)
        found.append(
            ItemResult(
                item=item,
                kind=kind,
                verdict=finding.verdict or Verdict.OPEN,
                why=finding.why,
                counts=finding.counts,
                rows=tuple(str(row) for row in finding.rows),
                seen_at=at,
                setup_hash=setup_hash,
            )
        )
    return found


def undecided(results: Iterable[ItemResult]) -> list[ItemResult]:
    """Return the items that bar a decision: open ones, and those with stale evidence."""
    return [result for result in results if result.verdict in UNDECIDED]


def snapshot(results: Iterable[ItemResult], version: ChecklistVersion) -> dict[str, Any]:
    """Return what a decision keeps, as JSON: every item's verdict, counts, rows and set-up."""
    return {
        "checklist": version.number,
        "items": [
            {
                "item": result.item.key,
                "kind": result.kind.value,
                "verdict": result.verdict.value,
                "why": result.why,
                "counts": result.counts,
                "rows": list(result.rows),
                "seen_at": result.seen_at.isoformat() if result.seen_at else None,
                "setup_hash": result.setup_hash,
            }
            for result in results
        ],
    }


def _judge(
    item: Item, facts: Facts, answers: Mapping[str, str], judgements: Mapping[str, Judgement]
) -> tuple[Kind, Finding]:
    spec, kind = item.spec, item.spec.kind
    if kind == Kind.PORTAL:
        beside = registry.prove(spec, facts)
        if beside.verdict is not None:
            return kind, beside
        kind = spec.fallback or Kind.REVIEWER
    else:
        beside = besides.of(item.key, facts)
    if kind == Kind.SUPPLIER:
        verdict = spec.verdicts.get(answers.get(item.key, ""))
        return kind, registry.weigh(item.key, verdict, facts, beside)
    judgement = judgements.get(item.key)
    if judgement is None:
        why = f"{beside.why} {_('Saksbehandleren har ikke vurdert punktet.')}".strip()
        return kind, replace(beside, verdict=Verdict.OPEN, why=why)
    why = judgement.note or _("Vurdert av saksbehandleren.")
    return kind, replace(beside, verdict=Verdict(judgement.verdict), why=why)
