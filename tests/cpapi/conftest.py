"""A client of the demo API with a token for it."""

import pytest

from onboarding.clients.states import Access
from tests.factories import make_api, make_client, make_scope
from tests.machines import Caller, Machine, make_signing_key


@pytest.fixture
def caller(db: None) -> Caller:
    """A program with a token for the demo API, which is registered to need DPoP."""
    make_signing_key("test")
    scope = make_scope(make_api(short_name="nhn:cp-api"), "nhn:cp-api/access")
    machine = Machine(make_client(scopes={scope: Access.OK})).meet()
    return Caller(machine, machine.token())
