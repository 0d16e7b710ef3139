"""The paper of a case, for people: what was wanted, how each item stood, who said what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onboarding.core import formats
from onboarding.core.pdf import Paper
from onboarding.promotion import content
from onboarding.promotion.models import Case
from onboarding.promotion.queries import history, items
from onboarding.promotion.queries.assessing import Assessment
from onboarding.promotion.states import Outcome, Risk


def of(case: Case, assessment: Assessment, decisions: list[dict[str, Any]]) -> bytes:
    """Return the PDF of a case, in the language that is active."""
    events = history.events(case)
    title = _("Sak %(number)d: %(name)s") % {"number": case.number, "name": case.name}
    paper = Paper(
        title,
        made_at=events[-1].occurred_at if events else case.created_at,
        language=get_language() or "nb",
        foot=str(case.pk),
    )
    paper.facts(_about(case))
    paper.heading(_("Det som skal i produksjon"))
    paper.facts((line.label, ", ".join(line.values) or "–") for line in _lines(assessment))
    paper.heading(_("Vedtak"))
    for decision in decisions:
        _decision(paper, decision)
    if not decisions:
        paper.paragraph(_("Saken er ikke avgjort."))
    paper.heading(_("Sjekklisten, versjon %(number)d") % {"number": case.checklist.number})
    for row in items.rows(case, assessment):
        _item(paper, row)
    paper.heading(_("Historikk"))
    paper.facts((formats.stamp(line.at), line.text) for line in reversed(history.lines(events)))
    return paper.octets()


def _about(case: Case) -> list[tuple[str, str]]:
    number = formats.org_number(case.organization.number)
    found = [
        (_("Leverandør"), f"{case.organization.name}, {number}"),
        (_("Tilstand"), str(case.get_status_display())),
        (_("Risiko"), str(Risk(case.risk).label)),
    ]
    if case.submitted_at:
        found.append((_("Sendt inn"), formats.stamp(case.submitted_at)))
    if case.digest:
        found.append((_("Avgjort på"), case.digest))
    return found


def _lines(assessment: Assessment) -> list[content.Line]:
    return content.lines(assessment.content)


def _decision(paper: Paper, decision: dict[str, Any]) -> None:
    label = str(Outcome(decision["outcome"]).label)
    at = formats.stamp(datetime.fromisoformat(decision["at"]))
    found = [
        (_("Vedtak"), f"{label}. {decision['by'] or _('Portalen')}, {at}"),
        (_("Gjelder"), decision["digest"]),
    ]
    if decision["reasons"]:
        found.append((_("Grunner"), "; ".join(decision["reasons"])))
    if decision["message"]:
        found.append((_("Melding"), decision["message"]))
    paper.facts(found)


def _item(paper: Paper, row: items.Row) -> None:
    paper.keep_together()
    paper.paragraph(f"{row.key} {row.result.item.spec.requirement}")
    found = [(str(row.result.verdict.label), f"{row.result.kind.label}. {row.result.why}")]
    if row.answer:
        said = f"«{row.answer.text}»" if row.answer.text else ""
        text = ". ".join(part for part in (row.answer_text, said) if part)
        found.append((_("Svar"), text))
    if row.judgement and row.judgement.note:
        found.append((row.judgement.judged_by.name, row.judgement.note))
    if row.condition:
        parts = (formats.day(row.condition.due_on), row.condition.reason, row.condition.risk)
        label = str(row.condition.get_kind_display())
        found.append((label, ". ".join(part for part in parts if part)))
    paper.facts(found)
