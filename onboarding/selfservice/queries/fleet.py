"""Reads over the drafts of one client system: how far its customers have come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftState, DraftStatus
from onboarding.selfservice.models import CustomerList
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem

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


def newest_lists(lists: QuerySet[CustomerList], system: ClientSystem) -> list[CustomerList]:
    """Return the lists that were uploaded for a client system, the newest first, ten at most."""
    mine = lists.filter(key__system=system).defer("rows")
    return list(mine.order_by("-created_at", "-pk")[:10])


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
    names = names_of({draft.organization_number for draft in drafts})
    found = [(draft, draft.state(at)) for draft in drafts]
    return [
        Row(draft, names.get(draft.organization_number, ""), state, LOOKS[state])
        for draft, state in found
    ]


def names_of(numbers: Collection[str]) -> dict[str, str]:
    """Return what organisations are called, by number, where the portal knows them. One query."""
    known = Organization.objects.filter(number__in=numbers)
    return dict(known.values_list("number", "name"))
