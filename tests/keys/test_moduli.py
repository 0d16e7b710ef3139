"""RSA keys that share a prime: refused at upload, found at night, told to each owner alone."""

from __future__ import annotations

import json
import logging
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier

import gmpy2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection

from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.jose import b64
from onboarding.jose.algorithms import rsa_members
from onboarding.keys import services
from onboarding.keys.models import Key, Modulus
from onboarding.keys.services import KeyRefused, moduli
from onboarding.keys.states import Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.factories import make_client, make_key, make_organization, make_system, make_user
from tests.keys.conftest import pair


@cache
def primes() -> tuple[int, ...]:
    """Six primes of 1024 bits, as OpenSSL makes them."""
    keys = [rsa.generate_private_key(65537, 2048).private_numbers() for _ in range(3)]
    return tuple(prime for key in keys for prime in (key.p, key.q))


def public(one: int, other: int) -> str:
    """The public JWK of a key with these primes, among those above by their places."""
    p, q = primes()[one], primes()[other]
    return jwk(p * q)


def multiple() -> str:
    """The public JWK of a key whose modulus is that of the first two primes, times a third."""
    third = gmpy2.next_prime((1 << 1024) - secrets.randbits(1000))  # so that it has 3072 bits
    return jwk(primes()[0] * primes()[1] * int(third))


def jwk(modulus: int) -> str:
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    return json.dumps({**rsa_members(key), "alg": "PS256"})


def register(client: ClientConfiguration, text: str, by: Actor) -> list[Key]:
    return services.register(
        client_id=client.pk,
        text=text,
        alg=None,
        origin=Origin.UPLOAD,
        lifetime_days=365,
        by=by,
        at=NOON,
    )


@pytest.fixture
def elsewhere(db: None) -> ClientConfiguration:
    """A client of another organisation."""
    return make_client(make_organization("Tredje AS"))


@pytest.fixture
def stranger() -> Actor:
    return Actor("eva", is_system=True)


def kinds_of(client: ClientConfiguration) -> list[str]:
    events = Event.objects.filter(organization_id=client.organization_id).order_by("seq")
    return list(events.values_list("kind", flat=True))


@pytest.mark.parametrize("other", ["usable", "revoked", "gone"])
def test_a_prime_of_anybodys_key_refuses_and_alarms(
    client_: ClientConfiguration,
    actor: Actor,
    elsewhere: ClientConfiguration,
    stranger: Actor,
    caplog: pytest.LogCaptureFixture,
    other: str,
) -> None:
    [theirs] = register(elsewhere, public(0, 1), stranger)
    if other == "revoked":
        theirs.revoked_at, theirs.revoked_by_id = NOON, actor.user_id
        theirs.save()
    if other == "gone":  # as after a draft whose key was replaced
        theirs.delete()

    with pytest.raises(KeyRefused) as refused:
        register(client_, public(1, 2), actor)

    [check] = refused.value.checks
    assert (check.code, check.verdict) == ("key.shared_primes", "failed")
    assert "Nøkkelen har en kjent svakhet" in str(refused.value)
    assert "Tredje" not in str(refused.value)
    assert not Key.objects.filter(client=client_).exists()
    assert Modulus.objects.count() == 1
    assert kinds_of(client_) == ["key.shared_prime"]
    told = ["key.registered", "key.shared_prime"] if other != "gone" else ["key.registered"]
    assert kinds_of(elsewhere) == told
    mine = Event.objects.get(kind="key.shared_prime", organization_id=client_.organization_id)
    assert theirs.thumbprint not in json.dumps(mine.details)
    [line] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert theirs.thumbprint in line.getMessage()
    if other != "gone":
        theirs.refresh_from_db()
        assert theirs.weak_at == NOON


def test_the_other_owner_is_told_once_however_often_it_is_tried(
    client_: ClientConfiguration, actor: Actor, elsewhere: ClientConfiguration, stranger: Actor
) -> None:
    register(elsewhere, public(0, 1), stranger)

    for _ in range(2):
        with pytest.raises(KeyRefused):
            register(client_, public(1, 2), actor)

    assert kinds_of(elsewhere) == ["key.registered", "key.shared_prime"]
    assert kinds_of(client_) == ["key.shared_prime", "key.shared_prime"]


def test_keys_without_a_prime_in_common_are_registered(
    client_: ClientConfiguration, actor: Actor, elsewhere: ClientConfiguration, stranger: Actor
) -> None:
    register(elsewhere, public(0, 1), stranger)
    register(client_, public(2, 3), actor)
    register(client_, pair("ES256")[0], actor)

    assert Modulus.objects.count() == 2
    assert not Key.objects.exclude(weak_at=None).exists()


def test_two_keys_of_one_upload_are_compared_too(
    client_: ClientConfiguration, actor: Actor
) -> None:
    keys = {"keys": [json.loads(public(0, 1)), json.loads(public(1, 2))]}

    with pytest.raises(KeyRefused):
        register(client_, json.dumps(keys), actor)

    assert not Key.objects.exists()
    assert not Modulus.objects.exists()


def test_a_multiple_of_somebodys_modulus_discredits_itself_only(
    client_: ClientConfiguration, actor: Actor, elsewhere: ClientConfiguration, stranger: Actor
) -> None:
    """Nobody needs to know a prime to register one: it must not be taken for a shared prime."""
    [theirs] = register(elsewhere, public(0, 1), stranger)

    with pytest.raises(KeyRefused):
        register(client_, multiple(), actor)

    theirs.refresh_from_db()
    assert theirs.weak_at is None
    assert kinds_of(elsewhere) == ["key.registered"]


def test_a_multiple_that_was_there_first_does_not_keep_the_owner_out(
    client_: ClientConfiguration, actor: Actor, elsewhere: ClientConfiguration, stranger: Actor
) -> None:
    [squatter] = register(elsewhere, multiple(), stranger)

    [mine] = register(client_, public(0, 1), actor)

    squatter.refresh_from_db()
    mine.refresh_from_db()
    assert (squatter.weak_at, mine.weak_at) == (NOON, None)


def test_what_one_process_has_seen_is_forgotten_with_its_rows(
    client_: ClientConfiguration, actor: Actor
) -> None:
    """As after a database was restored from a copy."""
    register(client_, public(0, 1), actor)
    register(client_, public(2, 3), actor)
    Modulus.objects.all().delete()
    Modulus.objects.create(thumbprint="x" * 43, octets=(primes()[4] * primes()[5]).to_bytes(256))

    with pytest.raises(KeyRefused):
        register(client_, public(5, 0), actor)


def test_the_night_finds_what_came_past_the_comparison(
    client_: ClientConfiguration, elsewhere: ClientConfiguration, caplog: pytest.LogCaptureFixture
) -> None:
    keys = []
    for client, text in ((client_, public(0, 1)), (elsewhere, public(1, 2))):
        key = make_key(client, kty="RSA", alg="PS256", bits=2048)
        moduli.add(key.thumbprint, json.loads(text)["n"])
        keys.append(key)
    moduli.add("y" * 43, b64.octets(primes()[3] * primes()[4]))

    for _ in range(2):
        services.compare_all(at=NOON)

    assert set(Key.objects.exclude(weak_at=None)) == set(keys)
    assert kinds_of(client_) == kinds_of(elsewhere) == ["key.shared_prime"]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_share_a_prime_and_come_at_once_one_is_refused() -> None:
    alice = make_user("alice", organization=make_organization())
    acme = alice.memberships.get().organization
    system = make_system(acme, by=alice)
    clients = [make_client(acme, system=system, by=alice) for _ in range(2)]
    by, together, keys = actor_for(alice), Barrier(2), (public(0, 1), public(1, 2))

    def attempt(client: ClientConfiguration, text: str) -> str:
        try:
            together.wait()
            register(client, text, by)
        except KeyRefused as refusal:
            return refusal.checks[0].code
        finally:
            connection.close()
        return "registered"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, clients, keys))

    assert sorted(outcomes) == ["key.shared_primes", "registered"]
    assert Key.objects.exclude(weak_at=None).count() == 1
