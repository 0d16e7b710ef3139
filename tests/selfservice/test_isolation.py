"""F11: whatever two clients do by turns, a token of one never reads or changes the other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboarding.apis.models import Scope
from onboarding.clients.states import Access
from onboarding.selfservice.queries import status
from onboarding.systems.models import ClientSystem
from tests import factories
from tests.machines import Machine, make_signing_key
from tests.selfservice.software import OWN, Own, public_of

ACTS = ["read", "put", "patch", "key", "keys", "dry"]
CALLS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(ACTS), st.integers(0, 5)), min_size=1, max_size=6
)


@pytest.fixture
def owns(system: ClientSystem) -> list[Own]:
    """The software of two customers of one system."""
    granted = {Scope.objects.get(name=OWN): Access.OK}
    make_signing_key()
    customers = [factories.make_organization(f"Kunde {which}") for which in range(2)]
    return [
        Own(Machine(factories.make_client(each, system=system, scopes=granted), which=620 + which))
        for which, each in enumerate(customers)
    ]


def seen(own: Own) -> str:
    """All that the API can tell of a client, straight from the rows."""
    client = own.machine.client
    return json.dumps([status.current(client), status.keys(client, timezone.now())])


def act(mine: Own, other: Own, what: str, number: int) -> Any:
    address = f"https://{mine.machine.client_id}.example/{number}"
    match what:
        case "put" | "dry":
            query = "?dry_run=true" if what == "dry" else ""
            body = {"apiScopes": [OWN], "redirectUris": [address]}
            return mine.call("PUT", f"client{query}", body)
        case "patch":
            return mine.call("PATCH", "client", {"postLogoutRedirectUris": [address]})
        case "key":  # the other one's key, which is not to be had
            return mine.call("POST", "client-secret", public_of(other.machine.private))
        case "keys":
            return mine.call("GET", "client-secret")
    return mine.call("GET", "client")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=CALLS)
def test_a_token_of_one_client_never_touches_another(
    owns: list[Own], calls: list[tuple[int, str, int]]
) -> None:
    for who, what, number in calls:
        mine, other = owns[who], owns[1 - who]
        before = seen(other)

        answer = act(mine, other, what, number)

        text = answer.content.decode()
        assert answer.status_code == (400 if what == "key" else 200), text
        assert other.machine.client_id not in text
        assert other.machine.private["kid"] not in text
        assert seen(other) == before
        if what in ("put", "patch"):
            assert f"{mine.machine.client_id}.example/{number}" in seen(mine)


def test_what_is_told_apart_is_there_to_be_told(owns: list[Own]) -> None:
    """The other test could not fail if there were nothing to find."""
    first, second = owns

    act(first, second, "put", 1)

    assert first.machine.client_id in seen(first)
    assert first.machine.private["kid"] in seen(first)
    assert seen(first) != seen(second)
