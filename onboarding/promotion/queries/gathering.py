"""What goes into the dossier of a case: everything that was said, decided and done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation

from onboarding.audit.chain import GENESIS
from onboarding.audit.models import Event
from onboarding.audit.services import content as event_content
from onboarding.promotion import dossier
from onboarding.promotion.models import Case, Release
from onboarding.promotion.queries import history, paper, saying
from onboarding.promotion.queries.assessing import assess
from onboarding.promotion.reasons import REASONS


def dossier_of(case: Case, at: datetime) -> bytes:
    """Return the dossier of a case as it stands: the same octets for the same facts."""
    assessment = assess(case, at)
    decisions = _decisions(case)
    files = {
        "case.json": _case(case),
        "checklist.json": _checklist(case),
        "answers.json": _answers(case),
        "judgements.json": _judgements(case),
        "comments.json": _comments(case),
        "materials.json": _materials(assessment.subject),
        "decisions.json": decisions,
        "releases.json": _releases(case),
        "events.json": _events(case),
    }
    packed = {name: dossier.canonical(value) for name, value in files.items()}
    with translation.override("nb"):
        packed["case.pdf"] = paper.of(case, assessment, decisions)
    return dossier.pack(str(case.pk), packed)


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "organization": {"name": case.organization.name, "number": case.organization.number},
        "number": case.number,
        "name": case.name,
        "status": case.status,
        "round": case.round,
        "risk": case.risk,
        "is_sensitive": case.is_sensitive,
        "reviewers_needed": case.reviewers_needed,
        "passed_through": case.passed_through,
        "submitted_at": _when(case.submitted_at),
        "decided_at": _when(case.decided_at),
        "digest": case.digest,
        "content": saying.wanted(case),
        "earlier": str(case.earlier_id) if case.earlier_id else None,
    }


def _checklist(case: Case) -> dict[str, Any]:
    items = list(case.checklist.items.order_by("position").values_list("block", flat=True))
    return {
        "number": case.checklist.number,
        "published_at": _when(case.checklist.published_at),
        "sha256": dossier.digest(items),
        "items": items,
    }


def _answers(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "item": row.item,
            "choice": row.choice,
            "text": row.text,
            "at": _when(row.answered_at),
            "by": row.answered_by.name,
        }
        for row in case.answers.select_related("answered_by").order_by("item")
    ]


def _judgements(case: Case) -> dict[str, list[dict[str, Any]]]:
    judged = case.judgements.select_related("judged_by").order_by("item")
    conditions = case.conditions.select_related("set_by").order_by("item")
    return {
        "judgements": [
            {
                "item": row.item,
                "verdict": row.verdict,
                "note": row.note,
                "at": _when(row.judged_at),
                "by": row.judged_by.name,
            }
            for row in judged
        ],
        "conditions": [
            {
                "item": row.item,
                "kind": row.kind,
                "due_on": row.due_on.isoformat(),
                "reason": row.reason,
                "risk": row.risk,
                "at": _when(row.set_at),
                "by": row.set_by.name,
            }
            for row in conditions
        ],
    }


def _comments(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "item": row.item,
            "text": row.text,
            "by_reviewer": row.by_reviewer,
            "at": _when(row.created_at),
            "by": row.created_by.name,
        }
        for row in case.comments.select_related("created_by").order_by("created_at", "pk")
    ]


def _materials(subject: Any) -> list[dict[str, Any]]:
    """What the supplier has shown, by hash: the files themselves stay where they are."""
    return [
        {
            "item": row.item_key,
            "title": row.title,
            "url": row.url,
            "sha256": row.sha256,
            "size": row.size,
            "at": _when(row.added_at),
            "by": row.added_by.name,
            "withdrawn_at": _when(row.withdrawn_at),
        }
        for row in subject.materials.select_related("added_by").order_by("added_at", "pk")
    ]


def _decisions(case: Case) -> list[dict[str, Any]]:
    found = case.decisions.select_related("reviewer").prefetch_related("reasons")
    return [
        {
            "outcome": row.outcome,
            "round": row.round,
            "by": row.reviewer.name if row.reviewer else "",
            "at": _when(row.decided_at),
            "reasons": [str(REASONS[each.code].label) for each in row.reasons.all()],
            "message": row.message,
            "digest": row.digest,
            "snapshot": row.snapshot,
        }
        for row in found.order_by("decided_at", "pk")
    ]


def _releases(case: Case) -> list[dict[str, Any]]:
    found = Release.objects.filter(case=case).select_related("released_by", "back_to")
    return [
        {
            "number": row.number,
            "at": _when(row.released_at),
            "by": row.released_by.name,
            "back_to": row.back_to.number if row.back_to else None,
            "content": row.content,
        }
        for row in found.order_by("number")
    ]


def _events(case: Case) -> list[dict[str, Any]]:
    """The case's events, each with the chain value before it, so that each can be checked alone."""
    found = history.events(case)
    before = Event.objects.filter(seq__in=[event.seq - 1 for event in found])
    chains = dict(before.values_list("seq", "chain"))
    return [
        {
            "content": event_content(event),
            "previous": chains.get(event.seq - 1, GENESIS),
            "chain": event.chain,
        }
        for event in found
    ]


def _when(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
