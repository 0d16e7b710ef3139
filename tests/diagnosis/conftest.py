"""A client with a granted scope, at an authorization server that has its key."""

import pytest

from tests.machines import Machine, make_machine


@pytest.fixture
def machine(db: None) -> Machine:
    return make_machine().meet()
