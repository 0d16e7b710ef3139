"""Reads over the drafts of one client system: how far its customers have come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftState, DraftStatus
from onboarding.suppliers.models import Organization

LOOKS = {
    DraftState.WAITING: "wait",
    DraftState.CONFIRMED: "ok",
    DraftState.DECLINED: "fail",
    DraftState.EXPIRED: "none",
}


class Progress(NamedTuple):
    """How many drafts there are, and what became of them."""

    total: int
    confirmed: int
    waiting: int
    declined: int

    @property
    def expired(self) -> int:
        return self.total - self.confirmed - self.waiting - self.declined


class Row(NamedTuple):
    """One draft with its customer's name, if the portal knows it, and its state."""

    draft: ClientDraft
    name: str
    state: DraftState
    look: str


def progress(drafts: QuerySet[ClientDraft], at: datetime) -> Progress:
    """Count drafts by what became of them. One query."""
    counts = drafts.aggregate(
        total=Count("pk"),
        confirmed=Count("pk", filter=Q(status=DraftStatus.CONFIRMED)),
        waiting=Count("pk", filter=Q(status=DraftStatus.WAITING, expires_at__gt=at)),
        declined=Count("pk", filter=Q(status=DraftStatus.DECLINED)),
    )
    return Progress(**counts)


def rows(drafts: Sequence[ClientDraft], at: datetime) -> list[Row]:
    """Return drafts with their customers' names. One query."""
    numbers = {draft.organization_number for draft in drafts}
    known = Organization.objects.filter(number__in=numbers)
    names = dict(known.values_list("number", "name"))
    found = [(draft, draft.state(at)) for draft in drafts]
    return [
        Row(draft, names.get(draft.organization_number, ""), state, LOOKS[state])
        for draft, state in found
    ]
