"""F01 to F10, F15 and F21: what RFC 7591 and RFC 7592 ask of registration, asked of this API.

A draft is the registration, its automation key the software statement, the client's own token the
registration token. Where the wire of the original says otherwise than the RFCs, it wins (ADR 22):
the test then says what holds here.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.services.configurations import resume
from onboarding.clients.states import Status
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.states import KeyState
from onboarding.suppliers.queries import actor_for
from onboarding.systems.models import ClientSystem
from tests.machines import GONE, private_jwk
from tests.selfservice.software import BASE, OWN, Own, Software, problem, public_of

pytestmark = pytest.mark.django_db


def test_f01_a_registration_is_answered_with_the_client_and_kept_by_no_cache(
    software: Software,
) -> None:
    answer = software.post()

    assert answer.status_code == 200  # not 201: published clients know no other
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert json.loads(answer.content) == {"clientId": str(ClientDraft.objects.get().pk)}


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({"jwksUri": "https://a.example/jwks"}, [("api.member", "/jwksUri")]),
        ({"jwks": {"keys": []}}, [("api.member", "/jwks")]),
        (
            {"jwks": {"keys": []}, "jwksUri": "https://a.example/jwks"},
            [("api.member", "/jwks"), ("api.member", "/jwksUri")],
        ),
    ],
)
def test_f02_there_is_one_key_and_no_address_of_keys_beside_it(
    software: Software, members: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert problem(software.post(software.body(**members))) == (400, faults)
    assert not ClientDraft.objects.exists()


@pytest.mark.parametrize("as_text", [True, False], ids=["string", "object"])
@pytest.mark.parametrize("in_a_set", [False, True], ids=["alone", "in a set"])
def test_f03_a_private_key_is_refused_and_burned(
    software: Software, as_text: bool, in_a_set: bool
) -> None:
    public, private = public_of(software.private), software.private
    key: Any = {"keys": [public, private]} if in_a_set else private

    answer = software.post(software.body(publicJwk=json.dumps(key) if as_text else key))

    assert problem(answer)[0] == 400
    assert ("key.private", "/publicJwk") in problem(answer)[1]
    assert private["d"] not in answer.content.decode()
    assert BarredThumbprint.objects.count() == 1
    assert problem(software.post()) == (400, [("key.barred", "/publicJwk")])


@pytest.mark.parametrize("member", ["redirectUris", "postLogoutRedirectUris"])
@pytest.mark.parametrize(
    "uri",
    [
        "http://a.example/callback",
        "https://a.example/#fragment",
        "https://*.example/",
        "https://user@a.example/",
        "custom.scheme:/callback",
        "javascript:alert(1)",
        "//a.example/",
        "",
    ],
)
def test_f04_a_bad_redirect_address_is_pointed_at(
    software: Software, own: Own, member: str, uri: str
) -> None:
    good = "https://a.example/callback"

    made = software.post(software.body(**{member: [good, uri]}))
    put = own.call("PUT", "client", {"apiScopes": [OWN], member: [good, uri]})

    assert problem(made) == problem(put) == (400, [("api.uri", f"/{member}/1")])


def test_f05_who_is_not_known_as_software_of_a_system_makes_nothing(
    software: Software, alice: User
) -> None:
    assert problem(software.post(key="A" * 43)) == (401, [("api.automation_key", "")])
    statement = software.body(softwareStatement="eyJhbGciOiJub25lIn0.e30.")
    assert problem(software.post(statement)) == (400, [("api.member", "/softwareStatement")])
    software.key.ended_at, software.key.ended_by = timezone.now(), alice
    software.key.save()
    assert problem(software.post()) == (401, [("api.automation_key", "")])
    assert not ClientDraft.objects.exists()


def test_f05_a_system_that_is_not_published_is_no_approved_statement(
    software: Software, system: ClientSystem
) -> None:
    ClientSystem.objects.filter(pk=system.pk).update(current=None)

    assert problem(software.post()) == (409, [("api.multi_tenant", "")])


@pytest.mark.parametrize(
    "members",
    [
        {"grantTypes": ["authorization_code"], "responseTypes": ["token"]},
        {"grantTypes": ["client_credentials"]},
        {"responseTypes": ["code"]},
    ],
)
def test_f06_how_a_client_gets_tokens_is_the_system_s_to_say(
    software: Software, own: Own, members: dict[str, Any]
) -> None:
    faults = [("api.member", f"/{name}") for name in members]

    assert problem(software.post(software.body(**members))) == (400, faults)
    assert problem(own.call("PUT", "client", {"apiScopes": [OWN]} | members)) == (400, faults)


@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post"])
def test_f07_a_client_has_no_other_way_to_prove_itself_than_its_key(
    software: Software, method: str
) -> None:
    named = software.body(tokenEndpointAuthMethod=method)
    without_key = software.body(publicJwk=GONE)
    shared = software.body(publicJwk={"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "1"})

    assert problem(software.post(named)) == (400, [("api.member", "/tokenEndpointAuthMethod")])
    assert problem(software.post(without_key)) == (400, [("api.missing", "/publicJwk")])
    assert problem(software.post(shared))[1][0][1] == "/publicJwk"
    assert not ClientDraft.objects.exists()


def test_f08_an_unknown_member_is_named_and_what_it_holds_is_not_repeated(
    software: Software, own: Own
) -> None:
    """Refused, not ignored: with PUT a misspelled member would be a deletion (F22, ADR 22)."""
    answers = [
        software.post(software.body(contacts=["ola-nordmann"])),
        own.call("PUT", "client", {"apiScopes": [OWN], "contacts": ["ola-nordmann"]}),
        own.call("PATCH", "client", {"contacts": ["ola-nordmann"]}),
    ]

    for answer in answers:
        assert problem(answer) == (400, [("api.member", "/contacts")])
        assert "ola-nordmann" not in answer.content.decode()


READS = ["client", "client-status", "client-secret", "multi-tenant-delegations"]


@pytest.mark.parametrize("path", READS)
def test_f09_reading_takes_the_token_of_the_client(own: Own, path: str) -> None:
    right = own.token
    head, payload, signature = right.split(".")
    spoilt = f"{head}.{payload}.{'A' * 20}{signature[20:]}"
    wrong = [GONE, "DPoP x", f"Bearer {right}", f"DPoP {spoilt}", "ApiKey x"]

    answers = [own.call("GET", path, token=token) for token in wrong]

    assert own.call("GET", path).status_code == 200
    for answer in answers:
        assert problem(answer)[0] == 401
        assert "DPoP" in answer["WWW-Authenticate"]


@pytest.mark.parametrize("path", READS)
def test_f10_the_token_of_a_client_that_is_gone_opens_nothing(own: Own, path: str) -> None:
    ClientConfiguration.objects.update(status=Status.STOPPED)

    answer = own.call("GET", path)

    assert problem(answer) == (401, [("api.client", "")])
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_f15_a_client_that_is_deleted_has_no_tokens_and_its_keys_open_nothing(own: Own) -> None:
    answer = own.call("DELETE", "client")

    assert (answer.status_code, answer.content) == (204, b"")
    assert ClientConfiguration.objects.get().status == Status.STOPPED
    assert problem(own.call("GET", "client")) == (401, [("api.client", "")])
    assert problem(own.call("DELETE", "client")) == (401, [("api.client", "")])
    token = own.machine.post(scope=OWN)
    assert (token.status_code, json.loads(token.content)["error"]) == (400, "invalid_client")
    event = Event.objects.filter(kind="client.stopped").get()
    assert event.actor.startswith("software of")


def test_f15_the_customer_can_take_a_deletion_back_and_software_cannot(own: Own, ola: User) -> None:
    own.call("DELETE", "client")
    client = ClientConfiguration.objects.get()
    assert own.call("PUT", "client", {"apiScopes": [OWN]}).status_code == 401

    resume(client_id=client.pk, by=actor_for(ola), at=timezone.now())

    assert own.call("GET", "client").status_code == 200
    assert own.machine.token(scope=OWN)


def test_f15_a_dry_run_and_a_stale_version_delete_nothing(own: Own) -> None:
    tried = own.call("DELETE", "client?dry_run=true")
    stale = own.call("DELETE", "client", headers={"If-Match": '"old"'})

    assert json.loads(tried.content) == {
        "dryRun": True,
        "changes": [{"pointer": "/status", "before": "active", "after": "stopped"}],
    }
    assert problem(stale) == (412, [("api.version", "")])
    assert ClientConfiguration.objects.get().status == Status.ACTIVE
    etag = own.call("GET", "client")["ETag"]
    assert own.call("DELETE", "client", headers={"If-Match": etag}).status_code == 204


def test_f15_a_draft_cannot_be_deleted_by_its_key(software: Software) -> None:
    client_id = software.draft()

    answer = software.http.delete(
        f"{BASE}client-drafts", headers={"api-key": software.secret, "clientId": client_id}
    )

    assert problem(answer) == (405, [("api.method", "")])
    assert answer["Allow"] == "POST"
    assert ClientDraft.objects.count() == 1


def test_f21_a_new_key_counts_as_unproved_until_it_has_signed(own: Own) -> None:
    """No nonce to sign, since published clients know of none: the first use is the proof."""
    private = private_jwk("ES384")
    own.call("POST", "client-secret", public_of(private))
    key = Key.objects.get(kid=private["kid"])
    assert key.state(timezone.now()) == KeyState.UNPROVED

    assert own.machine.token(scope=OWN)  # by the old key: proves nothing of the new one
    key.refresh_from_db()
    assert key.state(timezone.now()) == KeyState.UNPROVED

    own.machine.private = private
    assert own.machine.token(scope=OWN)
    key.refresh_from_db()
    assert key.state(timezone.now()) != KeyState.UNPROVED
    assert key.proved_at is not None


def test_f21_the_key_of_somebody_else_is_not_to_be_had(own: Own, software: Software) -> None:
    """Without a proof one could else tie the public key of another to one's own client."""
    assert own.call("POST", "client-secret", public_of(own.machine.private)).status_code == 200

    taken = software.post(software.body(publicJwk=public_of(own.machine.private)))

    assert problem(taken) == (400, [("key.used_elsewhere", "/publicJwk")])
