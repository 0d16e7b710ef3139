"""The last events of an organisation, in words."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.core import formats
from onboarding.suppliers.actors import SYSTEM
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right, Role

SHOWN = 6

# What the front page tells of. An event that is not here is a step of something that is.
WORDS: dict[str, Promise] = {
    "organization.registered": gettext_lazy("%(actor)s registrerte virksomheten"),
    "invitation.sent": gettext_lazy("%(actor)s inviterte en person med rollen «%(role)s»"),
    "invitation.withdrawn": gettext_lazy("%(actor)s trakk tilbake en invitasjon"),
    "invitation.accepted": gettext_lazy("%(actor)s ble med, med rollen «%(role)s»"),
    "membership.role_changed": gettext_lazy("%(actor)s ga %(person)s rollen «%(after)s»"),
    "membership.removed": gettext_lazy("%(actor)s fjernet tilgangen til %(person)s"),
    "right.given": gettext_lazy("%(actor)s ga rettigheten «%(right)s» til %(receiver)s"),
    "right.taken_back": gettext_lazy("%(actor)s tok tilbake «%(right)s» fra %(receiver)s"),
    "organization.opened": gettext_lazy("%(actor)s åpnet virksomheten for andre utviklere"),
    "organization.closed": gettext_lazy("%(actor)s stengte virksomheten for andre utviklere"),
    "supplier.apply": gettext_lazy("%(actor)s søkte om godkjenning som leverandør"),
    "supplier.withdraw": gettext_lazy("%(actor)s trakk søknaden om godkjenning"),
    "supplier.approve": gettext_lazy("%(actor)s godkjente virksomheten som leverandør"),
    "supplier.decline": gettext_lazy("%(actor)s avslo søknaden om godkjenning"),
    "supplier.suspend": gettext_lazy("%(actor)s suspenderte virksomheten i produksjon"),
    "supplier.resume": gettext_lazy("%(actor)s opphevet suspensjonen"),
    "supplier.end": gettext_lazy("%(actor)s avsluttet godkjenningen"),
    "contact_point.added": gettext_lazy("%(actor)s la inn et kontaktpunkt"),
    "contact_point.verified": gettext_lazy("Et kontaktpunkt ble bekreftet"),
    "contact_point.removed": gettext_lazy("%(actor)s fjernet et kontaktpunkt"),
    "change.acknowledged": gettext_lazy("%(actor)s kvitterte for endringen «%(title)s»"),
    "terms.accepted": gettext_lazy("%(actor)s godtok bruksvilkårene, versjon %(version)s"),
    "membership.may_bind": gettext_lazy("%(actor)s merket at %(person)s har signaturrett"),
    "membership.may_not_bind": gettext_lazy("%(actor)s fjernet signaturretten til %(person)s"),
    "package.made": gettext_lazy("%(actor)s laget pakken %(name)s"),
    "package.ended": gettext_lazy("%(actor)s avsluttet pakken %(name)s"),
    "webhook.added": gettext_lazy("%(actor)s la til webhooken %(name)s"),
    "webhook.changed": gettext_lazy("%(actor)s endret webhooken %(name)s"),
    "webhook.secret_changed": gettext_lazy("%(actor)s byttet hemmeligheten til %(name)s"),
    "webhook.stopped": gettext_lazy("%(actor)s slo av webhooken %(name)s"),
    "webhook.started": gettext_lazy("%(actor)s slo på webhooken %(name)s"),
    "webhook.removed": gettext_lazy("%(actor)s fjernet webhooken %(name)s"),
    "key.expiring": gettext_lazy("En nøkkel for %(client)s går ut om %(days_left)s dager"),
    "api.create": gettext_lazy("%(actor)s beskrev API-et %(api)s"),
    "api.change": gettext_lazy("%(actor)s endret API-et %(api)s"),
    "scope.add": gettext_lazy("%(actor)s la til scopet %(scope)s i %(api)s"),
    "scope.change": gettext_lazy("%(actor)s endret scopet %(scope)s i %(api)s"),
    "scope.remove": gettext_lazy("%(actor)s fjernet scopet %(scope)s fra %(api)s"),
    "system.create": gettext_lazy("%(actor)s begynte på klientsystemet %(name)s"),
    "system.publish": gettext_lazy("%(actor)s publiserte %(name)s, versjon %(version)s"),
    "draft.declined": gettext_lazy("%(actor)s avslo en klientkladd"),
    "client.finished": gettext_lazy("%(actor)s laget klientkonfigurasjonen for %(client)s"),
    "client.updated": gettext_lazy("Programvaren endret klienten for %(client)s"),
    "claim_value.approve": gettext_lazy("%(actor)s godkjente en ny verdi for %(client)s"),
    "claim_value.decline": gettext_lazy("%(actor)s avslo en ny verdi for %(client)s"),
    "client.stopped": gettext_lazy("%(actor)s stanset klienten for %(client)s"),
    "client.resumed": gettext_lazy("%(actor)s startet klienten for %(client)s igjen"),
    "client.leniency_on": gettext_lazy("%(actor)s slo på et testunntak for %(client)s"),
    "client.leniency_off": gettext_lazy("%(actor)s slo av et testunntak for %(client)s"),
    "automation_key.made": gettext_lazy("%(actor)s laget automatiseringsnøkkelen «%(name)s»"),
    "automation_key.ended": gettext_lazy("%(actor)s avsluttet automatiseringsnøkkelen «%(name)s»"),
    "key.registered": gettext_lazy("%(actor)s la inn en ny nøkkel for %(client)s"),
    "key.revoked": gettext_lazy("%(actor)s sperret en nøkkel for %(client)s"),
    "key.proved": gettext_lazy("En nøkkel for %(client)s ble verifisert"),
    "key.shared_prime": gettext_lazy("En nøkkel for %(client)s har en kjent svakhet"),
    "key.making_failed": gettext_lazy("Portalen fikk ikke laget nøkkel for %(client)s"),
    "token_key.made": gettext_lazy("%(actor)s laget en nøkkel til testtokener"),
    "token_key.ended": gettext_lazy("%(actor)s avsluttet en nøkkel til testtokener"),
    "api_check.passed": gettext_lazy("API-sjekken er ferdig, uten funn"),
    "api_check.failed": gettext_lazy("API-sjekken er ferdig, med funn"),
    "evidence.begin_period": gettext_lazy("%(actor)s begynte en ny måleperiode"),
    "material.add": gettext_lazy("%(actor)s la ved dokumentasjon til kodegjennomgangen"),
    "material.withdraw": gettext_lazy("%(actor)s trakk tilbake dokumentasjon"),
    "smoketest.passed": gettext_lazy("Tokentesten for %(client)s ble bestått"),
    "smoketest.failed": gettext_lazy("Tokentesten for %(client)s feilet"),
    "promotion.submit": gettext_lazy("%(actor)s sendte inn saken om %(name)s"),
    "promotion.request_changes": gettext_lazy("%(actor)s ba om endringer i saken om %(name)s"),
    "promotion.approve": gettext_lazy("%(actor)s godkjente %(name)s for produksjon"),
    "promotion.approve_with_warnings": gettext_lazy(
        "%(actor)s godkjente %(name)s for produksjon, med merknader"
    ),
    "promotion.decline": gettext_lazy("%(actor)s avslo saken om %(name)s"),
    "promotion.withdraw": gettext_lazy("%(actor)s trakk tilbake saken om %(name)s"),
    "promotion.pass_through": gettext_lazy("%(name)s ble godkjent uten gjennomgang"),
    "promotion.go_live": gettext_lazy("%(actor)s satte %(name)s i produksjon"),
    "release.make": gettext_lazy("%(actor)s satte %(name)s i produksjon"),
    "release.roll_back": gettext_lazy("%(actor)s tok %(name)s tilbake til forrige versjon"),
    "consent.ask": gettext_lazy("%(actor)s ba om %(scope)s i produksjon for %(system)s"),
    "consent.approve": gettext_lazy("%(actor)s sa ja til %(scope)s i produksjon for %(system)s"),
    "consent.decline": gettext_lazy("%(actor)s sa nei til %(scope)s i produksjon for %(system)s"),
    "access.approve": gettext_lazy("%(actor)s godkjente %(scope)s for %(client)s"),
    "access.decline": gettext_lazy("%(actor)s avslo %(scope)s for %(client)s"),
}


class Happening(NamedTuple):
    """One line of the log: when, what, and the client that it concerns, if that has a page here."""

    at: datetime
    text: str
    client_id: UUID | None


def happenings(request: TenantRequest) -> list[Happening]:
    """Return the newest events that concern the organisation represented. Three queries."""
    environment, organization_id = request.environment, request.organization.pk
    events = list(
        Event.objects.filter(
            environment=environment, organization_id=organization_id, kind__in=WORDS
        ).order_by("-seq")[:SHOWN]
    )
    concerned = {event.seq: _client_id(event) for event in events}
    ids = {pk for pk in concerned.values() if pk}
    rows = ClientConfiguration.objects.filter(pk__in=ids)
    names = dict(rows.values_list("pk", "organization__name"))
    pages = set(
        ClientConfiguration.objects.visible_to(request.actor)
        .at(environment, organization_id)
        .filter(pk__in=ids)
        .values_list("pk", flat=True)
    )
    return [
        Happening(event.occurred_at, sentence(event, names), _among(concerned[event.seq], pages))
        for event in events
    ]


def sentence(event: Event, names: dict[UUID, str]) -> str:
    """Return the event as a sentence; `names` says what clients are called."""
    words: dict[str, object] = defaultdict(lambda: "–", event.details)
    words["actor"] = _("Portalen") if event.actor == SYSTEM.name else event.actor
    for key in ("role", "after"):
        if (value := str(words.get(key))) in Role.values:
            words[key] = formats.inside(str(Role(value).label))
    if words.get("right") in Right.values:
        words["right"] = Right(str(words["right"])).label
    client_id = _client_id(event)
    words["client"] = names.get(client_id, _("en klient")) if client_id else _("en klient")
    return str(WORDS[event.kind]) % words


def _client_id(event: Event) -> UUID | None:
    """Return the client that an event concerns: its subject, or one that it names."""
    model, _dot, pk = event.subject.partition(":")
    text = pk if model == "clients.clientconfiguration" else ""
    text = text or str(event.details.get("client") or event.details.get("client_id") or "")
    try:
        return UUID(text)
    except ValueError:
        return None


def _among(client_id: UUID | None, pages: set[UUID]) -> UUID | None:
    return client_id if client_id in pages else None
