"""Two people press at once: the lock lets one of them through."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services import configurations as services
from onboarding.clients.states import Status
from onboarding.core.refusals import NotPossibleNow
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.factories import make_client, make_organization, make_system, make_user


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "second", "before"),
    [
        (services.finish, services.finish, Status.DRAFT),
        (services.finish, services.discard, Status.DRAFT),
        (services.stop, services.stop, Status.ACTIVE),
    ],
)
def test_two_at_once_give_one_act(
    first: Callable[..., ClientConfiguration],
    second: Callable[..., ClientConfiguration],
    before: Status,
) -> None:
    acme = make_organization()
    client = make_client(acme, system=make_system(acme), status=before, step="claims")
    people = [actor_for(make_user(name, organization=acme)) for name in ("alice", "anna")]
    together = Barrier(2)

    def act(verb: Callable[..., ClientConfiguration], number: int) -> str:
        try:
            together.wait()
            verb(client_id=client.pk, by=people[number], at=NOON)
        except NotPossibleNow:
            return "refused"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(act, (first, second), (0, 1)))

    assert sorted(outcomes) == ["done", "refused"]
    assert Event.objects.count() == 1
