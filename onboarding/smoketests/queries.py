"""Reads for token tests: what can be tested, and what the panel shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from onboarding.apis.models import Api
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.queries import configuration_hash
from onboarding.clients.states import Access
from onboarding.core.jobs import OPEN, JobStatus
from onboarding.keys.models import Key, KeyMaking
from onboarding.smoketests.advice import Advice, advice
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import Signer, StepStatus

# A test that takes longer than this waits for a worker, or for another one to take over.
LATE = timedelta(seconds=30)
STATES = {
    StepStatus.WAITING: "none",
    StepStatus.RUNNING: "run",
    StepStatus.PASSED: "ok",
    StepStatus.NOTED: "warn",
    StepStatus.FAILED: "fail",
    StepStatus.SKIPPED: "none",
}
RUN_STATES = {
    JobStatus.QUEUED: "wait",
    JobStatus.RUNNING: "run",
    JobStatus.PASSED: "ok",
    JobStatus.FAILED: "fail",
}


def apis(client: ClientConfiguration) -> QuerySet[Api]:
    """The APIs a client has scopes of, those with a usable scope first."""
    mine = ClientScope.objects.filter(client=client)
    usable = Api.objects.filter(scopes__in=mine.filter(access=Access.OK).values("scope"))
    others = Api.objects.filter(scopes__in=mine.values("scope"))
    return (usable if usable.exists() else others).order_by("created_at", "pk").distinct()


def asked_for(client: ClientConfiguration, api: Api | None) -> tuple[tuple[str, ...], str]:
    """The client's scopes at one API to ask for, and whom they wait for.

    They are the usable ones; if there are none, all: asking for one that waits tells why. The
    second is the name of the API's owner if all of them wait for him, else "".
    """
    if api is None:
        return (), ""
    mine = ClientScope.objects.filter(client=client, scope__api=api).order_by("scope__name")
    rows = list(mine.values_list("scope__name", "access"))
    usable = [row for row in rows if row[1] == Access.OK]
    all_wait = {access for _, access in rows} == {Access.PENDING}
    names = tuple(name for name, _ in usable or rows)
    return names, api.organization.name if all_wait else ""


def waiting(at: datetime) -> list[UUID]:
    """The runs that a worker should look at now."""
    return list(Run.objects.due(at).values_list("pk", flat=True)[:100])


def next_of(organization_id: int) -> list[UUID]:
    """The run of an organisation that has waited longest for its turn, if one does."""
    mine = Run.objects.filter(client__organization_id=organization_id, status=JobStatus.QUEUED)
    return list(mine.order_by("queued_at").values_list("pk", flat=True)[:1])


def asked_since(organization_id: int, since: datetime) -> int:
    """Return how many tests people of an organisation's clients have asked for since then."""
    mine = Run.objects.filter(client__organization_id=organization_id, created_at__gt=since)
    return mine.filter(signer=Signer.BROWSER).count()


class StepView(NamedTuple):
    """A step as the page shows it; `state` is the key of its icon and colour."""

    step: Step
    state: str
    advice: Advice | None


@dataclass(frozen=True)
class RunView:
    """A run as the page shows it."""

    run: Run
    state: str
    steps: list[StepView]
    done: int
    current: Step | None
    is_stale: bool
    is_late: bool

    @property
    def advice(self) -> Advice | None:
        """What to tell about a run that failed, in whichever step."""
        return advice(self.run.failure) if self.run.failure else None

    @property
    def failed(self) -> StepView | None:
        return next((view for view in self.steps if view.step.status == StepStatus.FAILED), None)


@dataclass(frozen=True)
class TestPanel:
    """The token test of a client: the newest run, and what a new one can be made with.

    `is_awaited`: the portal is making a key, and tests it by itself before it is sealed.
    """

    latest: RunView | None
    keys: list[Key]
    apis: list[Api]
    is_awaited: bool


def run_view(run: Run, current_hash: str, at: datetime) -> RunView:
    """Return a run with its steps (prefetched or read) and their advice.

    `current_hash` is that of the client's configuration now: an older test may not hold for it.
    """
    steps = sorted(run.steps.all(), key=lambda step: step.position)
    views = [
        StepView(step, STATES[StepStatus(step.status)], advice(step.code) if step.code else None)
        for step in steps
    ]
    done = sum(step.status not in (StepStatus.WAITING, StepStatus.RUNNING) for step in steps)
    current = next((step for step in steps if step.status == StepStatus.RUNNING), None)
    state = RUN_STATES[JobStatus(run.status)]
    is_stale = run.configuration_hash != current_hash
    is_late = run.is_open and run.queued_at < at - LATE
    return RunView(run, state, views, done, current, is_stale, is_late)


def panel(client: ClientConfiguration, at: datetime) -> TestPanel:
    """Return what the panel shows, in a fixed number of queries."""
    latest = (
        Run.objects.filter(client=client)
        .select_related("key", "api")
        .prefetch_related("steps")
        .order_by("-created_at", "-pk")
        .first()
    )
    view = run_view(latest, configuration_hash(client), at) if latest else None
    keys = list(Key.objects.usable(at).filter(client=client).order_by("-created_at"))
    is_awaited = KeyMaking.objects.filter(client=client, status__in=OPEN).exists()
    return TestPanel(view, keys, list(apis(client)), is_awaited)
