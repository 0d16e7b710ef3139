"""What the pages show of webhooks."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from onboarding.core.jobs import JobStatus
from onboarding.webhooks.models import Delivery, Endpoint, Try
from onboarding.webhooks.states import Stopped


class EndpointRow(NamedTuple):
    """An address and how it fares: the state's mark, a word and a sentence."""

    endpoint: Endpoint
    state: str
    word: str
    note: str


class DeliveryRow(NamedTuple):
    """One delivery with the mark and the word of its state."""

    delivery: Delivery
    state: str
    word: str


def endpoints(rows: QuerySet[Endpoint]) -> list[EndpointRow]:
    """Return addresses by name, with the state of each. One query."""
    failed = Count("deliveries", filter=Q(deliveries__status=JobStatus.FAILED))
    found = rows.annotate(failed=failed).order_by("name", "pk")
    return [endpoint_row(endpoint) for endpoint in found]


def endpoint_row(endpoint: Endpoint) -> EndpointRow:
    """Return an address with its state in words."""
    match endpoint.stopped_why:
        case Stopped.PERSON:
            note = _("Ingenting blir sendt. Slå på adressen når mottakeren er klar.")
            return EndpointRow(endpoint, "none", _("Slått av"), note)
        case Stopped.FAILING:
            note = _("Adressen tok ikke imot noe på fem dager, så portalen slo den av.")
            return EndpointRow(endpoint, "fail", _("Slått av av portalen"), note)
        case Stopped.GONE:
            note = _("Mottakeren svarte 410: den vil ikke ha flere meldinger.")
            return EndpointRow(endpoint, "fail", _("Slått av av portalen"), note)
    if endpoint.failing_since:
        note = _("Den siste leveringen feilet. Vi prøver igjen, lenger og lenger fra hverandre.")
        return EndpointRow(endpoint, "warn", _("Tar ikke imot"), note)
    return EndpointRow(endpoint, "ok", _("På"), _("Meldinger blir sendt innen noen sekunder."))


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """Return a delivery with its state in words."""
    match delivery.status:
        case JobStatus.PASSED:
            return DeliveryRow(delivery, "ok", _("Levert"))
        case JobStatus.FAILED:
            return DeliveryRow(delivery, "fail", _("Feilet"))
        case JobStatus.RUNNING:
            return DeliveryRow(delivery, "run", _("Sendes"))
    if delivery.tries:
        return DeliveryRow(delivery, "warn", _("Prøver igjen"))
    return DeliveryRow(delivery, "wait", _("I kø"))


class TryRow(NamedTuple):
    """One try, with what came back in words, and whether its code has a page of its own."""

    entry: Try
    text: str
    has_page: bool


def tries(delivery: Delivery) -> list[TryRow]:
    """Return the tries of a delivery, the newest first. One query."""
    return [
        TryRow(entry, _answer(entry), entry.failure.startswith("egress."))
        for entry in delivery.log.order_by("-number")
    ]


def _answer(entry: Try) -> str:
    if entry.status is not None:
        return str(entry.status)
    match entry.failure:
        case "webhook.interrupted":
            return _("Avbrutt hos oss")
        case "webhook.unsealable":
            return _("Hemmeligheten må byttes")
    return entry.failure


def failed(endpoint: Endpoint) -> int:
    """Return how many deliveries have been given up and could be sent again."""
    return endpoint.deliveries.filter(status=JobStatus.FAILED).count()
