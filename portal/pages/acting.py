"""Which systems act for an organisation, in the words of whoever knows their names and no more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import lists
from onboarding.clients.rules import configurations as rules
from onboarding.clients.states import UNFINISHED, Access, Action, Status
from onboarding.core import paging
from onboarding.keys.models import Key
from onboarding.keys.queries import SOON
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right


class KeyFact(NamedTuple):
    """A key that works: a short name, when it ends, and whether that is soon."""

    name: str
    expires_at: datetime
    is_soon: bool


class Acting(NamedTuple):
    """One system: what it is, what it may do now, what it waits for, and what can be done."""

    client: ClientConfiguration
    supplier: str
    state: str
    word: str
    sentence: str
    may: list[str]
    waits: list[str]
    keys: list[KeyFact]
    actions: list[Action]


@require_safe
def acting(request: TenantRequest) -> HttpResponse:
    """List what acts for the organisation, newest first, with what it may do and how to stop it."""
    where = request.environment, request.organization.pk
    clients = ClientConfiguration.objects.visible_to(request.actor).of(*where)
    finished = clients.exclude(status__in=UNFINISHED)
    related = finished.select_related(
        "organization", "revision__system__organization"
    ).prefetch_related("scopes__scope__api")
    page = paging.page(related, request.GET.get("after", ""))
    now = timezone.now()
    keys = _keys(request, page.rows, now)
    context = {
        "rows": [_row(request, client, keys[client.pk]) for client in page.rows],
        "read_only": why_read_only(request.actor, where[1], where[0], Right.USE),
        **paging.links(page),
    }
    return render(request, "clients/acting.html", context)


def _row(request: TenantRequest, client: ClientConfiguration, keys: list[KeyFact]) -> Acting:
    scopes = list(client.scopes.all())
    may = lists.in_words(client, Access.OK)
    revision = client.revision
    supplier = revision.system.organization.name if revision else ""
    state = _state(client, bool(may) or not scopes, keys)
    actions = rules.available(client, request.actor)
    return Acting(
        client, supplier, *state, may, lists.in_words(client, Access.PENDING), keys, actions
    )


def _state(
    client: ClientConfiguration, has_access: bool, keys: list[KeyFact]
) -> tuple[str, str, str]:
    if client.status == Status.STOPPED:
        return "none", _("Stanset"), _("Får ikke handle for dere før noen starter det igjen.")
    if not keys:
        return "warn", _("Uten nøkkel"), _("Får ikke handle for dere uten en nøkkel.")
    if not has_access:
        return "wait", _("Venter på API-eier"), _("Kan ikke gjøre noe for dere ennå.")
    if client.last_token_at is None:
        return "ok", _("Kan handle"), _("Kan handle for dere, men har ikke gjort det ennå.")
    return "ok", _("I bruk"), _("Handler for dere.")


def _keys(
    request: TenantRequest, clients: list[ClientConfiguration], now: datetime
) -> defaultdict[UUID, list[KeyFact]]:
    """Return the keys that work, by client. One query."""
    found: defaultdict[UUID, list[KeyFact]] = defaultdict(list)
    mine = Key.objects.visible_to(request.actor)
    rows = mine.filter(client__in=[client.pk for client in clients]).usable(now)
    for key in rows.order_by("expires_at", "pk"):
        fact = KeyFact(key.kid[:8], key.expires_at, key.expires_at <= now + SOON)
        found[key.client_id].append(fact)
    return found
