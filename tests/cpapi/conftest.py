"""A client of the demo API with a token for it."""

import pytest

from tests.machines import Caller, make_machine


@pytest.fixture
def caller(db: None) -> Caller:
    """A program with a token for the demo API, which is registered to need DPoP."""
    machine = make_machine().meet()
    return Caller(machine, machine.token())
