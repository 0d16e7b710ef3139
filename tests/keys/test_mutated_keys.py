"""The neighbors of part K, through the form: whatever becomes of a key on the way is refused."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.jose.keys import thumbprint
from onboarding.keys.models import Key
from tests.jose.making import private_jwk, spent
from tests.keys.test_uploads import EC_KEY, RSA_KEY, public, spki
from tests.mutations import ANY_JSON, OCTETS, damaged

LONGEST = 0.05  # seconds of this process
MEMBERS = ["kty", "n", "e", "crv", "x", "y", "alg", "use", "key_ops", "kid", "x5c", "oth"]
QUICKLY = partial(tries, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def address(client: Client, alice: User, client_: ClientConfiguration) -> str:
    client.force_login(alice)
    tenant = client_.environment, client_.organization.number
    return reverse("keys:add", args=[*tenant, client_.pk])


def upload(client: Client, address: str, text: str, **more: Any) -> int:
    """Send a key as the portal's script does; return the status that it was answered with.

    The script gets sentences and no page, so that the time is the upload's. The better of two
    times counts: the first may be cold.
    """
    fields = {"way": "browser", "kind": "ES256", "lifetime": "365", "public_key": text} | more
    Key.objects.all().delete()
    send = partial(client.post, address, fields, headers={"Accept": "application/json"})
    answer, first = spent(send)
    if first >= LONGEST and answer.status_code != 201:
        _, again = spent(send)
        assert again < LONGEST, f"{first * 1000:.0f} ms, {again * 1000:.0f} ms"
    if answer.status_code == 422:
        assert json.loads(answer.content)["errors"]
    return int(answer.status_code)


def is_the_key(text: str) -> bool:
    """Whether the one key that is registered is really that of a JWK."""
    return Key.objects.get().thumbprint == thumbprint(json.loads(text))


JWKS = [public(), public("ES384", kid="a"), public("PS256/2048", use="sig")]


@QUICKLY(max_examples=150)
@given(data=st.data(), jwk=st.sampled_from(JWKS))
def test_damaged_jwk(
    client: Client, address: str, data: st.DataObject, jwk: dict[str, Any]
) -> None:
    """Refused, or exactly what was sent: in a name, in white space, or in one place more.

    A modulus with a bit flipped has small factors, as a rule; where it has none, nobody can tell
    it from one that somebody has made. Such a key stays unproved.
    """
    text = data.draw(damaged(json.dumps(jwk)))

    status = upload(client, address, text)

    assert status == 422 or (status == 201 and is_the_key(text))
    assert not Key.objects.exclude(proved_at=None).exists()


@QUICKLY(max_examples=150)
@given(jwk=st.sampled_from(JWKS), name=st.sampled_from(MEMBERS), value=ANY_JSON)
def test_any_value_of_any_member(
    client: Client, address: str, jwk: dict[str, Any], name: str, value: Any
) -> None:
    text = json.dumps(jwk | {name: value})

    status = upload(client, address, text)

    assert status == 422 or (status == 201 and is_the_key(text))
    if status == 201:
        assert name in ("kid", "use", "alg", "oth", "n", "e", "crv", "x", "y")
        assert jwk["kty"] == Key.objects.get().kty


@QUICKLY(max_examples=80)
@given(data=st.data(), which=st.sampled_from([EC_KEY, RSA_KEY]))
def test_damaged_pem(client: Client, address: str, data: st.DataObject, which: Any) -> None:
    """A damaged key in PEM can be another one that nobody knows of, if it is a sound one."""
    text = data.draw(damaged(spki(which)))

    assert upload(client, address, text, alg="ES256") in (422, 201)
    assert Key.objects.count() <= 1


@QUICKLY(max_examples=80)
@given(octets=OCTETS)
def test_random_octets_as_a_file(client: Client, address: str, octets: bytes) -> None:
    file = SimpleUploadedFile("key.pem", octets)

    assert upload(client, address, "", way="upload", file=file) == 422


@QUICKLY(max_examples=80)
@given(text=st.text(max_size=300))
def test_random_text(client: Client, address: str, text: str) -> None:
    assert upload(client, address, text) == 422


@QUICKLY(max_examples=60)
@given(value=ANY_JSON, size=st.integers(0, 12))
def test_sets_of_anything(client: Client, address: str, value: Any, size: int) -> None:
    assert upload(client, address, json.dumps({"keys": [value] * size})) == 422


@QUICKLY(max_examples=60)
@given(data=st.data())
def test_damaged_private_key_leaves_nothing(
    client: Client, address: str, data: st.DataObject
) -> None:
    text = data.draw(damaged(json.dumps(private_jwk("ES256"))))

    assert upload(client, address, text) == 422
    assert not Key.objects.exists()


def many(text: str, size: int) -> str:
    return (text * (size // len(text) + 1))[:size]


HEAVY = {
    "beginnings": many("-----BEGIN A-----", 64_000),
    "private beginnings": many("-----BEGIN PRIVATE KEY-----", 64_000),
    "numbered beginnings": "".join(f"-----BEGIN {n} PRIVATE KEY-----" for n in range(1800)),
    "white space": "A" + " " * 60_000 + "!",
    "base64": "A" * 64_000,
    "brackets": "[" * 64_000,
    "braces": many('{"a":', 64_000),
    "digits": f'{{"n": {"1" * 60_000}}}',
    "members": json.dumps({str(n): n for n in range(5000)}),
    "quoted": json.dumps({"a": json.dumps({"b": "{" * 25_000})}),
    "private": many("private ", 64_000),
    "escapes": many('"d\\\\', 64_000),
    "zeros": json.dumps(public("PS256/2048", n="A" * 60_000)),
    "modulus": json.dumps(public("PS256/2048", n="_" * 60_000)),
    "exponent": json.dumps(public("PS256/2048", e="_" * 60_000)),
    "256 kB": "x" * 250_000,
}


@pytest.mark.parametrize("row", HEAVY)
@pytest.mark.parametrize("as_file", [False, True])
def test_k32_heavy_texts_are_refused_as_quickly(
    client: Client, address: str, row: str, as_file: bool
) -> None:
    text = HEAVY[row]
    if as_file:
        file = SimpleUploadedFile("key.pem", text.encode())
        assert upload(client, address, "", way="upload", file=file) == 422
    else:
        assert upload(client, address, text) == 422


def test_k32_a_file_of_many_megabytes_is_not_read(client: Client, address: str) -> None:
    file = SimpleUploadedFile("key.pem", b"-----BEGIN PRIVATE KEY-----" * 200_000)
    fields = {"way": "upload", "kind": "ES256", "lifetime": "365", "file": file}

    answer, _ = spent(partial(client.post, address, fields, headers={"Accept": "text/html"}))

    assert answer.status_code == 422
    assert "<code>key.size</code>" in answer.content.decode()
    assert b"BEGIN PRIVATE" not in answer.content
