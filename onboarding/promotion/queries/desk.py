"""The queue: which cases wait, in which order, and how long cases take."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.accounts.models import User
from onboarding.core import paging
from onboarding.core.orgnumbers import normalized
from onboarding.promotion.models import Case
from onboarding.promotion.models.cases import OURS, CaseQuerySet
from onboarding.promotion.states import SpotCheck, Status, Turn
from onboarding.suppliers.actors import Actor

RECENT = 20
MANY = 100
DAY = 24 * 60 * 60


class Pace(NamedTuple):
    """How long the newest decided cases were with the reviewers: how many, and the median."""

    cases: int
    days: int

    @classmethod
    def measured(cls) -> Pace:
        """Read it: one query. Changes that passed through are no measure."""
        rows = Case.objects.filter(decided_at__isnull=False, passed_through=False)
        newest = rows.order_by("-decided_at").values_list("our_seconds", flat=True)[:RECENT]
        found = list(newest)
        return cls(len(found), whole_days(int(median(found)) if found else 0))


def whole_days(seconds: int) -> int:
    """Return a time as days, begun ones too."""
    return -(-seconds // DAY)


class Place(NamedTuple):
    """Where a case stands among those that wait for the reviewers."""

    number: int
    of: int


def place(case: Case) -> Place:
    """Return the place of a case that waits, or would have if it did now. Two queries."""
    waiting = Case.objects.in_queue().exclude(pk=case.pk)
    total = waiting.count() + 1
    if case.submitted_at is None:
        return Place(total, total)
    before = Q(submitted_at__lt=case.submitted_at) | Q(
        submitted_at=case.submitted_at, pk__lt=case.pk
    )
    return Place(waiting.filter(before).count() + 1, total)


class Filters(NamedTuple):
    """What a reviewer narrows the queue by; "" and 0 narrow nothing."""

    turn: str = Turn.REVIEWER
    risk: str = ""
    supplier: str = ""
    days: int = 0

    @property
    def kept(self) -> dict[str, str]:
        """The filters as an address has them."""
        return {
            "turn": self.turn,
            "risk": self.risk,
            "supplier": self.supplier,
            "days": str(self.days or ""),
        }


def narrowed(rows: CaseQuerySet, filters: Filters, actor: Actor, at: datetime) -> CaseQuerySet:
    """Return those of `rows` that the filters leave. `turn` may also be mine, look or done."""
    found = rows.filter(submitted_at__isnull=False)
    match filters.turn:
        case Turn.REVIEWER:
            found = found.filter(status__in=OURS)
        case Turn.SUPPLIER:
            found = found.filter(status=Status.CHANGES_REQUESTED)
        case "mine":
            mine = Q(reviewer=actor.user_id) | Q(second_reviewer=actor.user_id)
            found = found.filter(mine, status__in=[*OURS, Status.CHANGES_REQUESTED])
        case "look":
            found = found.filter(spot_check=SpotCheck.DRAWN)
    if filters.risk:
        found = found.filter(risk=filters.risk)
    if filters.days:
        found = found.filter(submitted_at__lte=at - timedelta(days=filters.days))
    if filters.supplier:
        number = normalized(filters.supplier)
        named = Q(organization__name__icontains=filters.supplier) | Q(
            name__icontains=filters.supplier
        )
        found = found.filter(named | Q(organization__number__startswith=number))
    return found


def page(rows: CaseQuerySet, cursor: str) -> paging.Page[Case]:
    """Return a page of the queue, the longest waiting first, with what a row shows. One query."""
    related = rows.select_related("organization", "reviewer", "second_reviewer")
    return paging.page(related, cursor, moment="submitted_at", oldest_first=True)


class Row(NamedTuple):
    """One case in the queue: whose it is, for how long it has waited, what is wrong with it."""

    case: Case
    state: str
    word: str
    note: str
    days: int


def row(case: Case, actor: Actor, at: datetime) -> Row:
    """Return how a case shows in the queue of this reviewer."""
    people = [person.name for person in (case.reviewer, case.second_reviewer) if person]
    state, word = "wait", str(case.get_status_display())
    if case.status in OURS and actor.user_id in case.reviewer_ids:
        state, word = "you", _("Din tur")
    elif case.status == Status.SUBMITTED:
        state, word = "none", _("Ledig")
    elif case.turn == Turn.NOBODY:
        state = "fail" if case.status == Status.DECLINED else "ok"
    note = [_(" og ").join(people), *_wrong(case)]
    days = whole_days(case.seconds_of(Turn.REVIEWER, at))
    return Row(case, state, word, ". ".join(part for part in note if part), days)


def _wrong(case: Case) -> list[str]:
    found = []
    if case.fails:
        words = ngettext("%(count)s ikke oppfylt", "%(count)s ikke oppfylt", case.fails)
        found.append(words % {"count": case.fails})
    if case.warns:
        words = ngettext("%(count)s merknad", "%(count)s merknader", case.warns)
        found.append(words % {"count": case.warns})
    if case.reviewers_needed > 1:
        found.append(_("To saksbehandlere"))
    if case.passed_through:
        found.append(_("Gikk gjennom av seg selv"))
    return found


def waiting() -> int:
    """Return how many cases wait for the reviewers, MANY at most. One query."""
    return len(Case.objects.in_queue().values_list("pk")[:MANY])


def receivers(case: Case) -> list[User]:
    """Return the reviewers whom the case can be handed to, by name."""
    others = User.objects.filter(is_reviewer=True, is_active=True)
    part = [case.created_by_id, case.submitter_id, *case.reviewer_ids]
    house = User.objects.filter(memberships__organization=case.organization_id).values("pk")
    return list(others.exclude(pk__in=part).exclude(pk__in=house).order_by("name", "pk")[:100])
