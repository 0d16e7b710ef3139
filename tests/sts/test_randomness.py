"""Nobody guesses what is made here (B18): each secret has 128 bits of chance at least.

Each is taken from where people and programs get it. What is drawn from the system's generator
shows in that every bit takes both values; what is made under a MAC shows in its length, and in that
another secret makes another.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.jose import b64
from onboarding.keys import services as keys
from onboarding.suppliers.models import Organization
from tests.factories import make_system
from tests.leaks import remember_secret
from tests.machines import Machine, claims_of

SAMPLES = 24
BITS = 128
SECRET = re.compile(r'<code id="secret">([A-Za-z0-9_-]{43})</code>')


def chance(values: list[str]) -> int:
    """How many bits of the values were seen both set and unset; all values differ."""
    assert len(set(values)) == len(values)
    raw = [int.from_bytes(b64.decode(value), "big") for value in values]
    ever, always = 0, -1
    for number in raw:
        ever, always = ever | number, always & number
    return (ever & ~always).bit_count()


def test_b18_name_of_an_access_token(machine: Machine) -> None:
    found = [claims_of(machine.token())["jti"] for _ in range(SAMPLES)]

    assert chance(found) >= BITS


@pytest.fixture
def alice_here(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_b18_link_of_an_invitation(client: Client, acme: Organization, anna: User) -> None:
    client.force_login(anna)
    tenant = ["test", acme.number]
    for n in range(10):
        data = {"email": f"ny{n}@acme.example", "role": "writer"}
        assert client.post(reverse("people:invite", args=tenant), data).status_code < 400
    letters = "".join(str(letter.body) for letter in mail.outbox)

    found = re.findall(r"/invitations/([A-Za-z0-9_-]+)/", letters)

    assert len(found) == 10
    assert chance(found) >= BITS


def test_b18_automation_key(alice_here: Client, acme: Organization, alice: User) -> None:
    system = make_system(acme, by=alice)
    address = reverse("systems:automation", args=["test", acme.number, system.pk])
    found = []
    for n in range(8):
        page = alice_here.post(address, {"name": f"Installasjon {n}"}).content.decode()
        found += SECRET.findall(page)

    for secret in found:
        remember_secret(secret)
    assert len(found) == 8
    assert chance(found) >= BITS


def test_b18_key_of_the_test_token_service(alice_here: Client, acme: Organization) -> None:
    address = reverse("testtokens:new_key", args=["test", acme.number])
    found = []
    for n in range(8):
        page = alice_here.post(address, {"name": f"CI {n}", "days": "7"}).content.decode()
        found += SECRET.findall(page)

    for secret in found:
        remember_secret(secret)
    assert len(found) == 8
    assert chance(found) >= BITS


def test_b18_challenge_for_a_key(machine: Machine) -> None:
    """Random octets behind the time, and a MAC over both that has 128 bits itself."""
    at = timezone.now()
    found = [keys.challenge(machine.registered, "", at).nonce for _ in range(SAMPLES)]

    assert chance(found) > BITS


def test_b18_nonce_of_the_server(machine: Machine, settings: Any) -> None:
    """The same for all within its time, so it is its MAC that nobody can make: 256 bits."""
    found = []
    for secret in range(SAMPLES):
        settings.SECRET_KEY = f"another secret, number {secret}, of more than enough length"
        assert machine.post(proof=machine.proof(nonce="old")).status_code == 400
        found.append(machine.nonce)

    assert chance(found) >= BITS
    assert {len(b64.decode(nonce)) for nonce in found} == {32}
