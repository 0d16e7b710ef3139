"""Metadata and keys, by the rows of part G, and how signing keys take turns."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from onboarding.audit.models import Event
from onboarding.core.models import UsedOnce
from onboarding.core.refusals import NotPossibleNow
from onboarding.core.sealing import Unsealable, seal, unseal
from onboarding.jose.algorithms import ALGORITHMS
from onboarding.sts.models import SigningKey
from onboarding.sts.queries import signing_keys
from onboarding.sts.services.signing_keys import ensure_signing_key, rotate
from onboarding.sts.tasks import sweep
from onboarding.suppliers.actors import SYSTEM
from tests.constants import NOON
from tests.machines import Machine, header_of, make_signing_key

LATER = timedelta(minutes=10)
BELOW = "/{0}/sts/.well-known/openid-configuration"
INSERTED = "/.well-known/oauth-authorization-server/{0}/sts"
JWKS = "/{0}/sts/.well-known/openid-configuration/jwks"


def get(path: str) -> Any:
    answer = Client().get(path)
    assert answer.status_code == 200
    return json.loads(answer.content)


@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize("path", [BELOW, INSERTED])
def test_g01_g02_the_issuer_is_the_address(environment: str, path: str) -> None:
    metadata = get(path.format(environment))

    assert metadata["issuer"] == settings.ISSUERS[environment]
    assert settings.BASE_URL + BELOW.format(environment) == (
        f"{metadata['issuer']}/.well-known/openid-configuration"
    )
    assert "?" not in metadata["issuer"]
    assert "#" not in metadata["issuer"]


@pytest.mark.django_db
def test_g03_g04_only_what_works_is_announced() -> None:
    metadata = get(BELOW.format("test"))

    assert metadata == {
        "issuer": settings.ISSUERS["test"],
        "token_endpoint": f"{settings.ISSUERS['test']}/connect/token",
        "jwks_uri": settings.BASE_URL + JWKS.format("test"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
    }
    assert len(ALGORITHMS) == 9
    assert "none" not in ALGORITHMS


@pytest.mark.django_db
def test_g06_public_keys_that_may_be_kept_for_ten_minutes() -> None:
    make_signing_key("test")
    answer = Client().get(JWKS.format("test"))
    keys = json.loads(answer.content)["keys"]

    assert answer["Content-Type"] == "application/jwk-set+json"
    assert answer["Cache-Control"] == "public, max-age=600"
    assert [set(key) for key in keys] == [{"kty", "n", "e", "alg", "use", "kid"}]
    assert keys[0]["use"] == "sig"


@pytest.mark.parametrize("path", [BELOW, INSERTED, JWKS])
def test_documents_are_only_read(path: str) -> None:
    answer = Client().post(path.format("test"))

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_g08_a_private_member_is_never_served(caplog: pytest.LogCaptureFixture) -> None:
    key = make_signing_key("test")
    key.public_jwk |= {"p": "AAAA"}
    key.save()

    answer = Client().get(JWKS.format("test"))

    assert answer.status_code == 500
    assert b"AAAA" not in answer.content
    assert "not served" in caplog.text


@pytest.mark.parametrize("path", [BELOW, INSERTED, JWKS, "/{0}/sts/connect/token"])
def test_another_server_takes_the_place_of_ours(path: str) -> None:
    issuers = settings.ISSUERS | {"test": "https://sts.example"}
    with override_settings(ISSUERS=issuers):
        assert Client().get(path.format("test")).status_code == 404
        assert Client().post(path.format("test")).status_code == 404
    assert Client().post(path.format("test")).status_code == (400 if "token" in path else 405)


@pytest.mark.django_db
def test_the_first_key_is_made_when_it_is_needed() -> None:
    first = get(JWKS.format("test"))
    ensure_signing_key(environment="test", at=timezone.now())

    assert get(JWKS.format("test")) == first
    assert len(first["keys"]) == 1
    assert get(JWKS.format("production")) != first
    assert Event.objects.filter(kind="signing_key.made").count() == 2


@pytest.mark.django_db
def test_g07_a_new_key_is_shown_before_it_signs() -> None:
    ensure_signing_key(environment="test", at=NOON)
    old = signing_keys.signer("test", NOON)
    new = rotate(environment="test", by=SYSTEM, at=NOON + LATER)
    turn = NOON + LATER + LATER

    def shown(at: Any) -> set[str]:
        signing_keys.forget()
        return {key["kid"] for key in signing_keys.published("test", at)}

    def signs(at: Any) -> str:
        key = signing_keys.signer("test", at)
        assert key
        return key.kid

    assert old
    assert shown(NOON + LATER) == {old.kid, new.kid}
    assert signs(turn - timedelta(seconds=1)) == old.kid
    assert signs(turn) == new.kid
    # The last token of the old key is from just before its turn ended, and lives ten minutes.
    assert shown(turn + timedelta(seconds=600)) == {old.kid, new.kid}
    assert shown(turn + timedelta(seconds=661)) == {new.kid}


@pytest.mark.django_db
def test_rotation_waits_for_the_one_before() -> None:
    ensure_signing_key(environment="test", at=NOON)
    rotate(environment="test", by=SYSTEM, at=NOON)

    with pytest.raises(NotPossibleNow):
        rotate(environment="test", by=SYSTEM, at=NOON + LATER - timedelta(seconds=1))
    rotate(environment="test", by=SYSTEM, at=NOON + LATER)

    assert SigningKey.objects.filter(published_until=None).count() == 1


def test_tokens_go_on_over_a_rotation(machine: Machine) -> None:
    before = header_of(machine.token())["kid"]
    out = StringIO()
    call_command("rotate_signing_key", environment="test", stdout=out)

    assert header_of(machine.token())["kid"] == before
    kids = {key["kid"] for key in get(JWKS.format("test"))["keys"]}
    assert len(kids) == 2
    assert out.getvalue().split()[0] in kids - {before}
    with pytest.raises(CommandError, match="already"):
        call_command("rotate_signing_key", environment="test", stdout=out)


@pytest.mark.django_db
def test_the_sweep_drops_what_is_over() -> None:
    now = timezone.now()
    old = make_signing_key("test", published_until=now - timedelta(seconds=1))
    kept = make_signing_key("production", published_until=now + timedelta(minutes=1))
    UsedOnce.objects.create(digest=b"old", until=now - timedelta(seconds=1))
    UsedOnce.objects.create(digest=b"new", until=now + timedelta(minutes=1))

    sweep()

    assert not SigningKey.objects.filter(pk=old.pk).exists()
    assert SigningKey.objects.filter(pk=kept.pk).exists()
    assert [bytes(row.digest) for row in UsedOnce.objects.all()] == [b"new"]


def test_sealed_with_a_secret_key_that_has_been_replaced() -> None:
    with override_settings(SECRET_KEY="old"):
        text = seal(b"private", "purpose")

    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["older", "old"]):
        assert unseal(text, "purpose") == b"private"
    with override_settings(SECRET_KEY="new"), pytest.raises(Unsealable):
        unseal(text, "purpose")


@pytest.mark.parametrize("damage", ["", "AAAA", "+", "æ"])
def test_what_was_not_sealed_here(damage: str) -> None:
    with pytest.raises(Unsealable):
        unseal(damage, "purpose")


def test_sealed_for_another_purpose() -> None:
    with pytest.raises(Unsealable):
        unseal(seal(b"private", "one"), "another")


@pytest.mark.django_db
def test_private_halves_are_sealed_at_rest() -> None:
    ensure_signing_key(environment="test", at=NOON)
    key = SigningKey.objects.get()

    assert set(key.public_jwk) == {"kty", "n", "e", "alg", "use", "kid"}
    opened = json.loads(unseal(key.sealed_private, signing_keys.purpose("test", key.kid)))
    assert opened["d"] not in key.sealed_private
