"""From login to the first token, as a list of tasks with the state of each. Pure but for `seen`."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import UNFINISHED, Status
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import StepName, StepStatus
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem


class Seen(NamedTuple):
    """How far an organisation has come."""

    has_system: bool = False
    has_draft: bool = False
    has_client: bool = False
    has_token: bool = False
    has_data: bool = False
    has_api: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether the journey is this organisation's, and not at its end.

        Whoever owns APIs and has begun nothing else is here to answer consumers.
        """
        has_begun = self.has_system or self.has_draft or self.has_client
        return not self.has_data and (has_begun or not self.has_api)


class Task(NamedTuple):
    """One task: its state and the word for it, what to do, the view that does it, a remark."""

    state: str
    word: str
    text: str
    view: str = ""
    note: str = ""


def concerns(organization: Organization, path: str = "") -> Q:
    """Rows whose client belongs to the organisation, or was made by it for a customer."""
    return Q(**{f"{path}organization": organization}) | Q(**{f"{path}created_for": organization})


def seen(actor: Actor, environment: str, organization: Organization) -> Seen:
    """Look how far the organisation has come there. Six queries, each for one row."""
    clients = ClientConfiguration.objects.visible_to(actor).filter(
        concerns(organization), environment=environment
    )
    runs = Run.objects.visible_to(actor).filter(
        concerns(organization, "client__"), client__environment=environment
    )
    calls = Step.objects.filter(name=StepName.API, status=StepStatus.PASSED)
    systems = ClientSystem.objects.visible_to(actor).of(environment, organization.pk)
    return Seen(
        has_system=systems.filter(current__isnull=False).exists(),
        has_draft=clients.filter(status=Status.DRAFT, revision__isnull=False).exists(),
        has_client=clients.exclude(status__in=UNFINISHED).exists(),
        has_token=runs.filter(steps__name=StepName.CHECK, steps__status=StepStatus.PASSED).exists(),
        has_data=runs.filter(steps__in=calls).exists(),
        has_api=Api.objects.visible_to(actor).of(environment, organization.pk).exists(),
    )


def tasks(how_far: Seen, *, can_write: bool) -> list[Task]:
    """Return the tasks in order. The first that is not done is the next one.

    Whoever cannot write is shown the way, and no doors.
    """
    found = [
        Task("ok", _("Gjort"), _("Bli med i en virksomhet")),
        _system(how_far),
        _client(how_far),
        _token(how_far),
        _data(how_far),
    ]
    place = next((i for i, task in enumerate(found) if task.state == "none"), None)
    if place is not None and how_far.is_under_way:
        found[place] = found[place]._replace(state="you" if can_write else "none", word=_("Neste"))
    return found if can_write else [task._replace(view="") for task in found]


def _system(how_far: Seen) -> Task:
    text = _("Beskriv klientsystemet")
    if how_far.has_system:
        return Task("ok", _("Gjort"), text)
    if how_far.has_client or how_far.has_draft:
        note = _("Ikke nødvendig: dere bruker et fagsystem fra en leverandør.")
        return Task("ok", _("Ikke nødvendig"), text, note=note)
    note = _("Finnes fagsystemet hos en leverandør, kan du gå rett til neste punkt.")
    return Task("none", _("Ikke begynt"), text, "systems:list", note)


def _client(how_far: Seen) -> Task:
    text = _("Lag en klientkonfigurasjon")
    if how_far.has_client:
        return Task("ok", _("Gjort"), text)
    if how_far.has_draft:
        note = _("Dere er i gang. Kladden ligger øverst i listen.")
        return Task("none", _("Begynt"), text, "clients:list", note)
    return Task("none", _("Ikke begynt"), text, "clients:new")


def _token(how_far: Seen) -> Task:
    text = _("Kjør tokentesten")
    if how_far.has_token:
        return Task("ok", _("Gjort"), text)
    note = "" if how_far.has_client else _("Kan begynne når klienten har en nøkkel.")
    return Task("none", _("Ikke begynt"), text, "clients:list" if how_far.has_client else "", note)


def _data(how_far: Seen) -> Task:
    text = _("Hent data fra et API")
    if how_far.has_data:
        return Task("ok", _("Gjort"), text)
    note = _("Tokentesten kaller API-et til slutt. Kodeeksemplene for klienten gjør det samme.")
    return Task("none", _("Ikke begynt"), text, "", note)
