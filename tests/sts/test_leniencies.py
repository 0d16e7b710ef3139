"""Old habits: refused, unless a client in test has been allowed them by name."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from onboarding.clients.models import ClientLeniency
from onboarding.clients.states import Leniency
from onboarding.jose import times
from onboarding.jose.assertion import LENIENCIES
from onboarding.traffic.models import Trace
from onboarding.traffic.services.recording import flush
from tests.factories import make_user
from tests.machines import GONE, Machine, claims_of, error_of, make_machine, numbered


def allow(machine: Machine, *names: str, environment: str = "test") -> None:
    for name in names:
        ClientLeniency.objects.create(
            client=machine.client,
            environment=environment,
            name=name,
            switched_at=timezone.now(),
            switched_by=make_user(),
        )


def newest(machine: Machine) -> Trace:
    flush()
    return Trace.objects.filter(client=machine.client).latest("at")


def with_the_endpoint_as_audience(machine: Machine) -> tuple[int, str]:
    text = machine.assertion(aud=machine.endpoint)
    return error_of(machine.post(machine.form(client_assertion=text)))


def with_iat_as_text(machine: Machine) -> tuple[int, str]:
    issued = str(claims_of(machine.assertion())["iat"])
    return error_of(machine.post(machine.form(client_assertion=machine.assertion(iat=issued))))


def with_one_assertion_in_the_nonce_round(machine: Machine) -> tuple[int, str]:
    form = machine.form()
    first = machine.post(form, proof=machine.proof(nonce=GONE))
    assert error_of(first) == (400, "use_dpop_nonce")
    return error_of(machine.post(form))


def without_dpop(machine: Machine) -> tuple[int, str]:
    return error_of(machine.post(proof=GONE))


HABITS = [
    (Leniency.AUDIENCE_ENDPOINT, with_the_endpoint_as_audience, "invalid_client"),
    (Leniency.IAT_STRING, with_iat_as_text, "invalid_client"),
    (Leniency.ASSERTION_REUSE, with_one_assertion_in_the_nonce_round, "invalid_client"),
    (Leniency.NO_DPOP, without_dpop, "invalid_dpop_proof"),
]


def test_each_leniency_of_the_engine_can_be_switched_on_and_is_tested_here() -> None:
    assert tuple(Leniency.values) == LENIENCIES == tuple(name for name, _, _ in HABITS)


@pytest.mark.parametrize(("name", "habit", "error"), HABITS)
def test_habit_is_refused(machine: Machine, name: str, habit: Any, error: str) -> None:
    assert habit(machine) == (400, error)
    assert newest(machine).leniencies == ""


@pytest.mark.parametrize(("name", "habit", "error"), HABITS)
def test_habit_passes_by_its_name_and_the_trace_says_so(
    machine: Machine, name: str, habit: Any, error: str
) -> None:
    allow(machine, name)

    assert habit(machine) == (200, "")
    assert (newest(machine).leniencies_on, newest(machine).leniencies) == (name, name)


@pytest.mark.parametrize(("name", "habit", "error"), HABITS)
def test_no_other_name_lets_it_pass(machine: Machine, name: str, habit: Any, error: str) -> None:
    allow(machine, *(other for other in Leniency.values if other != name))

    assert habit(machine) == (400, error)


@pytest.mark.parametrize(("name", "habit", "error"), HABITS)
def test_production_knows_none(db: None, name: str, habit: Any, error: str) -> None:
    """Even where the database should have let such a row in."""
    machine = make_machine(environment="production").meet()
    allow(machine, name)  # it says "test", as the database demands; the client is not there

    assert habit(machine) == (400, error)


def test_database_knows_none_outside_test(machine: Machine) -> None:
    with pytest.raises(IntegrityError, match="leniency_in_test_only"):
        allow(machine, Leniency.NO_DPOP, environment="production")


@pytest.mark.parametrize("name", Leniency.values)
def test_what_is_right_does_not_need_it(machine: Machine, name: str) -> None:
    allow(machine, name)

    answer = machine.post()

    assert json.loads(answer.content)["token_type"] == "DPoP"
    assert (newest(machine).leniencies_on, newest(machine).leniencies) == (name, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": ["http://localhost/x"]},
        {"iat": "soon"},
        {"iat": "99999999999999"},
        {"exp": 1},
        {"jti": GONE},
        {"header": {"typ": "at+jwt"}},
    ],
)
def test_nothing_else_passes_with_all_of_them(machine: Machine, changes: dict[str, Any]) -> None:
    allow(machine, *Leniency.values)

    text = machine.assertion(**changes)

    assert error_of(machine.post(machine.form(client_assertion=text))) == (400, "invalid_client")


class TestReuseOfAnAssertion:
    """Once more, in the nonce round, and never for a second token."""

    def test_second_token_is_refused(self, machine: Machine) -> None:
        allow(machine, Leniency.ASSERTION_REUSE)
        form = machine.form()

        assert error_of(machine.post(form)) == (200, "")
        assert error_of(machine.post(form)) == (400, "invalid_client")

    def test_second_nonce_round_is_refused(self, machine: Machine) -> None:
        allow(machine, Leniency.ASSERTION_REUSE)
        form = machine.form()
        rounds = [error_of(machine.post(form, proof=machine.proof(nonce=GONE))) for _ in range(2)]

        assert rounds == [(400, "use_dpop_nonce"), (400, "invalid_client")]

    def test_third_use_is_refused(self, machine: Machine) -> None:
        allow(machine, Leniency.ASSERTION_REUSE)

        assert with_one_assertion_in_the_nonce_round(machine) == (200, "")
        form = machine.form()
        machine.post(form, proof=machine.proof(nonce=GONE))
        assert error_of(machine.post(form)) == (200, "")
        assert error_of(machine.post(form)) == (400, "invalid_client")

    def test_nonce_round_after_a_token_is_refused(self, machine: Machine) -> None:
        """It would tell that the assertion is good, and mark nothing."""
        allow(machine, Leniency.ASSERTION_REUSE)
        form = machine.form()
        machine.post(form)

        answer = machine.post(form, proof=machine.proof(nonce=GONE))

        assert error_of(answer) == (400, "invalid_client")


def test_token_without_a_proof_is_unbound(machine: Machine) -> None:
    allow(machine, Leniency.NO_DPOP)

    answer = json.loads(machine.post(proof=GONE).content)

    assert answer["token_type"] == "Bearer"
    assert "cnf" not in claims_of(answer["access_token"])


def test_faulty_proof_is_refused_all_the_same(machine: Machine) -> None:
    allow(machine, Leniency.NO_DPOP)

    answer = machine.post(proof=machine.proof(htm="GET"))

    assert error_of(answer) == (400, "invalid_dpop_proof")


def test_request_as_the_old_tutorial_writes_it(db: None) -> None:
    """RS512, typ JWT, the token endpoint as audience, sixty seconds, a bearer token, no DPoP."""
    machine = make_machine(kind="RS512/2048")
    now = claims_of(machine.assertion())["iat"]
    times = {"iat": now, "nbf": now, "exp": now + 60}

    def ask() -> tuple[int, Any]:
        text = machine.assertion(header={"typ": "JWT"}, aud=machine.endpoint, **times)
        form = machine.form(client_assertion=text, scope="nhn:cp-api/access")
        answer = machine.post(form, proof=GONE)
        return answer.status_code, json.loads(answer.content)

    refused = ask()
    allow(machine, Leniency.AUDIENCE_ENDPOINT)
    half = ask()
    allow(machine, Leniency.NO_DPOP)
    status, answer = ask()

    assert (refused[0], refused[1]["error"]) == (400, "invalid_client")
    assert "aud" in refused[1]["error_description"]
    assert (half[0], half[1]["error"]) == (400, "invalid_dpop_proof")
    assert (status, answer["token_type"]) == (200, "Bearer")
    assert newest(machine).leniencies == f"{Leniency.AUDIENCE_ENDPOINT} {Leniency.NO_DPOP}"


CLOCKS: list[tuple[str, dict[str, int], int]] = [
    ("A82", {"exp": -8, "iat": -40, "nbf": -40}, 200),
    ("A82", {"exp": -12, "iat": -40, "nbf": -40}, 400),
    ("A82", {"nbf": 8}, 200),
    ("A82", {"nbf": 13}, 400),
    ("A82", {"iat": 13, "exp": 40}, 400),
    ("A82", {"exp": -300, "iat": -340, "nbf": -340}, 400),
    ("A82", {"exp": 330, "iat": 300, "nbf": 300}, 400),
]


@pytest.mark.parametrize(("ahead", "status"), numbered(CLOCKS))
def test_a82_nothing_widens_the_leeway(
    machine: Machine, ahead: dict[str, int], status: int
) -> None:
    """Ten seconds, with all leniencies on and whatever is set: it is a constant of the engine."""
    allow(machine, *LENIENCIES)
    claims: dict[str, Any] = {n: int(time.time()) + seconds for n, seconds in ahead.items()}

    answer = machine.post(machine.form(client_assertion=machine.assertion(**claims)))

    assert answer.status_code == status
    named = [name for name in dir(settings) if "SKEW" in name or "LEEWAY" in name]
    assert (times.SKEW, named) == (10, [])
