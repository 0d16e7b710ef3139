"""Proving a key by a signature: the act, its pages, and the programs that the pages show."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from jwcrypto.jwk import JWK

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.possession import Challenge
from onboarding.keys import services, snippets
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.services import NotProved
from onboarding.keys.states import KeyState, Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.jose.making import private_jwk
from tests.keys.conftest import pair
from tests.leaks import remember_secret

KINDS = ["RS256/3072", "RS512/3072", "PS256/3072", "PS384/3072", "ES256", "ES384", "ES512"]
LATER = NOON + timedelta(seconds=100)


def registered(
    client: ClientConfiguration, by: Actor, private: dict[str, Any], at: datetime = NOON
) -> Key:
    remember_secret(private["d"])
    public = PrivateKey(private).jwk_public()
    [key] = services.register(
        client_id=client.pk,
        text=json.dumps(public),
        alg=None,
        origin=Origin.UPLOAD,
        lifetime_days=365,
        by=by,
        at=at,
    )
    return key


@pytest.fixture
def private() -> dict[str, Any]:
    return pair("ES256")[1]


@pytest.fixture
def key(client_: ClientConfiguration, actor: Actor, private: dict[str, Any]) -> Key:
    return registered(client_, actor, private, timezone.now() - timedelta(days=1))


def token(challenge: Challenge, private: dict[str, Any]) -> str:
    claims = {
        "aud": settings.BASE_URL,
        "nonce": challenge.nonce,
        "iat": challenge.issued,
        "exp": challenge.expires,
    }
    return sign({"typ": "key-pop+jwt"}, claims, PrivateKey(private))


def bare(challenge: Challenge, private: dict[str, Any]) -> str:
    raw = PrivateKey(private).sign(challenge.text.encode())
    r, s = (int.from_bytes(part, "big") for part in (raw[:32], raw[32:]))
    return b64encode(encode_dss_signature(r, s)).decode()


def prove(key: Key, signature: str, by: Actor, nonce: str = "", at: datetime = LATER) -> Key:
    return services.prove(key_id=key.pk, signature=signature, nonce=nonce, by=by, at=at)


def url(key: Key, way: str = "browser") -> str:
    client = key.client
    args = [client.environment, client.organization.number, client.pk, key.pk]
    return reverse("keys:prove", args=args) + f"?way={way}"


@pytest.mark.parametrize("shape", ["token", "bare"])
def test_a_signature_proves_the_key_with_an_event(
    key: Key, actor: Actor, private: dict[str, Any], shape: str
) -> None:
    challenge = services.challenge(key, "", NOON)

    if shape == "token":
        prove(key, f"  {token(challenge, private)}\n", actor)
    else:
        prove(key, bare(challenge, private), actor, challenge.nonce)

    key.refresh_from_db()
    assert (key.proved_at, key.last_used_at) == (LATER, None)
    assert key.state(LATER) == KeyState.PROVED
    event = Event.objects.get(kind="key.proved")
    assert event.actor == actor.name
    assert challenge.nonce not in json.dumps(event.details)


def test_what_proves_nothing_changes_nothing(key: Key, actor: Actor) -> None:
    challenge = services.challenge(key, "", NOON)
    other = pair("ES256")[1]

    for signature in (token(challenge, other), bare(challenge, other), "x", "a.b.c", "é"):
        with pytest.raises(NotProved) as refused:
            prove(key, signature, actor, challenge.nonce)
        assert refused.value.headlines

    key.refresh_from_db()
    assert key.proved_at is None
    assert not Event.objects.filter(kind="key.proved").exists()


def test_a_challenge_is_used_once(key: Key, actor: Actor, private: dict[str, Any]) -> None:
    """As when the key of a worker was replaced after it had been proved."""
    signature = token(services.challenge(key, "", NOON), private)
    prove(key, signature, actor)
    Key.objects.update(proved_at=None)

    with pytest.raises(NotProved, match="brukt før") as refused:
        prove(key, signature, actor)

    assert [check.code for check in refused.value.checks if check.verdict == "failed"] == [
        "pop.replay"
    ]


def test_a_refused_signature_does_not_use_up_the_challenge(
    key: Key, actor: Actor, private: dict[str, Any]
) -> None:
    challenge = services.challenge(key, "", NOON)
    with pytest.raises(NotProved):
        prove(key, bare(challenge, pair("ES256")[1]), actor, challenge.nonce)

    assert prove(key, bare(challenge, private), actor, challenge.nonce).proved_at == LATER


def test_the_same_signature_twice_is_one_proof(
    key: Key, actor: Actor, private: dict[str, Any]
) -> None:
    signature = token(services.challenge(key, "", NOON), private)

    first, second = (prove(key, signature, actor) for _ in range(2))

    assert first.proved_at == second.proved_at
    assert Event.objects.filter(kind="key.proved").count() == 1


def test_the_signature_of_another_key_of_the_client_is_named(
    client_: ClientConfiguration, key: Key, actor: Actor
) -> None:
    other = private_jwk("ES256")
    theirs = registered(client_, actor, other)
    challenge = services.challenge(key, "", NOON)

    with pytest.raises(NotProved, match="en annen av klientens nøkler") as refused:
        prove(key, bare(challenge, other), actor, challenge.nonce)

    [failed] = [check for check in refused.value.checks if check.verdict == "failed"]
    assert (failed.code, failed.found) == ("pop.key", theirs.thumbprint)


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_a_key_that_is_over_is_not_proved(
    key: Key, actor: Actor, private: dict[str, Any], state: str
) -> None:
    signature = token(services.challenge(key, "", NOON), private)
    if state == "revoked":
        services.revoke(key_id=key.pk, by=actor, at=NOON)
    at = LATER if state == "revoked" else key.expires_at

    with pytest.raises(NotPossibleNow, match="sperret eller utløpt"):
        prove(key, signature, actor, at=at)


def test_neither_reader_nor_draft(
    client_: ClientConfiguration, key: Key, actor: Actor, bob: User, private: dict[str, Any]
) -> None:
    signature = token(services.challenge(key, "", NOON), private)

    with pytest.raises(NotPermitted):
        prove(key, signature, actor_for(bob))
    client_.status = Status.DRAFT
    client_.finished_at = client_.finished_by = None
    client_.save()
    with pytest.raises(NotPossibleNow):
        prove(key, signature, actor)


def test_a_barred_key_stays_unproved(key: Key, actor: Actor, private: dict[str, Any]) -> None:
    BarredThumbprint.objects.create(thumbprint=key.thumbprint, barred_at=NOON)

    with pytest.raises(NotProved) as refused:
        prove(key, token(services.challenge(key, "", NOON), private), actor)

    assert [check.code for check in refused.value.checks] == ["key.barred"]


def test_a_challenge_is_kept_while_it_is_good(key: Key) -> None:
    first = services.challenge(key, "", NOON)

    assert services.challenge(key, first.nonce, NOON + timedelta(seconds=299)) == first
    assert services.challenge(key, first.nonce, NOON + timedelta(seconds=300)) != first
    assert services.challenge(key, "made-up", NOON).nonce != "made-up"


def test_the_page_takes_a_signature(
    client: Client, alice: User, key: Key, private: dict[str, Any]
) -> None:
    """K37: a JWS of type key-pop+jwt over the server's nonce, for the portal, for five minutes."""
    client.force_login(alice)
    page = client.get(url(key, "python"))

    response = client.post(
        url(key, "python"), {"signature": token(page.context["challenge"], private)}
    )

    assert page.status_code == 200
    assert response.status_code == 302
    assert response["Location"].endswith(f"/clients/{key.client_id}/#keys")
    assert client.get(url(key)).status_code == 302


@pytest.mark.parametrize("way", ["browser", "python", "openssl", "unknown"])
def test_a_signature_that_is_wrong_is_explained(
    client: Client, alice: User, key: Key, private: dict[str, Any], way: str
) -> None:
    client.force_login(alice)
    challenge = client.get(url(key, way)).context["challenge"]

    response = client.post(url(key, way), {"signature": "AAAA", "nonce": challenge.nonce})

    text = response.content.decode()
    assert response.status_code == 422
    assert "Signaturen verifiserer ikke nøkkelen." in text
    assert "pop.der" in text
    assert "Lim inn signaturen slik openssl skriver den" in text
    assert response.context["challenge"] == challenge


@pytest.mark.parametrize("way", ["browser", "python", "openssl"])
def test_nothing_sent_is_said(client: Client, alice: User, key: Key, way: str) -> None:
    client.force_login(alice)

    response = client.post(url(key, way))

    assert response.status_code == 422
    sentence = "krever JavaScript" if way == "browser" else "Lim inn signaturen."
    assert sentence in response.content.decode()


@pytest.mark.parametrize("shape", ["JWK", "PEM"])
def test_a_private_key_that_is_pasted_is_barred_and_not_shown(
    client: Client, alice: User, key: Key, private: dict[str, Any], shape: str
) -> None:
    client.force_login(alice)
    text = json.dumps(private) if shape == "JWK" else pem(private).decode()

    response = client.post(url(key, "python"), {"signature": text})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Dette er en privat nøkkel, og den rakk å komme fram til oss." in page
    assert private["d"] not in page
    assert "BEGIN" not in page.replace("-----BEGIN&quot; in text", "")
    assert BarredThumbprint.objects.get().thumbprint == key.thumbprint


def test_the_panel_leads_there_while_the_key_is_unproved(
    client: Client, alice: User, bob: User, key: Key
) -> None:
    address = url(key).partition("?")[0]
    client_url = address.partition("keys/")[0]

    def panel(who: User) -> str:
        client.force_login(who)
        return client.get(client_url).content.decode()

    assert address in panel(alice)
    assert "Nøkkelen er ikke verifisert" in panel(alice)
    assert address not in panel(bob)
    Key.objects.update(proved_at=NOON)
    assert address not in panel(alice)
    assert "Nøkkelen er ikke verifisert" not in panel(alice)


@pytest.mark.parametrize("who", ["bob", "charlie", "rita"])
def test_others_prove_nothing(
    client: Client,
    request: pytest.FixtureRequest,
    key: Key,
    private: dict[str, Any],
    who: str,
) -> None:
    client.force_login(request.getfixturevalue(who))
    signature = token(services.challenge(key, "", timezone.now()), private)

    response = client.post(url(key), {"signature": signature})

    assert response.status_code == (404 if who == "charlie" else 403)
    key.refresh_from_db()
    assert key.proved_at is None


def pem(private: dict[str, Any]) -> bytes:
    """The key as PKCS #8, as OpenSSL writes it."""
    members = {name: value for name, value in private.items() if name != "alg"}
    text = JWK(**members).export_to_pem(private_key=True, password=None)
    loaded = load_pem_private_key(text, None)
    return loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def shown(client: Client, key: Key, way: str) -> tuple[str, str]:
    """The program on the page, and the nonce in its form."""
    page = client.get(url(key, way))
    assert page.context["program"] in page.content.decode().replace("&#x27;", "'").replace(
        "&quot;", '"'
    ).replace("&gt;", ">").replace("&lt;", "<")
    return page.context["program"], page.context["challenge"].nonce


@pytest.mark.parametrize("kind", KINDS)
def test_openssl_as_it_is_shown(
    client: Client,
    alice: User,
    client_: ClientConfiguration,
    actor: Actor,
    tmp_path: Path,
    kind: str,
) -> None:
    private = private_jwk(kind)
    key = registered(client_, actor, private, timezone.now())
    (tmp_path / "privat.pem").write_bytes(pem(private))
    client.force_login(alice)
    program, nonce = shown(client, key, "openssl")

    done = subprocess.run(
        ["sh", "-euc", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    response = client.post(url(key, "openssl"), {"signature": done.stdout, "nonce": nonce})

    assert response.status_code == 302, response.content.decode()
    key.refresh_from_db()
    assert key.proved_at


@pytest.mark.parametrize("file", ["configuration", "configuration with an object", "JWK", "PEM"])
@pytest.mark.parametrize("kind", ["PS256/3072", "ES512"])
def test_python_as_it_is_shown(
    client: Client,
    alice: User,
    client_: ClientConfiguration,
    actor: Actor,
    tmp_path: Path,
    kind: str,
    file: str,
) -> None:
    private = private_jwk(kind)
    key = registered(client_, actor, private, timezone.now())
    contents = {
        "configuration": lambda: json.dumps({"privateJwk": json.dumps(private)}).encode(),
        "configuration with an object": lambda: json.dumps({"privateJwk": private}).encode(),
        "JWK": lambda: json.dumps(private).encode(),
        "PEM": lambda: pem(private),
    }
    client.force_login(alice)
    program, _ = shown(client, key, "python")

    done = run_python(tmp_path, program, contents[file]())
    response = client.post(url(key, "python"), {"signature": done.stdout})

    assert done.returncode == 0, done.stderr
    assert response.status_code == 302, response.content.decode()
    key.refresh_from_db()
    assert key.proved_at


def test_python_names_the_key_of_a_wrong_file(
    client: Client, alice: User, key: Key, tmp_path: Path
) -> None:
    client.force_login(alice)
    other = pair("ES256")[1]

    done = run_python(tmp_path, shown(client, key, "python")[0], json.dumps(other).encode())

    assert done.returncode == 1
    assert "Filen har en annen nøkkel, med fingeravtrykket" in done.stderr
    assert JWK(**other).thumbprint() in done.stderr
    assert done.stdout == ""


def run_python(folder: Path, program: str, file: bytes) -> subprocess.CompletedProcess[str]:
    (folder / snippets.PYTHON_FILE).write_text(program, encoding="utf-8")
    (folder / "fil.json").write_bytes(file)
    command = [sys.executable, snippets.PYTHON_FILE, "fil.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
