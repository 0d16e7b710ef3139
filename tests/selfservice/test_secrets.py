"""New keys by the API: both forms on the wire, unproved until used, beside those that are there."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.states import KeyState, Origin
from onboarding.selfservice.services.own import MOST_KEYS
from tests import factories
from tests.machines import numbered, private_jwk
from tests.selfservice.software import OWN, Own, problem, public_of

pytestmark = pytest.mark.django_db
KINDS = ["RS512/2048", "RS256/2048", "PS256/4096", "ES384"]


def as_string(jwk: dict[str, str]) -> str:
    """What Selvbetjening.Samples and FHI send: a JSON string that holds a JWK."""
    return json.dumps(json.dumps(jwk))


def as_object(jwk: dict[str, str]) -> str:
    """What HelseID.Library sends for .NET and Java: the JWK itself."""
    return json.dumps(jwk)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("form", "content_type"),
    [(as_string, "application/json; charset=utf-8"), (as_object, "text/plain; charset=utf-8")],
    ids=["string", "object"],
)
def test_a_new_key_works_and_is_proved_by_its_first_use(
    own: Own, kind: str, form: Any, content_type: str
) -> None:
    private = private_jwk(kind)

    answer = own.call("POST", "client-secret", form(public_of(private)), content_type=content_type)

    assert answer.status_code == 200, answer.content
    expiration = datetime.fromisoformat(json.loads(answer.content)["expiration"])
    assert expiration.utcoffset() == timedelta(0)
    key = Key.objects.get(kid=private["kid"])
    assert (key.origin, key.state(timezone.now())) == (Origin.API, KeyState.UNPROVED)
    own.machine.private = private
    assert own.machine.token(scope=OWN)
    key.refresh_from_db()
    assert key.proved_at is not None


def test_keys_live_side_by_side(own: Own) -> None:
    own.call("POST", "client-secret", public_of(private_jwk("ES384")))

    found = json.loads(own.call("GET", "client-secret").content)

    assert [(row["kid"], row["origin"], row["publicJwk"]) for row in found] == [
        (own.machine.private["kid"], "Gui", None),
        (private_jwk("ES384")["kid"], "Api", None),
    ]
    assert all(row["expiration"].endswith("Z") for row in found)
    assert all(len(row["jwkThumbprint"]) == 43 for row in found)


def test_the_same_key_again_is_the_same_row(own: Own) -> None:
    public = public_of(private_jwk("ES384"))

    answers = [own.call("POST", "client-secret", public).content for _ in range(2)]

    assert answers[0] == answers[1]
    assert Key.objects.filter(kid=public["kid"]).count() == 1


def test_a_dry_run_registers_nothing(own: Own) -> None:
    public = public_of(private_jwk("ES384"))

    answer = json.loads(own.call("POST", "client-secret?dry_run=true", public).content)

    assert answer["dryRun"] is True
    assert answer["changes"][0]["after"][0]["kid"] == public["kid"]
    assert not Key.objects.filter(kid=public["kid"]).exists()


def test_a_private_key_is_barred(own: Own) -> None:
    answer = own.call("POST", "client-secret", private_jwk("ES384"))

    assert problem(answer) == (400, [("key.private", "")])
    assert private_jwk("ES384")["d"] not in answer.content.decode()
    assert BarredThumbprint.objects.count() == 1


# id, the body, the faults that are found.
FAULTS: list[tuple[Any, ...]] = [
    ("F22", "{}", [("key.shape", "")]),
    ("F22", "7", [("api.value", "")]),
    ("F22", "[]", [("api.value", "")]),
    ("F22", "null", [("api.value", "")]),
    ("F22", '"x"', [("key.pem", "")]),
    ("F22", '{"kty":"EC","kty":"RSA"}', [("api.json", "")]),
    ("F22", '{"keys":[]}', [("api.value", "")]),
    ("K04", '{"kty":"oct","k":"AAAA"}', [("key.private", "")]),
]


@pytest.mark.parametrize(("body", "faults"), numbered(FAULTS))
def test_what_is_no_key_is_refused(own: Own, body: str, faults: list[tuple[str, str]]) -> None:
    status, found = problem(own.call("POST", "client-secret", body))

    assert status == 400
    assert found[: len(faults)] == faults
    assert Key.objects.count() == 1


def test_a_key_without_algorithm_is_told_so(own: Own) -> None:
    public = public_of(private_jwk("ES384"))
    del public["alg"]

    assert ("key.algorithm", "") in problem(own.call("POST", "client-secret", public))[1]


def test_a_client_has_only_so_many(own: Own) -> None:
    for _ in range(MOST_KEYS - 1):
        factories.make_key(own.machine.client, expires_at=timezone.now() + timedelta(days=1))

    answer = own.call("POST", "client-secret", public_of(private_jwk("ES384")))

    assert problem(answer) == (409, [("api.keys", "")])
