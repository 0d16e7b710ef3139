"""The words in which each side is told of the other's moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.environments import Environment
from onboarding.notices.services import notify
from onboarding.promotion.models import Case
from onboarding.promotion.queries import people
from onboarding.suppliers.actors import Actor


class Telling(NamedTuple):
    """Who is told of an event, and in which words."""

    to: Callable[[Case], QuerySet[User]]
    subject: Promise


_SUPPLIER = {
    "promotion.take": gettext_lazy("%(actor)s behandler %(name)s"),
    "promotion.put_back": gettext_lazy("%(name)s er tilbake i køen"),
    "promotion.request_changes": gettext_lazy("%(actor)s ber om endringer i %(name)s"),
    "promotion.approve": gettext_lazy("%(name)s er godkjent"),
    "promotion.approve_with_warnings": gettext_lazy("%(name)s er godkjent med merknader"),
    "promotion.decline": gettext_lazy("%(name)s er ikke godkjent"),
    "promotion.pass_through": gettext_lazy("%(name)s er godkjent uten gjennomgang"),
    "promotion.go_live": gettext_lazy("%(name)s er satt i produksjon"),
    "promotion.roll_back": gettext_lazy("%(name)s er tilbake på forrige produksjonsversjon"),
}
_ASSIGNED = {
    "promotion.resubmit": gettext_lazy("%(name)s er sendt inn på nytt"),
    "promotion.withdraw": gettext_lazy("%(name)s er trukket tilbake"),
    "promotion.hand_over": gettext_lazy("%(actor)s ga deg saken %(name)s"),
    "promotion.endorse": gettext_lazy("%(actor)s har godkjent %(name)s, som trenger to"),
}
_REVIEWERS = {"promotion.submit": gettext_lazy("%(name)s er sendt inn")}
_COMMENT = gettext_lazy("%(actor)s skrev i saken %(name)s")

TOLD: dict[str, Telling] = {
    **{kind: Telling(people.supplier, words) for kind, words in _SUPPLIER.items()},
    **{kind: Telling(people.assigned, words) for kind, words in _ASSIGNED.items()},
    **{kind: Telling(people.reviewers, words) for kind, words in _REVIEWERS.items()},
}


def tell(case: Case, event: Event, by: Actor, *, message: str = "", to_desk: bool = False) -> None:
    """Tell the other side of an event, in the transaction of the act; whoever did it knows.

    `to_desk` says which side a comment is for. What has no words here is nobody's to be told.
    """
    told = _told(event.kind, to_desk=to_desk)
    if told is None:
        return
    is_for_desk = told.to is not people.supplier
    words = {"actor": event.actor, "name": case.name}
    notify(
        users=told.to(case).exclude(pk=by.user_id or 0),
        kind=event.kind,
        subject=lambda: str(told.subject) % words,
        text=lambda: message or _("Se saken for hva som skjer videre."),
        url=_desk_url(case) if is_for_desk else _supplier_url(case),
        dedupe_key=f"case:{case.pk}:{event.seq}",
        at=event.occurred_at,
    )


def _told(kind: str, *, to_desk: bool) -> Telling | None:
    if kind == "promotion.comment":
        return Telling(people.assigned if to_desk else people.supplier, _COMMENT)
    return TOLD.get(kind)


def _supplier_url(case: Case) -> str:
    return reverse("promotion:case", args=[Environment.TEST, case.organization.number, case.pk])


def _desk_url(case: Case) -> str:
    return reverse("desk:case", args=[case.pk])
