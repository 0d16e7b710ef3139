"""What happened to a case, in words: read from the event log, which nobody can change."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.audit.models import Event
from onboarding.promotion.models import Case
from onboarding.suppliers.actors import SYSTEM

WORDS: dict[str, Promise] = {
    "promotion.begin": gettext_lazy("%(actor)s begynte på saken"),
    "promotion.newest": gettext_lazy("%(actor)s tok inn versjon %(version)s"),
    "promotion.addresses": gettext_lazy("%(actor)s fylte ut adressene for produksjon"),
    "promotion.answer": gettext_lazy("%(actor)s svarte på %(item)s"),
    "promotion.submit": gettext_lazy("%(actor)s sendte inn saken"),
    "promotion.resubmit": gettext_lazy("%(actor)s sendte inn saken på nytt"),
    "promotion.withdraw": gettext_lazy("%(actor)s trakk saken tilbake"),
    "promotion.take": gettext_lazy("%(actor)s tok saken"),
    "promotion.join": gettext_lazy("%(actor)s ble med som den andre saksbehandleren"),
    "promotion.hand_over": gettext_lazy("%(actor)s ga saken videre til %(to)s"),
    "promotion.put_back": gettext_lazy("%(actor)s la saken tilbake i køen"),
    "promotion.judge": gettext_lazy("%(actor)s vurderte %(item)s"),
    "promotion.condition": gettext_lazy("%(actor)s satte frist for %(item)s"),
    "promotion.comment": gettext_lazy("%(actor)s skrev en kommentar"),
    "promotion.request_changes": gettext_lazy("%(actor)s ba om endringer"),
    "promotion.endorse": gettext_lazy("%(actor)s godkjente, som den første av to"),
    "promotion.approve": gettext_lazy("%(actor)s godkjente saken"),
    "promotion.approve_with_warnings": gettext_lazy("%(actor)s godkjente saken med merknader"),
    "promotion.decline": gettext_lazy("%(actor)s avslo saken"),
    "promotion.pass_through": gettext_lazy("Endringen ble godkjent uten gjennomgang"),
    "promotion.look": gettext_lazy("%(actor)s etterkontrollerte endringen"),
    "promotion.go_live": gettext_lazy(
        "%(actor)s satte produksjonsversjon %(release)s i produksjon"
    ),
    "promotion.roll_back": gettext_lazy(
        "%(actor)s gikk tilbake til denne, som produksjonsversjon %(release)s"
    ),
}


# Done item by item: what one person does so in a row is one sentence on a page.
BY_ITEM = frozenset({"promotion.answer", "promotion.judge", "promotion.condition"})


class Line(NamedTuple):
    at: datetime
    text: str


def subject(case: Case) -> str:
    """Return what the event log calls the case."""
    return f"{case._meta.label_lower}:{case.pk}"


def events(case: Case) -> list[Event]:
    """Return all events of a case, oldest first. One query."""
    return list(Event.objects.filter(subject=subject(case)).order_by("seq"))


def lines(found: list[Event]) -> list[Line]:
    """Return events as sentences, newest first."""
    return [Line(event.occurred_at, _sentence(event)) for event in reversed(found)]


def summed_up(found: list[Event]) -> list[Line]:
    """Return events as sentences, newest first, with the items of one person in a row in one."""
    summed = []
    for _key, group in groupby(reversed(found), key=_together):
        rows = list(group)
        items = dict.fromkeys(str(row.details.get("item", "")) for row in reversed(rows))
        summed.append(
            Line(rows[0].occurred_at, _sentence(rows[0], get_text_list([*items], _("og"))))
        )
    return summed


def _together(event: Event) -> tuple[object, ...]:
    return (event.kind, event.actor) if event.kind in BY_ITEM else (event.seq,)


def reached(found: list[Event]) -> dict[str, Event]:
    """Return the newest event of each kind."""
    return {event.kind: event for event in found}


def _sentence(event: Event, items: str = "") -> str:
    words: dict[str, object] = defaultdict(lambda: "–", event.details)
    if items:
        words["item"] = items
    words["actor"] = _("Portalen") if event.actor == SYSTEM.name else event.actor
    return str(WORDS[event.kind]) % words
