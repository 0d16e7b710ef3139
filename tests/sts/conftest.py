"""A client with a granted scope, at an authorization server that has its key."""

import pytest

from onboarding.clients.states import Access
from tests.factories import make_api, make_client, make_scope
from tests.machines import Machine, make_signing_key


@pytest.fixture
def machine(db: None) -> Machine:
    """A program whose client has one scope, at an API called nhn:cp-api; it has met the server."""
    make_signing_key("test")
    scope = make_scope(make_api(short_name="nhn:cp-api"), "nhn:cp-api/access")
    return Machine(make_client(scopes={scope: Access.OK})).meet()
