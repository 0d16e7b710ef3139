"""Rows of part K that are about more than the text of one key, through the pages."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.jose.keys import thumbprint
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.states import KeyState
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from tests.factories import make_client, make_membership, make_organization, make_system, make_user
from tests.keys.conftest import pair
from tests.keys.test_moduli import public as sharing
from tests.machines import Machine, error_of, make_machine, numbered, private_jwk, register

SECRET_NAME = "Hemmeligheten legekontor"


def url(name: str, client: ClientConfiguration, *args: object) -> str:
    return reverse(name, args=[client.environment, client.organization.number, client.pk, *args])


def upload(browser: Client, client: ClientConfiguration, text: str) -> tuple[int, str]:
    fields = {"way": "upload", "kind": "ES256", "lifetime": "365", "public_key": text}
    answer = browser.post(url("keys:add", client), fields)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def same_organisation(client: ClientConfiguration, by: User) -> ClientConfiguration:
    system = make_system(client.organization, by=by)
    return make_client(client.organization, system=system, by=by)


def other_organisation(client: ClientConfiguration, by: User) -> ClientConfiguration:
    return make_client(make_organization(SECRET_NAME))


def other_environment(client: ClientConfiguration, by: User) -> ClientConfiguration:
    system = make_system(client.organization, environment="production", by=by)
    return make_client(client.organization, system=system, by=by)


def itself(client: ClientConfiguration, by: User) -> ClientConfiguration:
    return client


REVOKED, EXPIRED = "revoked", "expired"
ELSEWHERE: list[
    tuple[str, Callable[[ClientConfiguration, User], ClientConfiguration], str, str]
] = [
    ("K25", same_organisation, "", "key.used_elsewhere"),
    ("K25", other_organisation, "", "key.used_elsewhere"),
    ("K25", other_environment, "", "key.used_elsewhere"),
    ("K25", other_organisation, REVOKED, "key.used_elsewhere"),
    ("K25", other_organisation, EXPIRED, "key.used_elsewhere"),
    ("K25", itself, REVOKED, "key.retired"),
    ("K25", itself, EXPIRED, "key.retired"),
]


@pytest.mark.parametrize(("owner", "fate", "code"), numbered(ELSEWHERE))
def test_k25_a_key_that_is_or_was_somewhere_is_refused_without_telling_whose(
    browser: Client,
    alice: User,
    client_: ClientConfiguration,
    owner: Callable[[ClientConfiguration, User], ClientConfiguration],
    fate: str,
    code: str,
) -> None:
    private, now = private_jwk("ES256", 25), timezone.now()
    holder = owner(client_, alice)
    gone: dict[str, dict[str, Any]] = {
        REVOKED: {"revoked_at": now, "revoked_by": alice},
        EXPIRED: {"expires_at": now - timedelta(seconds=1)},
    }
    known = register(holder, private, **gone.get(fate, {}))

    status, page = upload(browser, client_, json.dumps(known.public_jwk))

    assert status == 422
    assert f"<code>{code}</code>" in page
    assert SECRET_NAME not in page
    assert str(holder.pk) not in page or holder == client_
    assert Key.objects.count() == 1


@pytest.mark.parametrize(("row", "first"), numbered([("K12", "K12", True), ("K12", "K12", False)]))
def test_k12_a_prime_in_common_with_anybodys_key(
    browser: Client, client_: ClientConfiguration, charlie: User, row: str, first: bool
) -> None:
    """Refused at upload whoever came first; the nightly comparison has tests of its own."""
    theirs = make_client(charlie.memberships.get().organization, by=charlie)
    others = Client()
    others.force_login(charlie)
    mine, yours = (sharing(0, 1), sharing(1, 2)) if first else (sharing(1, 2), sharing(0, 1))
    assert upload(others, theirs, yours)[0] == 302

    status, page = upload(browser, client_, mine)

    assert status == 422
    assert "<code>key.shared_primes</code>" in page
    assert theirs.organization.name not in page
    assert Key.objects.get().client == theirs
    assert Key.objects.get().weak_at is not None


def test_k13_a_key_that_is_known_to_be_compromised(
    browser: Client, client_: ClientConfiguration
) -> None:
    """Keys whose private half reached us are the one list that is kept here. The published ones
    are no part of the installation, and the README says so.
    """
    text, private = pair()
    BarredThumbprint.objects.create(thumbprint=thumbprint(private), barred_at=timezone.now())

    status, page = upload(browser, client_, text)

    assert status == 422
    assert "<code>key.barred</code>" in page
    readme = (Path(settings.BASE_DIR) / "README.md").read_text()
    assert "lists of leaked keys" in readme


WHO: list[tuple[str, str, int]] = [
    ("K38", "alice", 302),
    ("K38", "anna", 302),
    ("K38", "bob", 403),
    ("K38", "charlie", 404),
    ("K38", "rita", 403),
    ("K38", "olav", 403),
    ("K38", "production", 403),
    ("K38", "", 302),
]


@pytest.fixture
def production(acme: Organization) -> User:
    """Reads for Acme in test, writes in production."""
    user = make_user("petra", organization=acme, role=Role.READER)
    make_membership(user, acme, environment="production", role=Role.WRITER)
    return user


@pytest.mark.parametrize(("who", "status"), numbered(WHO))
@pytest.mark.parametrize("private", [False, True])
def test_k38_who_may_upload(
    request: pytest.FixtureRequest,
    client: Client,
    client_: ClientConfiguration,
    who: str,
    status: int,
    private: bool,
) -> None:
    """A good key from those who may; from others not even a private key is looked at."""
    public, secret = pair()
    if who:
        client.force_login(request.getfixturevalue(who))

    answer = upload(client, client_, json.dumps(secret) if private else public)[0]

    may = who in ("alice", "anna")
    assert answer == (422 if private and may else status)
    assert Key.objects.count() == (1 if may and not private else 0)
    assert BarredThumbprint.objects.count() == (1 if may and private else 0)


STATES: list[tuple[str, Status, int]] = [
    ("K38", Status.ACTIVE, 302),
    ("K38", Status.STOPPED, 302),
    ("K38", Status.DISCARDED, 404),
]


@pytest.mark.parametrize(("state", "status"), numbered(STATES))
def test_k38_when_a_key_may_be_uploaded(
    browser: Client, client_: ClientConfiguration, state: Status, status: int
) -> None:
    """Nothing else locks a client: what is reviewed is the system, and each release of it."""
    client_.status = state
    if state == Status.DISCARDED:
        client_.finished_at = client_.finished_by = None
    client_.save()

    assert upload(browser, client_, pair()[0])[0] == status
    assert Key.objects.exists() is (status == 302)


def test_k38_nor_at_another_organisations_address(
    browser: Client, alice: User, charlie: User
) -> None:
    theirs = make_client(charlie.memberships.get().organization, by=charlie)
    mine = alice.memberships.get().organization
    address = reverse("keys:add", args=["test", mine.number, theirs.pk])

    assert upload(browser, theirs, pair()[0])[0] == 404
    assert browser.post(address, {"way": "upload", "public_key": pair()[0]}).status_code == 404


@pytest.fixture
def rotating(acme: Organization, alice: User) -> Machine:
    """A program of Acme's whose key is about to be changed."""
    return make_machine(organization=acme, by=alice, system=make_system(acme, by=alice)).meet()


def asked_with(machine: Machine, private: dict[str, str]) -> tuple[int, str]:
    return error_of(machine.post(machine.form(client_assertion=machine.assertion(key=private))))


def test_k41_two_keys_overlap_until_the_old_one_ends(browser: Client, rotating: Machine) -> None:
    """Both work from the moment that the new one is registered until the old one is revoked."""
    old, (public, made) = rotating.private, pair(kid=secrets.token_hex(8))
    new = made | {"kid": json.loads(public)["kid"]}
    assert asked_with(rotating, new) == (400, "invalid_client")

    assert upload(browser, rotating.client, public)[0] == 302
    assert asked_with(rotating, new) == asked_with(rotating, old) == (200, "")
    revoke = url("keys:revoke", rotating.client, rotating.registered.pk)
    assert browser.post(revoke).status_code == 302

    assert asked_with(rotating, old) == (400, "invalid_client")
    assert asked_with(rotating, new) == (200, "")


def test_k41_the_last_key_is_asked_about_twice(browser: Client, rotating: Machine) -> None:
    revoke = url("keys:revoke", rotating.client, rotating.registered.pk)

    page = browser.get(revoke).content.decode()

    assert "Dette er den eneste nøkkelen som er i bruk." in page
    assert browser.post(revoke).status_code == 422
    assert asked_with(rotating, rotating.private) == (200, "")
    assert browser.post(revoke, {"sure": "on"}).status_code == 302
    assert asked_with(rotating, rotating.private) == (400, "invalid_client")


def test_k41_a_key_that_has_ended_is_refused_whatever_else_there_is(
    browser: Client, rotating: Machine
) -> None:
    assert upload(browser, rotating.client, pair()[0])[0] == 302
    Key.objects.filter(pk=rotating.registered.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )

    assert asked_with(rotating, rotating.private) == (400, "invalid_client")


def test_k37_a_key_is_unproved_until_its_private_half_has_signed(
    browser: Client, rotating: Machine
) -> None:
    """By the first assertion; a signed challenge does it too (test_possession.py)."""
    key, page = rotating.registered, url("client", rotating.client)
    Key.objects.update(proved_at=None, last_used_at=None)
    key.refresh_from_db()
    before = browser.get(page).content.decode()
    wrong = rotating.assertion(key={**private_jwk("ES256", 666), "kid": key.kid})
    assert error_of(rotating.post(rotating.form(client_assertion=wrong)))[0] == 400
    key.refresh_from_db()
    assert key.state(timezone.now()) == KeyState.UNPROVED
    assert "Ikke verifisert" in before

    assert asked_with(rotating, rotating.private) == (200, "")

    key.refresh_from_db()
    assert key.proved_at is not None
    assert "Ikke verifisert" not in browser.get(page).content.decode()
