"""Which organisations a supplier may act for, as they stand in traces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from onboarding.checklists.models import Subject
from onboarding.clients.models import ClientChild
from onboarding.suppliers.models import Delegation
from onboarding.suppliers.states import Right
from onboarding.traffic.refs import ref


def refs(subject: Subject, clients: Iterable[UUID]) -> dict[str, datetime | None]:
    """Return what stands in traces for each organisation, with when its delegation ended.

    None where it holds. A supplier needs nobody's leave to act for itself. Two queries.
    """
    ends = _ends(subject)
    children = set(ClientChild.objects.filter(client__in=clients).values_list("number", flat=True))
    return {ref(form): end for number, end in ends.items() for form in _forms(number, children)}


def _ends(subject: Subject) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    given = Delegation.objects.filter(
        environment=subject.environment, to_organization=subject.organization_id, right=Right.USE
    )
    # The newest comes last, and what holds after all that has ended.
    rows = given.order_by("withdrawn_at").values_list("delegator__number", "withdrawn_at")
    for number, ended in rows:
        found[number] = ended
    found[subject.organization.number] = None
    return found


def _forms(number: str, children: Iterable[str]) -> Iterator[str]:
    """How `assertion_details` may name it: bare, as HelseID has it, and with a unit of it."""
    yield number
    yield f"NO:ORGNR:{number}"
    yield f"NO:ORGNR:{number}:"
    for child in children:
        yield f"NO:ORGNR:{number}:{child}"
