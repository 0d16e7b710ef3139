"""What a browser has to send for a token test to begin."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from onboarding.smoketests.forms import StartTest
from tests.machines import GONE, Machine

pytestmark = pytest.mark.django_db


def form(machine: Machine, **given: Any) -> StartTest:
    fields = {
        "key": str(machine.registered.pk),
        "first": machine.assertion(),
        "second": machine.assertion(),
        "api": "",
    } | given
    return StartTest(fields, client_id=machine.client.pk, at=datetime.now(UTC))


def test_two_signatures_and_a_key(machine: Machine) -> None:
    found = form(machine)

    assert found.is_valid()
    assert found.cleaned_data["key"] == machine.registered.pk
    assert found.cleaned_data["api"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", "7"),
        ("first", ""),
        ("second", ""),
        ("second", "eyJhbGciOiJFUzI1NiJ9.e30."),
        ("first", "not a signature"),
        ("first", "x" * 9000),
        ("api", "7"),
    ],
)
def test_what_is_missing_or_no_signature_is_refused(
    machine: Machine, field: str, value: str
) -> None:
    assert field in form(machine, **{field: value}).errors


@pytest.mark.parametrize(
    "claims", [{"sub": str(uuid4())}, {"sub": GONE}, {"iat": GONE}, {"iat": "x"}]
)
def test_signature_that_says_something_else_is_refused(
    machine: Machine, claims: dict[str, Any]
) -> None:
    errors = form(machine, second=machine.assertion(**claims)).errors

    assert "Velg konfigurasjonsfilen" in str(errors["second"])


def test_one_signature_twice_is_refused(machine: Machine) -> None:
    once = machine.assertion()

    assert not form(machine, first=once, second=once).is_valid()


@pytest.mark.parametrize("seconds", [3600, -3600, 17, -17])
def test_clock_of_the_computer_that_is_wrong_is_told(machine: Machine, seconds: int) -> None:
    signed_at = int(time.time()) + seconds

    errors = form(machine, first=machine.assertion(iat=signed_at)).errors

    assert "Still klokken på maskinen din" in str(errors["first"])


@pytest.mark.parametrize("seconds", [10, -10])
def test_clock_may_be_a_little_off(machine: Machine, seconds: int) -> None:
    assert form(machine, first=machine.assertion(iat=int(time.time()) + seconds)).is_valid()
