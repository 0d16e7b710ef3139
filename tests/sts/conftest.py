"""A client with a granted scope, at an authorization server that has its key."""

import pytest

from tests.machines import Machine, make_machine


@pytest.fixture
def machine(db: None) -> Machine:
    """A program that has met the server: what it sends is judged beyond the nonce."""
    return make_machine().meet()
