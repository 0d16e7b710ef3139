"""Registering, proving and revoking public keys."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import KeyWay, Status
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.keys import services
from onboarding.keys.models import BarredThumbprint, Key, KeyPlan
from onboarding.keys.services import KeyRefused
from onboarding.keys.states import KeyState, Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.factories import make_client, make_key, make_organization, make_system, make_user
from tests.keys.conftest import pair


def register(client: ClientConfiguration, text: str, by: Actor, **given: Any) -> list[Key]:
    asked = {"alg": None, "origin": Origin.UPLOAD, "lifetime_days": 365, "at": NOON} | given
    return services.register(client_id=client.pk, text=text, by=by, **asked)


def codes(refusal: KeyRefused) -> list[str]:
    return [check.code for check in refusal.checks if check.verdict == "failed"]


def test_a_public_key_becomes_a_row_with_an_event(
    client_: ClientConfiguration, actor: Actor
) -> None:
    text, private = pair("ES384", kid="anna-2026")

    [key] = register(client_, text, actor, lifetime_days=91)

    assert (key.kid, key.alg, key.kty, key.bits) == ("anna-2026", "ES384", "EC", 384)
    assert key.expires_at == NOON + timedelta(days=91)
    assert key.created_by_id == actor.user_id
    assert key.state(NOON) == KeyState.UNPROVED
    assert set(key.public_jwk) == {"kty", "crv", "x", "y", "alg", "kid", "use"}
    event = Event.objects.get()
    assert (event.kind, event.actor) == ("key.registered", actor.name)
    assert private["d"] not in json.dumps(event.details)


def test_the_same_request_twice_gives_one_key(client_: ClientConfiguration, actor: Actor) -> None:
    text, _ = pair()

    first = register(client_, text, actor)
    second = register(client_, text, actor)

    assert [key.pk for key in first] == [key.pk for key in second]
    assert Key.objects.count() == 1
    assert Event.objects.count() == 1


def test_a_set_gives_a_row_for_each_key(client_: ClientConfiguration, actor: Actor) -> None:
    keys = [json.loads(pair(alg)[0]) for alg in ("ES256", "ES384")]

    rows = register(client_, json.dumps({"keys": keys}), actor)

    assert [row.alg for row in rows] == ["ES256", "ES384"]


def test_the_algorithm_is_asked_for_and_never_guessed(
    client_: ClientConfiguration, actor: Actor
) -> None:
    members = json.loads(pair("PS256")[0])
    del members["alg"]

    with pytest.raises(KeyRefused) as refused:
        register(client_, json.dumps(members), actor)
    [key] = register(client_, json.dumps(members), actor, alg="PS384")

    assert refused.value.choices == ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    assert key.alg == "PS384"


def test_a_private_key_is_refused_and_barred_for_ever(
    client_: ClientConfiguration, actor: Actor
) -> None:
    text, private = pair()

    with pytest.raises(KeyRefused, match="rakk å komme fram") as refused:
        register(client_, json.dumps(private), actor)
    with pytest.raises(KeyRefused) as barred:
        register(client_, text, actor)

    assert "key.private" in codes(refused.value)
    assert codes(barred.value) == ["key.barred"]
    assert BarredThumbprint.objects.count() == 1
    assert not Key.objects.exists()
    event = Event.objects.get()
    assert event.kind == "key.barred"
    assert private["d"] not in json.dumps(event.details)


def test_a_key_of_another_client_is_refused_without_saying_whose(
    client_: ClientConfiguration, actor: Actor
) -> None:
    text, _ = pair()
    other = make_user("eva", organization=make_organization("Annen AS"))
    elsewhere = make_client(make_organization("Tredje AS"), by=other)
    writer = Actor("eva", user_id=other.pk, is_system=True)
    register(elsewhere, text, writer)

    with pytest.raises(KeyRefused) as refused:
        register(client_, text, actor)

    assert codes(refused.value) == ["key.used_elsewhere"]
    assert "Tredje" not in str(refused.value)
    assert f"Lag en ny nøkkel for {client_.name}" in str(refused.value)


def test_a_revoked_key_cannot_come_back(client_: ClientConfiguration, actor: Actor) -> None:
    text, _ = pair()
    [key] = register(client_, text, actor)
    services.revoke(key_id=key.pk, by=actor, at=NOON)

    with pytest.raises(KeyRefused) as refused:
        register(client_, text, actor)

    assert codes(refused.value) == ["key.retired"]


def test_a_kid_names_one_key_of_a_client(client_: ClientConfiguration, actor: Actor) -> None:
    register(client_, pair(kid="one")[0], actor)

    with pytest.raises(KeyRefused) as refused:
        register(client_, pair(kid="one")[0], actor)

    assert codes(refused.value) == ["key.kid_taken"]


def test_the_key_of_a_discarded_draft_is_free_again(
    draft: ClientConfiguration, client_: ClientConfiguration, actor: Actor
) -> None:
    text, _ = pair()
    register(draft, text, actor)
    draft.status = Status.DISCARDED
    draft.save()

    [key] = register(client_, text, actor)

    assert key.client_id == client_.pk
    assert Key.objects.count() == 1


def test_a_draft_has_the_keys_of_the_last_answer_only(
    draft: ClientConfiguration, actor: Actor
) -> None:
    register(draft, pair()[0], actor)
    KeyPlan.objects.create(client=draft, kind="ES256", lifetime_days=365)

    [second] = register(draft, pair("ES384")[0], actor, origin=Origin.BROWSER)

    draft.refresh_from_db()
    assert list(Key.objects.all()) == [second]
    assert not KeyPlan.objects.exists()
    assert (draft.step, draft.key_way, draft.key_kind) == ("key", KeyWay.BROWSER, "ES384")


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_lifetime_that_nobody_offered_is_refused(
    client_: ClientConfiguration, actor: Actor, days: int
) -> None:
    with pytest.raises(Invalid, match="levetidene"):
        register(client_, pair()[0], actor, lifetime_days=days)


def test_who_may_not_write_changes_nothing(client_: ClientConfiguration, bob: User) -> None:
    _, private = pair()

    with pytest.raises(NotPermitted, match="Acme EPJ AS"):
        register(client_, json.dumps(private), actor_for(bob))

    assert not BarredThumbprint.objects.exists()
    assert not Event.objects.exists()


def test_revoking_is_final_and_recorded(client_: ClientConfiguration, actor: Actor) -> None:
    key = make_key(client_)

    services.revoke(key_id=key.pk, by=actor, at=NOON)

    key.refresh_from_db()
    assert (key.revoked_at, key.revoked_by_id) == (NOON, actor.user_id)
    assert list(Event.objects.values_list("kind", flat=True)) == ["key.revoked"]
    with pytest.raises(NotPossibleNow):
        services.revoke(key_id=key.pk, by=actor, at=NOON)


def test_a_use_proves_the_key_and_is_noted_once_a_minute(client_: ClientConfiguration) -> None:
    key = make_key(client_)
    moments = [NOON + timedelta(seconds=seconds) for seconds in (0, 59, 60)]
    seen = []

    for moment in moments:
        services.mark_used(key_id=key.pk, at=moment)
        key.refresh_from_db()
        seen.append((key.proved_at, key.last_used_at))

    assert seen == [(NOON, NOON), (NOON, NOON), (NOON, moments[2])]
    assert list(Event.objects.values_list("kind", flat=True)) == ["key.proved"]
    assert key.state(NOON) == KeyState.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_clients_at_once_gives_one_row() -> None:
    acme = make_organization()
    alice = make_user("alice", organization=acme)
    system = make_system(acme, by=alice)
    clients = [make_client(acme, system=system, by=alice) for _ in range(2)]
    text, by, together = pair()[0], actor_for(alice), Barrier(2)

    def attempt(client: ClientConfiguration) -> str:
        try:
            together.wait()
            register(client, text, by)
        except KeyRefused as refusal:
            return codes(refusal)[0]
        finally:
            connection.close()
        return "registered"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, clients))

    assert sorted(outcomes) == ["key.used_elsewhere", "registered"]
    assert Key.objects.count() == 1
    assert Event.objects.count() == 1
