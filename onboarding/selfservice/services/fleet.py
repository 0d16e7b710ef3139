"""Many customers at once: what a list of them would change, and doing it as often as one likes.

Each customer is one draft, judged and made as that of any software (`drafts`), and answered by
somebody there. Which draft is whose is told by number and key, so nothing is done twice (ADR 31).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftState, DraftStatus, Status
from onboarding.jose.jwk import thumbprint
from onboarding.jose.keys import read_keys
from onboarding.jose.strict import BadJson, strict_json
from onboarding.keys.models import Key
from onboarding.selfservice.content import Change, Content, changes
from onboarding.selfservice.faults import Fault, Wrong
from onboarding.selfservice.queries.offers import offer
from onboarding.selfservice.rules import Offer
from onboarding.selfservice.services import drafts
from onboarding.selfservice.services.drafts import Asked
from onboarding.suppliers.actors import Actor
from onboarding.systems.models import AutomationKey, ClientSystem

# Customers in one transaction: the event log is one queue, and others stand in it too.
STEP: Final = 25


class State(StrEnum):
    """How it is with one customer of the list."""

    NEW = "new"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    FAULTY = "faulty"


class Customer(NamedTuple):
    """One of a list as it was read: `asked` is None where `faults` say why not.

    `number` is what stands there, right or wrong; `place` points at it in what was sent.
    """

    number: str
    place: str
    asked: Asked | None
    faults: list[Fault]


class Line(NamedTuple):
    """How it is with one customer: the draft that is, or was just made, and what is wrong.

    A client may be there without a draft: old ones are deleted.
    `changes` is what a new draft asks for, or where a list asks otherwise than the draft that
    waits: that one stays as it is.
    """

    number: str
    state: State
    draft: ClientDraft | None = None
    client_id: UUID | None = None
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()


class There(NamedTuple):
    """What is known of a customer: the newest draft, or the client that an older one became."""

    client_id: UUID
    draft: ClientDraft | None

    @property
    def is_confirmed(self) -> bool:
        return self.draft is None or self.draft.status == DraftStatus.CONFIRMED

    def state(self, at: datetime) -> DraftState:
        return self.draft.state(at) if self.draft else DraftState.CONFIRMED


Known = dict[tuple[str, str], There]


class _Planned(NamedTuple):
    """A line, and the draft that would be made for it."""

    line: Line
    asked: Asked | None = None
    draft: ClientDraft | None = None


def plan(
    customers: Sequence[Customer], *, key: AutomationKey, at: datetime, again: bool = False
) -> list[Line]:
    """Say of each customer what `apply` would do: a draft for those that are new.

    With `again` whoever has said no counts as new. A private key in the list is barred for ever
    all the same. Raises Wrong for a client system that no drafts are made from.
    """
    offered = offer(drafts.template(key))
    return [each.line for each in _planned(customers, key, at, again, offered)]


def apply(
    customers: Sequence[Customer],
    *,
    key: AutomationKey,
    at: datetime,
    again: bool = False,
    by: Actor | None = None,
) -> list[Line]:
    """Make the drafts that are missing. A customer that is faulty stops nobody else.

    Safe to repeat, also at the same time and after a crash: who has a draft that waits, or has
    answered one, is left alone. A draft that ran out is made anew; with `again` also one that was
    declined. `by` is who does it with the key, unless that is software. Raises Wrong for a client
    system that no drafts are made from.
    """
    offered = offer(drafts.template(key))
    found: list[Line] = []
    for start in range(0, len(customers), STEP):
        step = customers[start : start + STEP]
        found += _made(_planned(step, key, at, again, offered), key, at, again, by)
    return found


def _planned(
    customers: Sequence[Customer], key: AutomationKey, at: datetime, again: bool, offered: Offer
) -> list[_Planned]:
    known = _known([each.asked for each in customers if each.asked], key)
    found = []
    for customer in customers:
        planned = _plan(customer, known, key, at, again, offered)
        if planned.draft:
            known[_of(planned.draft)] = There(planned.draft.pk, planned.draft)
        found.append(planned)
    return found


def _plan(
    customer: Customer,
    known: Known,
    key: AutomationKey,
    at: datetime,
    again: bool,
    offered: Offer,
) -> _Planned:
    asked = customer.asked
    if asked is None:
        return _Planned(Line(customer.number, State.FAULTY, faults=tuple(customer.faults)))
    there = _settled(known.get(_identity(asked)), at, again)
    # A private key has the thumbprint of its public half, and is barred whoever sends it.
    if there and not read_keys(asked.public_jwk).private_thumbprints:
        return _Planned(_there(there, asked, at), asked)
    try:
        draft = drafts.judge(asked, key=key, at=at, offered=offered)
    except Wrong as error:
        faults = (each._replace(pointer=customer.place + each.pointer) for each in error.faults)
        return _Planned(Line(customer.number, State.FAULTY, faults=tuple(faults)))
    wanted = tuple(changes(None, Content.of_json(draft.content)))
    return _Planned(Line(customer.number, State.NEW, changes=wanted), asked, draft)


@transaction.atomic
def _made(
    planned: Sequence[_Planned],
    key: AutomationKey,
    at: datetime,
    again: bool,
    by: Actor | None,
) -> list[Line]:
    """Make what was planned, unless somebody else has made it meanwhile."""
    if not any(each.draft for each in planned):
        return [each.line for each in planned]
    # Lists for one client system come one after the other; what refers to it goes on.
    ClientSystem.objects.select_for_update(no_key=True).get(pk=key.system_id)
    known = _known([each.asked for each in planned if each.draft and each.asked], key)
    return [_make(each, known, key, at, again, by) for each in planned]


def _make(
    planned: _Planned,
    known: Known,
    key: AutomationKey,
    at: datetime,
    again: bool,
    by: Actor | None,
) -> Line:
    line, asked, draft = planned
    if asked is None or line.faults:
        return line
    if there := _settled(known.get(_identity(asked)), at, again):
        return _there(there, asked, at)
    if draft is None:
        return line
    known[_of(draft)] = There(draft.pk, drafts.keep(draft, key=key, at=at, by=by))
    return line._replace(draft=draft, client_id=draft.pk)


def _known(asked: Iterable[Asked], key: AutomationKey) -> Known:
    """Return what there is of the client system for each of these customers and their keys."""
    identities = [_identity(each) for each in asked]
    numbers = {number for number, _print in identities}
    prints = {print_ for _number, print_ in identities}
    clients = Key.objects.filter(
        thumbprint__in=prints,
        client__revision__system=key.system_id,
        client__organization__number__in=numbers,
        client__status__in=[Status.ACTIVE, Status.STOPPED],
    ).values_list("client__organization__number", "thumbprint", "client")
    rows = ClientDraft.objects.filter(
        revision__system=key.system_id, organization_number__in=numbers, thumbprint__in=prints
    )
    found = {(number, print_): There(pk, None) for number, print_, pk in clients}
    for draft in rows.order_by("created_at", "pk"):
        there = found.get(_of(draft))
        # Whoever has a client has it, whatever was asked for once more.
        if there is None or not there.is_confirmed or draft.status == DraftStatus.CONFIRMED:
            found[_of(draft)] = There(draft.pk, draft)
    return found


def _settled(there: There | None, at: datetime, again: bool) -> There | None:
    """Return what is there if it is why the customer is left alone."""
    over = {DraftState.EXPIRED, DraftState.DECLINED} if again else {DraftState.EXPIRED}
    return there if there and there.state(at) not in over else None


def _there(there: There, asked: Asked, at: datetime) -> Line:
    state, draft = State(there.state(at).value), there.draft
    line = Line(asked.organization_number, state, draft, there.client_id)
    if draft is None or state is not State.WAITING:
        return line
    old, new = Content.of_json(draft.content), asked.content
    if not new.scopes:
        new = replace(new, scopes=old.scopes)
    if draft._state.adding:  # of a plan: it stands in the list twice
        line = line._replace(draft=None, client_id=None)
    return line._replace(changes=tuple(changes(old, new)))


def _of(draft: ClientDraft) -> tuple[str, str]:
    return draft.organization_number, draft.thumbprint


def _identity(asked: Asked) -> tuple[str, str]:
    """Return whose draft it is; what is wrong with the key is said where the draft is judged."""
    try:
        print_ = thumbprint(strict_json(asked.public_jwk.encode("utf-8", "surrogatepass")))
    except (BadJson, ValueError, KeyError, TypeError, AttributeError):
        print_ = ""
    return asked.organization_number, print_
