"""How the token tests of a version or an API have gone, and which client to test next."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.clients.states import Status
from onboarding.core.environments import Environment
from onboarding.core.jobs import JobStatus
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import StepStatus
from onboarding.systems.models import Revision

LOOKED_AT = 10  # tests that passed: the newest


class Tested(NamedTuple):
    """The key of an icon and its word, a sentence, since when.

    `client` is the owner's own that is to be tested, where there is no doubt which.
    """

    state: str
    word: str
    note: str
    since: datetime | None = None
    client: UUID | None = None


def tested(judged: Revision | Api, owner_id: int) -> Tested:
    """Return how the tests stand: one counts for the set-up that it was made with. Four queries."""
    runs = Run.objects.filter(client__environment=Environment.TEST)
    runs = (
        runs.filter(api=judged) if isinstance(judged, Api) else runs.filter(client__revision=judged)
    )
    newest = runs.select_related("client__revision").order_by("-created_at", "-pk")
    passed = list(newest.filter(status=JobStatus.PASSED)[:LOOKED_AT])
    for run in passed:
        if run.configuration_hash == configuration_hash(run.client):
            note = _("Bestått med klienten «%(name)s».") % {"name": run.client.name}
            return Tested("ok", _("Oppfylt"), note, run.finished_at or run.created_at)
    last = newest.filter(status__in=(JobStatus.PASSED, JobStatus.FAILED)).first()
    if last is None:
        note = _("Alle som har skrivetilgang i test, kan kjøre tokentesten fra klientens side.")
        return Tested("you", _("Ikke oppfylt"), note, None, _only_client(judged, owner_id))
    own = last.client_id if last.client.organization_id == owner_id else None
    if last.status == JobStatus.FAILED:
        return Tested("fail", _("Ikke bestått"), _why(last), last.created_at, own)
    note = _("Oppsettet er endret etter den siste beståtte testen. Kjør en ny.")
    return Tested("warn", _("Utdatert"), note, last.created_at, own)


def _why(run: Run) -> str:
    words = {"name": run.client.name}
    step = run.steps.filter(status=StepStatus.FAILED).order_by("position").first()
    if step is None:
        return _("Den siste testen av klienten «%(name)s» ble avbrutt.") % words
    words["step"] = str(step.get_name_display())
    return _("Den siste testen av klienten «%(name)s» stoppet ved «%(step)s».") % words


def _only_client(judged: Revision | Api, owner_id: int) -> UUID | None:
    """Return the owner's one client of a version; None where there is none, or a choice."""
    if isinstance(judged, Api):
        return None
    mine = ClientConfiguration.objects.filter(
        revision=judged, organization=owner_id, status=Status.ACTIVE
    )
    found = list(mine.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None
