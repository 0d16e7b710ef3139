"""How a client fares, in words. No database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onboarding.accounts.models import User
from onboarding.apis.models import Api, Scope
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.states import Access, Status
from onboarding.core.jobs import JobStatus
from onboarding.keys.models import Key, KeyMaking
from onboarding.keys.queries import KeyRow, MakingPanel
from onboarding.keys.states import KeyState, MakingState
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.queries import RunView, StepView
from onboarding.smoketests.states import StepName, StepStatus
from onboarding.suppliers.models import Organization
from portal.pages.client_state import Seen, State, state, track
from tests.constants import NOON


def a_scope(access: Access, name: str = "cp/access", owner: str = "Helsenettdrift") -> ClientScope:
    api = Api(name="Adresseregisteret", organization=Organization(name=owner))
    return ClientScope(scope=Scope(name=name, api=api), access=access)


def a_key(days: int = 365, key_state: KeyState = KeyState.ACTIVE) -> KeyRow:
    key = Key(kid="RnGHSx0G", expires_at=NOON + timedelta(days=days))
    return KeyRow(key, key_state, "ok", expires_soon=days < 30, can_revoke=False, can_prove=False)


def a_test(status: JobStatus, *, is_stale: bool = False, called: bool = False) -> RunView:
    steps = [
        Step(position=position, name=name, status=StepStatus.WAITING)
        for position, name in enumerate(StepName)
    ]
    if called:
        steps[-1].status = StepStatus.PASSED
    looks = {JobStatus.PASSED: "ok", JobStatus.FAILED: "fail", JobStatus.RUNNING: "run"}
    views = [StepView(step, "none", None) for step in steps]
    return RunView(
        run=Run(status=status),
        state=looks[status],
        steps=views,
        done=2,
        current=None,
        is_stale=is_stale,
        is_late=False,
    )


def seen(
    *scopes: ClientScope,
    keys: tuple[KeyRow, ...] = (a_key(),),
    status: Status = Status.ACTIVE,
    test: RunView | None = None,
    is_making_key: bool = False,
    has_token: bool = False,
    to_fetch: MakingPanel | None = None,
) -> Seen:
    client = ClientConfiguration(
        status=status,
        organization=Organization(name="Fjordbyen legekontor"),
        finished_at=NOON,
        finished_by=User(name="Ola Brekke"),
        last_token_at=NOON if has_token else None,
    )
    return Seen(client, list(scopes), list(keys), is_making_key, test, to_fetch)


def a_made_key(*, is_theirs: bool) -> MakingPanel:
    making = KeyMaking(requested_by=User(name="Ola Brekke"), expires_at=NOON)
    return MakingPanel(making, MakingState.READY, [], is_theirs=is_theirs, is_delayed=False)


OK, PENDING, DECLINED = Access.OK, Access.PENDING, Access.DECLINED
PASSED = a_test(JobStatus.PASSED, called=True)
REVOKED = a_key(key_state=KeyState.REVOKED)


@pytest.mark.parametrize(
    ("given", "expected", "heading", "turn"),
    [
        (
            seen(a_scope(OK), status=Status.STOPPED, test=PASSED),
            "none",
            "Klienten er stanset og får ikke token",
            "Dere i Fjordbyen legekontor",
        ),
        (
            seen(a_scope(PENDING), keys=(), is_making_key=True),
            "run",
            "Nøkkelen lages nå",
            "Portalen",
        ),
        (
            seen(a_scope(OK), to_fetch=a_made_key(is_theirs=True), test=PASSED),
            "you",
            "Nøkkelen må hentes før kl. 14.00",
            "Ola Brekke",
        ),
        (
            seen(a_scope(OK), to_fetch=a_made_key(is_theirs=False), test=PASSED),
            "wait",
            "Nøkkelen må hentes før kl. 14.00",
            "Ola Brekke",
        ),
        (
            seen(a_scope(OK), keys=(REVOKED,), test=PASSED),
            "fail",
            "Klienten får ikke token uten en nøkkel",
            "Dere i Fjordbyen legekontor",
        ),
        (
            seen(a_scope(PENDING), a_scope(DECLINED, "cp/other")),
            "wait",
            "Klienten er klar, og venter på Helsenettdrift",
            "Helsenettdrift",
        ),
        (
            seen(a_scope(DECLINED)),
            "fail",
            "Klienten får ikke token: ingen av scopene er godkjent",
            "Dere i Fjordbyen legekontor",
        ),
        (
            seen(a_scope(OK)),
            "you",
            "Alt er klart til det første tokenet",
            "Dere i Fjordbyen legekontor",
        ),
        (
            seen(a_scope(OK), test=a_test(JobStatus.RUNNING)),
            "run",
            "Tokentesten kjører nå",
            "Portalen",
        ),
        (
            seen(a_scope(OK), test=a_test(JobStatus.FAILED), has_token=True),
            "fail",
            "Den siste tokentesten feilet",
            "Dere i Fjordbyen legekontor",
        ),
        (
            seen(a_scope(OK), test=a_test(JobStatus.FAILED, is_stale=True), has_token=True),
            "ok",
            "Klienten får token til Adresseregisteret",
            "Ingen. Dere trenger ikke gjøre noe nå.",
        ),
        (
            seen(a_scope(OK), test=PASSED),
            "ok",
            "Klienten får token til Adresseregisteret",
            "Ingen. Dere trenger ikke gjøre noe nå.",
        ),
        (
            seen(a_scope(OK), a_scope(PENDING, "msh/api", "Meldingstjenesten"), has_token=True),
            "warn",
            "Klienten får token for cp/access, men ikke for msh/api",
            "Meldingstjenesten",
        ),
        (
            seen(a_scope(OK), a_scope(DECLINED, "msh/api"), has_token=True),
            "warn",
            "Klienten får token for cp/access, men ikke for msh/api",
            "Dere i Fjordbyen legekontor",
        ),
        (
            seen(has_token=True),
            "ok",
            "Klienten virker",
            "Ingen. Dere trenger ikke gjøre noe nå.",
        ),
    ],
)
def test_what_stops_the_client_is_said_first(
    given: Seen, expected: str, heading: str, turn: str
) -> None:
    shown: State = state(given, NOON)

    assert (shown.state, shown.heading) == (expected, heading)
    assert shown.facts[0] == ("Hvem har tur", turn)
    assert shown.facts[1][0] == "Hva skjer så"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (seen(a_scope(OK), test=PASSED, has_token=True), ["ok", "ok", "ok", "ok", "ok"]),
        (seen(a_scope(PENDING), keys=()), ["ok", "wait", "fail", "none", "none"]),
        (seen(a_scope(DECLINED), keys=(a_key(6),)), ["ok", "fail", "warn", "none", "none"]),
        (
            seen(keys=(), is_making_key=True, test=a_test(JobStatus.RUNNING)),
            ["ok", "ok", "run", "run", "none"],
        ),
        (
            seen(test=a_test(JobStatus.PASSED, is_stale=True)),
            ["ok", "ok", "ok", "warn", "none"],
        ),
        (seen(test=a_test(JobStatus.FAILED)), ["ok", "ok", "ok", "fail", "none"]),
    ],
)
def test_the_life_of_a_client(given: Seen, expected: list[str]) -> None:
    assert [step.state for step in track(given, NOON)] == expected


def test_the_life_of_a_client_says_who_and_when() -> None:
    given = seen(a_scope(OK), a_scope(PENDING), keys=(a_key(6),), has_token=True)

    assert [step.note.replace("\u00a0", " ") for step in track(given, NOON)] == [
        "Ola Brekke, i dag kl. 14.00",
        "1 av 2 klare",
        "Går ut om 6 dager",
        "Ikke kjørt",
        "Siste token i dag kl. 14.00",
    ]
