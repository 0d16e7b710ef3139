"""Keys that the portal makes: one pair, one browser, one delivery, whatever dies on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.jobs import LEASE, MAX_ATTEMPTS, JobStatus
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.jose.keys import thumbprint
from onboarding.keys import rules, services
from onboarding.keys.models import Key, KeyMaking
from onboarding.keys.services.making import GIVEN_UP, KEPT
from onboarding.keys.states import KeyState, MakingState, Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.factories import make_client, make_organization, make_system, make_user
from tests.keys.conftest import recipient

LATER = NOON + timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("no_witness")


def request(client: ClientConfiguration, by: Actor, **given: Any) -> KeyMaking:
    asked: dict[str, Any] = {"kind": "ES256", "recipient": recipient()[0], "lifetime_days": 365}
    return services.request_making(client_id=client.pk, by=by, **({"at": NOON} | asked | given))


def opened(sealed: str, browser: JWK) -> dict[str, Any]:
    jwe = JWE()
    jwe.deserialize(sealed, browser)
    found: dict[str, Any] = json.loads(jwe.payload)
    return found


def lose(making: KeyMaking) -> None:
    """What is left when a worker died: a running row whose lease runs out."""
    KeyMaking.objects.filter(pk=making.pk).update(lease_until=NOON, status=JobStatus.RUNNING)


def test_a_key_is_made_tested_sealed_and_delivered_once(
    client_: ClientConfiguration, actor: Actor, witnessed: list[dict[str, Any]]
) -> None:
    public, browser = recipient()
    making = request(client_, actor, recipient=public, kind="ES384", lifetime_days=91)

    services.make(making_id=making.pk, at=LATER)
    sealed = services.deliver(making_id=making.pk, by=actor, at=LATER)

    private = opened(sealed, browser)
    key = Key.objects.get()
    [seen] = witnessed
    assert seen["key_id"] == key.pk
    assert seen["private_jwk"] == private
    assert (private["alg"], private["kid"]) == ("ES384", key.kid)
    assert key.thumbprint == thumbprint(private) == thumbprint(key.public_jwk)
    assert (key.origin, key.bits, key.created_by_id) == (Origin.PORTAL, 384, actor.user_id)
    assert timedelta(days=91) <= key.expires_at - LATER < timedelta(days=91, seconds=9)
    making.refresh_from_db()
    assert (making.sealed, making.delivered_at) == ("", LATER)
    with pytest.raises(rules.Gone):
        services.deliver(making_id=making.pk, by=actor, at=LATER)
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["key.requested", "key.registered", "key.made", "key.delivered"]


def test_nothing_private_is_in_any_row(
    client_: ClientConfiguration, actor: Actor, witnessed: list[dict[str, Any]]
) -> None:
    making = request(client_, actor, kind="PS256/3072")
    services.make(making_id=making.pk, at=LATER)
    private = witnessed[0]["private_jwk"]

    rows = json.dumps(
        [
            *KeyMaking.objects.values(),
            *Key.objects.values(),
            *Event.objects.values(),
        ],
        default=str,
    )

    assert private["n"] in rows
    assert not [name for name in ("d", "p", "q", "dp", "dq", "qi") if private[name] in rows]


def test_a_second_nudge_changes_nothing(client_: ClientConfiguration, actor: Actor) -> None:
    making = request(client_, actor)
    services.make(making_id=making.pk, at=LATER)
    making.refresh_from_db()
    before = making.sealed

    services.make(making_id=making.pk, at=LATER)

    making.refresh_from_db()
    assert (making.sealed, making.attempts) == (before, 1)


def test_a_run_after_a_killed_one_replaces_the_half_made_pair(
    client_: ClientConfiguration, actor: Actor, settings: Any
) -> None:
    public, browser = recipient()
    making = request(client_, actor, recipient=public)
    settings.KEY_WITNESS = "tests.keys.test_making.die"
    with pytest.raises(Killed):
        services.make(making_id=making.pk, at=LATER)
    half_made = Key.objects.get()
    settings.KEY_WITNESS = ""
    making.refresh_from_db()
    assert making.lease_until

    services.make(making_id=making.pk, at=making.lease_until + timedelta(seconds=1))

    key = Key.objects.get()
    private = opened(services.deliver(making_id=making.pk, by=actor, at=LATER), browser)
    assert key.pk == half_made.pk
    assert key.thumbprint == thumbprint(private) != half_made.thumbprint
    making.refresh_from_db()
    assert making.attempts == 2


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


def die(**given: Any) -> None:
    raise Killed


def outpace(*, key_id: UUID, **given: Any) -> None:
    """A witness that takes so long that another worker has finished meanwhile."""
    making = KeyMaking.objects.get(key=key_id)
    lose(making)
    with override_settings(KEY_WITNESS=""):
        services.make(making_id=making.pk, at=LATER)


def test_a_worker_that_lost_its_lease_gets_nothing_in(
    client_: ClientConfiguration, actor: Actor, settings: Any
) -> None:
    public, browser = recipient()
    making = request(client_, actor, recipient=public)
    settings.KEY_WITNESS = "tests.keys.test_making.outpace"

    services.make(making_id=making.pk, at=LATER)

    private = opened(services.deliver(making_id=making.pk, by=actor, at=LATER), browser)
    assert Key.objects.get().thumbprint == thumbprint(private)
    making.refresh_from_db()
    assert making.attempts == 2


def test_one_key_at_a_time(client_: ClientConfiguration, actor: Actor) -> None:
    making = request(client_, actor)

    with pytest.raises(NotPossibleNow, match="under arbeid"):
        request(client_, actor)

    assert list(KeyMaking.objects.all()) == [making]
    making.pk = UUID(int=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        making.save(force_insert=True)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED])
def test_only_an_active_client_gets_one(acme: Any, alice: User, status: Status) -> None:
    client = make_client(acme, status=status, by=alice)

    with pytest.raises(NotPossibleNow):
        request(client, actor_for(alice))


def test_readers_ask_in_vain(client_: ClientConfiguration, bob: User) -> None:
    with pytest.raises(NotPermitted):
        request(client_, actor_for(bob))


@pytest.mark.parametrize("wrong", [{"kind": "RS256/1024"}, {"lifetime_days": 0}])
def test_only_what_is_offered_is_made(
    client_: ClientConfiguration, actor: Actor, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        request(client_, actor, **wrong)


def test_a_key_that_nobody_fetched_is_forgotten_and_of_no_use(
    client_: ClientConfiguration, actor: Actor
) -> None:
    making = request(client_, actor)
    services.make(making_id=making.pk, at=LATER)
    making.refresh_from_db()
    over = making.expires_at
    assert over
    assert over - LATER >= KEPT
    services.sweep(at=over - timedelta(seconds=1))
    making.refresh_from_db()
    assert making.sealed

    with pytest.raises(rules.Gone, match="ikke hentet i tide"):
        services.deliver(making_id=making.pk, by=actor, at=over)
    services.sweep(at=over)

    making.refresh_from_db()
    assert making.sealed == ""
    assert making.state(over) == MakingState.EXPIRED
    assert Key.objects.get().state(over) == KeyState.EXPIRED
    assert Event.objects.order_by("-seq")[0].kind == "key.making_expired"


def test_a_new_request_forgets_an_earlier_key_that_waits(
    client_: ClientConfiguration, actor: Actor
) -> None:
    earlier = request(client_, actor)
    services.make(making_id=earlier.pk, at=LATER)

    request(client_, actor, at=NOON + timedelta(minutes=1))

    earlier.refresh_from_db()
    assert earlier.sealed == ""
    assert earlier.key
    assert earlier.key.state(NOON + timedelta(minutes=1)) == KeyState.EXPIRED


def test_a_making_whose_workers_all_died_fails_and_can_be_tried_again(
    client_: ClientConfiguration, actor: Actor
) -> None:
    making = request(client_, actor)
    at = NOON
    for _ in range(MAX_ATTEMPTS):
        assert KeyMaking.objects.claim(making.pk, at)
        at += LEASE + timedelta(seconds=1)
    assert KeyMaking.objects.claim(making.pk, at) is None

    services.sweep(at=at)
    again = services.make_again(making_id=making.pk, by=actor, at=at)

    making.refresh_from_db()
    assert (making.status, making.failure) == (JobStatus.FAILED, GIVEN_UP)
    assert (again.kind, again.recipient) == (making.kind, making.recipient)
    services.make(making_id=again.pk, at=at)
    assert services.deliver(making_id=again.pk, by=actor, at=at)


def test_what_has_not_failed_is_not_made_again(client_: ClientConfiguration, actor: Actor) -> None:
    making = request(client_, actor)

    with pytest.raises(NotPossibleNow, match="ikke feilet"):
        services.make_again(making_id=making.pk, by=actor, at=NOON)


def test_only_who_asked_may_fetch(client_: ClientConfiguration, actor: Actor, anna: User) -> None:
    making = request(client_, actor)
    services.make(making_id=making.pk, at=LATER)

    with pytest.raises(NotPermitted, match="Bare Alice"):
        services.deliver(making_id=making.pk, by=actor_for(anna), at=LATER)

    assert services.deliver(making_id=making.pk, by=actor, at=LATER)


def test_the_sweep_nudges_what_nobody_works_on(
    client_: ClientConfiguration,
    actor: Actor,
    django_capture_on_commit_callbacks: Any,
) -> None:
    making = request(client_, actor)

    with django_capture_on_commit_callbacks() as soon:
        services.sweep(at=NOON + timedelta(seconds=1))
    with django_capture_on_commit_callbacks() as late:
        services.sweep(at=NOON + timedelta(seconds=5))
    KeyMaking.objects.claim(making.pk, NOON)
    with django_capture_on_commit_callbacks() as held:
        services.sweep(at=NOON + LEASE)

    assert [len(hints) for hints in (soon, late, held)] == [0, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_fifty_fetches_at_once_give_one_key() -> None:
    acme = make_organization()
    alice = make_user("alice", organization=acme)
    client = make_client(acme, system=make_system(acme, by=alice), by=alice)
    by, (public, browser) = actor_for(alice), recipient()
    making = request(client, by, recipient=public)
    services.make(making_id=making.pk, at=LATER)
    threads = 25  # of 50 fetches; the server of the tests has no more connections
    together = Barrier(threads)

    def fetch(_: int) -> list[str]:
        together.wait()
        got = []
        for _attempt in range(2):
            try:
                got.append(services.deliver(making_id=making.pk, by=by, at=LATER))
            except rules.Gone:
                got.append("gone")
        connection.close()
        return got

    with ThreadPoolExecutor(threads) as pool:
        got = [one for many in pool.map(fetch, range(threads)) for one in many]

    assert len(got) == 50
    [sealed] = [one for one in got if one != "gone"]
    assert opened(sealed, browser)["kid"] == Key.objects.get().kid
