"""The list of an organisation's client configurations, with the state of each in words."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.clients import wizard
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import UNFINISHED, Access, Status
from onboarding.core import paging
from onboarding.systems.models import ClientSystem

MOST_DRAFTS = 20


class Row(NamedTuple):
    """A finished client and how it fares: the state's mark, a word and a sentence."""

    client: ClientConfiguration
    state: str
    word: str
    note: str


class Draft(NamedTuple):
    """A draft and the name of the step that it waits at."""

    client: ClientConfiguration
    step: wizard.WizardStep


def finished(
    clients: QuerySet[ClientConfiguration], text: str, cursor: str
) -> paging.Page[ClientConfiguration]:
    """Return a page of `clients` that are or were in use. `text`: part of a name, or a client ID.

    Two queries, however many there are.
    """
    found = clients.exclude(status__in=UNFINISHED)
    if text:
        found = found.filter(_matches(text))
    related = found.select_related("revision", "organization").prefetch_related("scopes")
    return paging.page(related, cursor)


def rows(clients: list[ClientConfiguration]) -> list[Row]:
    """Return `clients` with the state of each. No queries: `scopes` are prefetched."""
    return [_row(client) for client in clients]


def drafts(clients: QuerySet[ClientConfiguration]) -> list[Draft]:
    """Return drafts, the newest first, with where each goes on. One query."""
    related = clients.select_related("organization", "revision", "created_by")
    found = related.order_by("-created_at", "-pk")[:MOST_DRAFTS]
    return [Draft(client, wizard.next_step(client.step)) for client in found]


def in_words(client: ClientConfiguration, access: Access) -> list[str]:
    """Return what scopes with this answer let a client do, as their owners describe it.

    The API's name where they do not. Reads `client.scopes` with their APIs: prefetch them for many.
    """
    rows = [row.scope for row in client.scopes.all() if row.access == access]
    return sorted({scope.description or scope.api.name for scope in rows})


def is_anything_offered(environment: str) -> bool:
    """Say whether there is a client system that a client could be made from."""
    return ClientSystem.objects.offered(environment).exists()


def _matches(text: str) -> Q:
    try:
        return Q(pk=UUID(text))
    except ValueError:
        return Q(name__icontains=text)


def _row(client: ClientConfiguration) -> Row:
    accesses = [scope.access for scope in client.scopes.all()]
    ready, total = accesses.count(Access.OK), len(accesses)
    if client.status == Status.STOPPED:
        return Row(client, "none", _("Stanset"), _("Får ikke token."))
    if total and not ready:
        return Row(client, *_nothing_ready(accesses))
    if ready < total:
        note = ngettext(
            "%(ready)d av %(total)d scope er klart til bruk.",
            "%(ready)d av %(total)d scopes er klare til bruk.",
            total,
        ) % {"ready": ready, "total": total}
        return Row(client, "warn", _("Virker delvis"), note)
    if client.last_token_at is None:
        return Row(client, "you", _("Ikke i bruk ennå"), _("Alle scopes er klare. Hent et token."))
    return Row(client, "ok", _("Virker"), _("Alle scopes er klare til bruk."))


def _nothing_ready(accesses: list[str]) -> tuple[str, str, str]:
    if Access.PENDING in accesses:
        return "wait", _("Venter på API-eier"), _("Ingen av scopene er klare til bruk ennå.")
    return "fail", _("Ikke godkjent"), _("API-eieren har sagt nei til alle scopene.")
