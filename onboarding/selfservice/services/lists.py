"""Lists of customers that a person has uploaded: a plan to read, and an apply that repeats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.jose.strict import BadJson, strict_json
from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import Fault
from onboarding.selfservice.models import CustomerList
from onboarding.selfservice.services import fleet
from onboarding.selfservice.services.drafts import Asked
from onboarding.selfservice.services.fleet import Customer, Line, State
from onboarding.suppliers.actors import Actor
from onboarding.systems import rules
from onboarding.systems.models import AutomationKey

# What is kept of a key: a private half cannot slip in, whatever else the file holds.
_PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e", "alg", "kid", "use")


@transaction.atomic
def keep(
    customers: Sequence[Customer],
    *,
    name: str,
    key_id: UUID,
    again: bool,
    by: Actor,
    at: datetime,
) -> CustomerList:
    """Keep a list so that its plan can be read; no draft is made.

    Each customer is judged first: of one that is faulty only the faults are kept. A private key
    in the list is barred for ever. Raises NotPermitted, Invalid for a key that has ended, and
    Wrong for a client system that no drafts are made from.
    """
    key = _key(key_id)
    system = key.system
    rules.check_write(by, system.organization_id, system.environment)
    if key.ended_at:
        raise Invalid(_("Nøkkelen er avsluttet. Velg en som er i bruk."), field="key")
    lines = fleet.plan(customers, key=key, at=at, again=again)
    kept = CustomerList.objects.create(
        key=key,
        name=name,
        again=again,
        rows=[_row(each, line) for each, line in zip(customers, lines, strict=True)],
        created_at=at,
        created_by_id=rules.person(by),
    )
    record(
        "customer_list.kept",
        subject=kept,
        actor=by.name,
        at=at,
        organization_id=system.organization_id,
        environment=system.environment,
        system=str(system.pk),
        customers=len(lines),
    )
    return kept


def plan(kept: CustomerList, *, at: datetime) -> list[Line]:
    """Say how it is now with each customer of the list: what `apply` would do, or has done."""
    key = _key(kept.key_id)
    return fleet.plan(_customers(kept), key=key, at=at, again=_asks(kept))


def apply(*, list_id: UUID, by: Actor, at: datetime) -> list[Line]:
    """Make the drafts that are missing, by the key of the list. Safe to repeat.

    Customers that have declined are asked again the first time only. Raises NotPermitted, and
    NotPossibleNow after the key was ended.
    """
    kept = CustomerList.objects.get(pk=list_id)
    key = _key(kept.key_id)
    rules.check_write(by, key.system.organization_id, key.system.environment)
    if key.ended_at:
        raise NotPossibleNow(
            _("Nøkkelen %(name)s er avsluttet. Last opp filen igjen med en annen.")
            % {"name": key.name}
        )
    lines = fleet.apply(_customers(kept), key=key, at=at, again=_asks(kept), by=by)
    CustomerList.objects.filter(pk=list_id, applied_at=None).update(applied_at=at)
    return lines


def forget(*, at: datetime, days: int, limit: int = 100) -> int:
    """Delete at most `limit` lists that are older than `days`; return how many."""
    old = CustomerList.objects.filter(created_at__lt=at - timedelta(days=days))
    oldest = list(old.order_by("created_at").values_list("pk", flat=True)[:limit])
    return CustomerList.objects.filter(pk__in=oldest).delete()[0]


def _asks(kept: CustomerList) -> bool:
    """Whether customers that have declined are asked again: once, not at every repetition."""
    return kept.again and kept.applied_at is None


def _key(key_id: UUID) -> AutomationKey:
    rows = AutomationKey.objects.select_related("system__current", "system__organization")
    return rows.get(pk=key_id)


def _row(customer: Customer, line: Line) -> dict[str, Any]:
    asked = customer.asked
    if asked is None or line.state is State.FAULTY:
        return {"number": customer.number, "faults": [list(fault) for fault in line.faults]}
    return {
        "number": asked.organization_number,
        "key": _public(asked.public_jwk),
        "content": asked.content.to_json(),
        "return_to": asked.return_to,
    }


def _public(text: str) -> dict[str, Any]:
    try:
        jwk = strict_json(text.encode("utf-8", "surrogatepass"))
    except BadJson:
        return {}
    return {name: jwk[name] for name in _PUBLIC if name in jwk}


def _customers(kept: CustomerList) -> list[Customer]:
    return [
        Customer(
            row["number"],
            f"/{index}",
            Asked(
                organization_number=row["number"],
                public_jwk=json.dumps(row["key"]),
                content=Content.of_json(row["content"]),
                return_to=row["return_to"],
            ),
            [],
        )
        if "key" in row
        else Customer(row["number"], f"/{index}", None, [Fault(*each) for each in row["faults"]])
        for index, row in enumerate(kept.rows)
    ]
