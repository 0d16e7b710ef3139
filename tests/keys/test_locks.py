"""Two acts on the same rows wait for each other in one order, so that neither is thrown out."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.jobs import JobStatus
from onboarding.core.refusals import NotPossibleNow
from onboarding.jose.keys import thumbprint
from onboarding.keys import services
from onboarding.keys.models import Key
from onboarding.keys.states import Origin
from onboarding.suppliers.actors import Actor
from tests.constants import NOON
from tests.factories import make_client, make_key, make_system
from tests.keys.conftest import pair, recipient
from tests.portals import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_witness")]
MONTH = 30


def somebody_waits() -> bool:
    """Say whether a transaction waits for another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def beside(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    """Begin `act` on a connection of its own, and return once it waits for ours."""

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    begun = pool.submit(run)
    wait_for(somebody_waits, patience=20)
    return begun


def test_who_asks_for_another_key_does_not_break_the_one_being_made(
    client_: ClientConfiguration, actor: Actor
) -> None:
    wanted = {"kind": "ES256", "recipient": recipient()[0], "lifetime_days": MONTH}
    asked: dict[str, Any] = {"client_id": client_.pk, "by": actor, "at": NOON} | wanted
    making = services.request_making(**asked)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ClientConfiguration.objects.select_for_update().get(pk=client_.pk)
            worker = beside(pool, lambda: services.make(making_id=making.pk, at=NOON))
            with pytest.raises(NotPossibleNow):
                services.request_making(**asked)
        worker.result()

    making.refresh_from_db()
    assert (making.status, making.attempts) == (JobStatus.PASSED, 1)


def test_who_brings_a_key_to_a_draft_in_the_moment_it_is_taken_elsewhere_is_told(
    client_: ClientConfiguration, draft: ClientConfiguration, actor: Actor
) -> None:
    text, private = pair()

    def bring() -> list[Key]:
        return services.register(
            client_id=draft.pk,
            text=text,
            alg=None,
            origin=Origin.UPLOAD,
            lifetime_days=MONTH,
            by=actor,
            at=NOON,
        )

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            row = make_key(
                client_,
                thumbprint=thumbprint(private),
                public_jwk=json.loads(text),
                expires_at=NOON + timedelta(days=MONTH),
            )
            other = beside(pool, bring)
            record("key.registered", subject=row, actor=actor.name, at=NOON)
        with pytest.raises(services.KeyRefused) as refusal:
            other.result()

    assert [check.code for check in refusal.value.checks] == ["key.used_elsewhere"]
    draft.refresh_from_db()
    assert (draft.key_way, Key.objects.get().client_id) == ("", client_.pk)


def test_a_stopped_client_still_has_its_key_made(
    actor: Actor, client_: ClientConfiguration
) -> None:
    """What was promised is kept: the key is there when the client goes on."""
    other = make_client(client_.organization, system=make_system(client_.organization))
    making = services.request_making(
        client_id=other.pk,
        kind="ES256",
        recipient=recipient()[0],
        lifetime_days=MONTH,
        by=actor,
        at=NOON,
    )
    ClientConfiguration.objects.filter(pk=other.pk).update(status=Status.STOPPED)

    services.make(making_id=making.pk, at=NOON)

    making.refresh_from_db()
    assert making.status == JobStatus.PASSED
