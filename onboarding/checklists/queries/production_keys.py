"""Whether the clients in production have keys of their own, and none that test has seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.queries.rows import Row
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import UNFINISHED
from onboarding.core.environments import Environment
from onboarding.keys.models import Key
from onboarding.suppliers.states import Errand
from onboarding.systems.models import Revision
from onboarding.traffic.models import Trace


class Counted(NamedTuple):
    """Clients of what was released, those of them without a key in use, and keys seen in test."""

    clients: int
    without: int
    from_test: int
    since: datetime | None


def count(revision: Revision, at: datetime) -> Counted:
    """Count the clients and keys of what the version's system has in production. Five queries.

    A key is from test if a client there has it registered, which the database refuses, or if the
    system's clients in test have signed DPoP proofs with it, which only traces tell.
    """
    released = _released(revision.system_id)
    if released is None:
        return Counted(0, 0, 0, None)
    clients = _clients(released)
    usable = Key.objects.usable(at).filter(client__in=clients)
    has_key = Exists(usable.filter(client=OuterRef("pk")))
    first = usable.aggregate(first=Min("created_at"))["first"]
    return Counted(
        clients=clients.count(),
        without=clients.filter(~has_key).count(),
        from_test=_seen_in_test(revision, set(usable.values_list("thumbprint", flat=True))),
        since=first,
    )


def _clients(system_id: UUID) -> QuerySet[ClientConfiguration]:
    found = ClientConfiguration.objects.filter(revision__system=system_id)
    return found.exclude(status__in=UNFINISHED)


def _seen_in_test(revision: Revision, thumbprints: set[str]) -> int:
    registered = Key.objects.filter(client__environment=Environment.TEST)
    known = set(registered.filter(thumbprint__in=thumbprints).values_list("thumbprint", flat=True))
    proofs = Trace.objects.filter(client__in=_clients(revision.system_id), signed=True)
    used = proofs.filter(jkt__in=thumbprints).values_list("jkt", flat=True).distinct()
    return len(known | set(used))


def row(revision: Revision, at: datetime) -> Row:
    """Return the row of the preflight. Before anything is live there is nothing to have a key."""
    title, found = _("Egne nøkler i produksjon, og ingen fra test"), count(revision, at)
    if found.from_test:
        note = ngettext(
            "%(count)d nøkkel i produksjon er brukt i test. Lag en ny, og sperr den.",
            "%(count)d nøkler i produksjon er brukt i test. Lag nye, og sperr dem.",
            found.from_test,
        ) % {"count": found.from_test}
        return Row("keys", "fail", _("Ikke oppfylt"), title, note, errand=Errand.KEYS)
    if not found.clients:
        note = _("Kommer etter godkjenningen. En nøkkel som er registrert i test, blir avvist der.")
        return Row("keys", "none", _("Senere"), title, note, is_later=True)
    if found.without:
        note = _("%(without)d av %(clients)d klienter i produksjon har ingen nøkkel i bruk.")
        note = note % {"without": found.without, "clients": found.clients}
        errand = Errand.KEYS
        return Row("keys", "you", _("Mangler"), title, note, errand=errand, is_later=True)
    note = ngettext(
        "%(count)d klient i produksjon har egen nøkkel, og den er ikke brukt i test.",
        "%(count)d klienter i produksjon har egne nøkler, og ingen av dem er brukt i test.",
        found.clients,
    ) % {"count": found.clients}
    return Row("keys", "ok", _("Oppfylt"), title, note, found.since)


def _released(system_id: UUID) -> UUID | None:
    """Cases stand above checklists: settings.RELEASED_SYSTEM names who knows."""
    if not settings.RELEASED_SYSTEM:
        return None
    ask: Callable[[UUID], UUID | None] = import_string(settings.RELEASED_SYSTEM)
    return ask(system_id)
