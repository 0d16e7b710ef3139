"""What waits on an organisation's people, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.clients import wizard
from onboarding.clients.models import ClientConfiguration, ClientScope, Consent
from onboarding.clients.states import Status
from onboarding.core import formats
from onboarding.core.environments import Environment
from onboarding.core.jobs import JobStatus
from onboarding.smoketests.models import Run
from onboarding.suppliers.requests import TenantRequest
from portal.pages.expiring import Expiry
from portal.pages.journey import concerns

MOST = 5  # of each kind; more are found on the pages behind
RECENT = timedelta(days=30)
MANY = 100


class Row(NamedTuple):
    """One line of the work list, as components/rows.html shows it."""

    state: str
    word: str
    text: str
    url: str = ""
    note: str = ""
    at: datetime | None = None
    aside: str = ""


def waiting(request: TenantRequest, expiries: Sequence[Expiry], at: datetime) -> list[Row]:
    """Return the work list of the organisation represented. Four queries at most."""
    return [
        *_failed_tests(request, at),
        *_expiring_keys(request, expiries, at),
        *_access_requests(request),
        *_drafts(request),
    ]


def heading(count: int, *, left: int, name: str, can_write: bool) -> str:
    """Return the situation as a heading: how much waits, and on whom.

    Where nothing waits, it is how many steps are `left` to the first token. Whoever cannot
    change anything reads of the organisation by its `name`.
    """
    if can_write and count:
        text = ngettext("%(number)s ting venter på deg", "%(number)s ting venter på deg", count)
    elif can_write and left:
        text = ngettext(
            "Ett steg igjen til det første tokenet",
            "%(number)s steg igjen til det første tokenet",
            left,
        )
    elif can_write:
        return _("Ingenting venter på deg")
    elif count:
        text = ngettext(
            "%(number)s ting venter hos %(name)s", "%(number)s ting venter hos %(name)s", count
        )
    else:
        return _("Ingenting venter hos %(name)s") % {"name": name}
    sentence = text % {"number": formats.in_words(count or left), "name": name}
    return sentence[0].upper() + sentence[1:]


def _failed_tests(request: TenantRequest, at: datetime) -> list[Row]:
    later = Run.objects.filter(client=OuterRef("client"), created_at__gt=OuterRef("created_at"))
    runs = (
        Run.objects.visible_to(request.actor)
        .filter(
            concerns(request.organization, "client__"),
            ~Exists(later),
            client__environment=request.environment,
            client__status=Status.ACTIVE,
            status=JobStatus.FAILED,
            queued_at__gte=at - RECENT,
        )
        .select_related("client__organization")
        .order_by("-queued_at", "pk")[:MOST]
    )
    return [
        Row(
            "fail",
            _("Feilet"),
            _("Tokentesten for %(name)s feilet") % {"name": run.client.organization.name},
            _client_url(request, "client", run.client),
            _("Siden for klienten sier hva som var galt, og hvordan det rettes."),
            run.finished_at or run.queued_at,
        )
        for run in runs
    ]


def _expiring_keys(request: TenantRequest, expiries: Sequence[Expiry], at: datetime) -> list[Row]:
    urgent = [expiry for expiry in expiries if not expiry.is_replaced]
    if not urgent:
        return []
    first = urgent[0]
    text = ngettext(
        "En nøkkel går ut snart, for %(name)s",
        "%(count)s nøkler går ut snart, den første for %(name)s",
        len(urgent),
    ) % {"count": formats.in_words(len(urgent)), "name": first.customer}
    note = _("Legg inn en ny før den går ut, så stopper ingenting.")
    aside = formats.relative(first.at, now=at)
    url = _client_url(request, "client", first.client)
    return [Row(first.state, _("Har frist"), text[0].upper() + text[1:], url, note, aside=aside)]


def _access_requests(request: TenantRequest) -> list[Row]:
    pending = (
        ClientScope.objects.visible_to(request.actor)
        .of(request.environment, request.organization.pk)
        .waiting()
    )
    count = len(pending.values_list("pk")[:MANY])
    if request.environment == Environment.PRODUCTION:
        systems = Consent.objects.visible_to(request.actor)
        here = systems.of(request.environment, request.organization.pk).waiting()
        count = min(MANY, count + len(here.values_list("pk")[:MANY]))
    if not count:
        return []
    text = ngettext(
        "Svar på %(count)s tilgangsforespørsel", "Svar på %(count)s tilgangsforespørsler", count
    ) % {"count": _("mange") if count == MANY else formats.in_words(count)}
    note = _("De som spør, får ikke token for scopene før dere har svart.")
    return [Row("you", _("Din tur"), text, _url(request, "clients:requests"), note)]


def _drafts(request: TenantRequest) -> list[Row]:
    drafts = (
        ClientConfiguration.objects.visible_to(request.actor)
        .drafts_begun(request.environment, request.organization.pk)
        .select_related("organization", "revision", "created_by")
        .order_by("-created_at", "pk")[:MOST]
    )
    return [
        Row(
            "you",
            _("Din tur"),
            _("Fullfør klientkonfigurasjonen for %(name)s") % {"name": draft.organization.name},
            _client_url(request, "clients:setup", draft),
            _draft_note(draft),
            draft.created_at,
        )
        for draft in drafts
    ]


def _draft_note(draft: ClientConfiguration) -> str:
    words = {"step": wizard.next_step(draft.step).label, "person": draft.created_by.name}
    return _("Neste steg er «%(step)s». Begynt av %(person)s.") % words


def _url(request: TenantRequest, view: str) -> str:
    return reverse(view, args=[request.environment, request.organization.number])


def _client_url(request: TenantRequest, view: str, client: ClientConfiguration) -> str:
    return reverse(view, args=[request.environment, request.organization.number, client.pk])
