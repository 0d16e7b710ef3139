"""A client's own software: reads and changes its client, and nobody else's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services import access
from onboarding.clients.states import Access, Decision, Status
from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import Wrong
from onboarding.selfservice.services import own as services
from onboarding.suppliers.actors import SYSTEM
from onboarding.suppliers.models import Organization
from onboarding.systems.states import Selection
from tests import factories
from tests.machines import GONE, claims_of, numbered, private_jwk
from tests.selfservice.software import (
    HER_ID,
    MESSAGES,
    OWN,
    REGISTER,
    Own,
    own_client,
    problem,
    scope,
)

pytestmark = pytest.mark.django_db
FULL = {
    "apiScopes": [OWN, MESSAGES],
    "audienceSpecificClientClaims": [{"key": HER_ID, "value": "93214"}],
    "redirectUris": ["https://journal.example/callback"],
    "postLogoutRedirectUris": ["https://journal.example/bye"],
    "childOrganizationNumbers": ["310123455"],
}


def read(answer: Any, status_code: int = 200) -> Any:
    assert answer.status_code == status_code, answer.content
    return json.loads(answer.content)


@pytest.mark.parametrize("path", ["client", "client-status"])
def test_both_names_of_the_status_answer_alike(own: Own, path: str) -> None:
    answer = own.call("GET", path)

    assert [row["scope"] for row in read(answer)["apiScopes"]] == [REGISTER, OWN]
    assert answer["ETag"].startswith('"')
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["client", "client-status", "client-secret"])
def test_the_same_is_at_the_root_of_the_host(own: Own, path: str) -> None:
    assert own.call("GET", path, base="/v1/").status_code == 200
    assert problem(own.call("GET", path, base="/v1/", host="127.0.0.1"))[0] == 404


def test_another_host_has_its_own_address(own: Own) -> None:
    """The proof is for the address that was called, by the settings and not by the header."""
    with override_settings(API_ROOTS={"testserver": ("https://api.example", "test")}):
        wrong = own.call("GET", "client", base="/v1/", host="testserver")
        proof = own.machine.proof(
            token=own.token, htm="GET", htu="https://api.example/v1/client", nonce=GONE
        )
        right = own.call("GET", "client", base="/v1/", host="testserver", proof=proof)

    assert problem(wrong) == (401, [("proof.url", "")])
    assert right.status_code == 200


def test_f13_a_put_replaces_everything(own: Own) -> None:
    full = read(own.call("PUT", "client", FULL))
    bare = read(own.call("PUT", "client", {"apiScopes": [OWN]}))

    assert full["redirectUris"] == ["https://journal.example/callback"]
    assert full["postLogoutRedirectUris"] == ["https://journal.example/bye"]
    assert full["childOrganizationNumbers"] == ["310123455"]
    assert [(row["scope"], row["status"]) for row in full["apiScopes"]] == [
        (MESSAGES, "pending"),
        (OWN, "ok"),
    ]
    assert full["audienceSpecificClientClaims"] == [
        {
            "claimType": HER_ID,
            "activeClaimValue": None,
            "pendingClaimValue": "93214",
            "status": "pending",
            "statusReason": "No scope of the API is ready to use yet.",
        }
    ]
    assert bare == {
        "apiScopes": [{"scope": OWN, "status": "ok", "statusReason": None}],
        "audienceSpecificClientClaims": [],
        "redirectUris": [],
        "postLogoutRedirectUris": [],
        "childOrganizationNumbers": [],
    }
    assert read(own.call("GET", "client")) == bare


def test_a_patch_changes_what_it_names(own: Own) -> None:
    own.call("PUT", "client", FULL)

    patched = read(
        own.call(
            "PATCH",
            "client",
            {"redirectUris": ["https://a.example/"], "postLogoutRedirectUris": None},
            content_type="application/merge-patch+json",
        )
    )

    assert patched["redirectUris"] == ["https://a.example/"]
    assert patched["postLogoutRedirectUris"] == []
    assert patched["childOrganizationNumbers"] == ["310123455"]
    assert len(patched["apiScopes"]) == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_dry_run_shows_the_difference_and_writes_nothing(own: Own, method: str) -> None:
    before = read(own.call("GET", "client"))
    body = {"apiScopes": [OWN], "redirectUris": ["https://a.example/"]}

    answer = read(own.call(method, "client?dry_run=true", body))

    assert answer == {
        "dryRun": True,
        "changes": [
            {"pointer": "/apiScopes", "before": [REGISTER, OWN], "after": [OWN]},
            {"pointer": "/redirectUris", "before": [], "after": ["https://a.example/"]},
        ],
    }
    assert read(own.call("GET", "client")) == before
    assert problem(own.call(method, "client?dry_run=true", {"apiScopes": ["x"]}))[0] == 400


# id, the body of a PUT, the faults that are found.
FAULTS: list[tuple[Any, ...]] = [
    ("F13", {}, [("api.scope", "/apiScopes")]),
    ("F13", {"apiScopes": None}, [("api.scope", "/apiScopes")]),
    ("F22", {"apiScopes": [OWN], "name": "x"}, [("api.member", "/name")]),
    (
        "F22",
        {"apiScopes": [OWN], "tenant": "x", "status": 1},
        [
            ("api.member", "/tenant"),
            ("api.member", "/status"),
        ],
    ),
    ("F22", {"apiScopes": OWN}, [("api.value", "/apiScopes")]),
    ("scope", {"apiScopes": ["nhn:other/x"]}, [("api.scope", "/apiScopes/0")]),
    ("uri", {"apiScopes": [OWN], "redirectUris": ["x"]}, [("api.uri", "/redirectUris/0")]),
]


@pytest.mark.parametrize(("body", "faults"), numbered(FAULTS))
def test_a_faulty_update_changes_nothing(
    own: Own, body: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    before = read(own.call("GET", "client"))

    assert problem(own.call("PUT", "client", body)) == (400, faults)
    assert read(own.call("GET", "client")) == before


@pytest.mark.parametrize(
    ("method", "body", "status_code"),
    [
        ("PUT", {"apiScopes": [OWN]}, 400),
        ("PUT", {"apiScopes": [OWN], "redirectUris": None}, 400),
        ("PUT", {"apiScopes": [OWN], "redirectUris": []}, 200),
        ("PATCH", {"redirectUris": None}, 400),
        ("PATCH", {"apiScopes": [OWN]}, 200),
    ],
)
def test_where_people_log_in_redirects_do_not_vanish_by_silence(
    acme: Organization, alice: User, method: str, body: dict[str, Any], status_code: int
) -> None:
    system = factories.make_system(
        acme, by=alice, scopes={scope(OWN): Selection.PRESELECTED}, user_login=True
    )
    own = own_client(factories.make_client(system=system, scopes={scope(OWN): Access.OK}))

    answer = own.call(method, "client", body)

    if status_code == 400:
        assert problem(answer) == (400, [("api.redirect_uris", "/redirectUris")])
        assert "replaces everything" in answer.content.decode()
    else:
        assert answer.status_code == 200


def test_f14_a_stale_version_is_refused(own: Own) -> None:
    tag = own.call("GET", "client")["ETag"]
    body = {"apiScopes": [OWN]}

    first = own.call("PUT", "client", body, headers={"If-Match": tag})
    second = own.call("PUT", "client", FULL, headers={"If-Match": tag})
    third = own.call("PUT", "client", FULL, headers={"If-Match": f'"x", {first["ETag"]}'})
    any_version = own.call("PATCH", "client", {"redirectUris": []}, headers={"If-Match": "*"})

    assert first.status_code == third.status_code == any_version.status_code == 200
    assert problem(second) == (412, [("api.version", "")])
    assert second["ETag"] == first["ETag"] == own.call("PUT", "client", body)["ETag"]


@pytest.mark.django_db(transaction=True)
def test_f14_of_two_at_once_one_is_told(own: Own) -> None:
    pk, tag = own.machine.client.pk, own.call("GET", "client")["ETag"]
    together = Barrier(2)

    def put(uri: str) -> str:
        new = Content(scopes=(OWN,), redirect_uris=(uri,))
        try:
            together.wait()
            services.update(lambda old: (new, True), client_id=pk, if_match=tag, at=timezone.now())
        except Wrong as refusal:
            return refusal.faults[0].code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(put, ["https://a.example/", "https://b.example/"]))

    assert sorted(outcomes) == ["api.version", "done"]


def approved(own: Own) -> None:
    """The owner of messages approves the client with the HER id that it asked for."""
    own.call("PUT", "client", FULL)
    asked = own.machine.client.scopes.get(scope__name=MESSAGES)
    by = factories.make_user("owner", organization=asked.scope.api.organization)
    asked.access, asked.decided_at, asked.decided_by = Access.OK, timezone.now(), by
    asked.save()


def her_id(own: Own) -> Any:
    return read(own.call("GET", "client"))["audienceSpecificClientClaims"][0]


def test_a_new_value_waits_where_the_old_one_was_approved(own: Own) -> None:
    approved(own)
    assert her_id(own)["status"] == "ok"

    other = FULL | {"audienceSpecificClientClaims": [{"key": HER_ID, "value": "1"}]}
    own.call("PUT", "client", other)

    found = her_id(own)
    assert (found["status"], found["activeClaimValue"], found["pendingClaimValue"]) == (
        "updatePending",
        "93214",
        "1",
    )
    assert claims_of(own.machine.token(scope=MESSAGES))[HER_ID] == "93214"

    own.call("PUT", "client", FULL)
    assert her_id(own)["status"] == "ok"


@pytest.mark.parametrize(
    ("decision", "value"), [(Decision.APPROVE, "1"), (Decision.DECLINE, "93214")]
)
def test_the_owner_answers_about_the_new_value(own: Own, decision: Decision, value: str) -> None:
    approved(own)
    other = FULL | {"audienceSpecificClientClaims": [{"key": HER_ID, "value": "1"}]}
    own.call("PUT", "client", other)
    [claim] = own.machine.client.claims.all()

    access.decide_claim(decision, claim_id=claim.pk, seen="1", by=SYSTEM, at=timezone.now())

    assert her_id(own)["status"] == "ok"
    assert claims_of(own.machine.token(scope=MESSAGES))[HER_ID] == value


def test_a_stopped_client_reaches_nothing_with_the_token_it_has(own: Own) -> None:
    ClientConfiguration.objects.update(status=Status.STOPPED)

    assert problem(own.call("GET", "client")) == (401, [("api.client", "")])


def test_a_token_for_another_scope_is_not_enough(own: Own) -> None:
    other = own.machine.token(scope=REGISTER)

    status_code, faults = problem(Own(own.machine, other).call("GET", "client"))

    assert (status_code, faults) == (401, [("token.audience", "")])


# id, what is sent instead of what is right, the answer and the code of the first failure.
DENIED: list[tuple[Any, ...]] = [
    ("D01", {"token": GONE, "proof": GONE}, 401, "oauth.invalid_token"),
    ("D04", {"token": "Bearer {token}"}, 401, "token.scheme"),
    ("D08", {"proof": GONE}, 401, "proof.count"),
    ("D09", {"claims": {"ath": GONE}}, 401, "proof.token_hash"),
    ("D10", {"claims": {"ath": "x"}}, 401, "proof.token_hash"),
    ("C17", {"claims": {"htm": "POST"}}, 401, "proof.method"),
    ("C18", {"claims": {"htu": "https://x.example/"}}, 401, "proof.url"),
    ("C14", {"claims": {"jti": GONE}}, 401, "proof.jti"),
    ("D11", {"key": 999}, 401, "proof.binding"),
]


@pytest.mark.parametrize(("wrong", "status_code", "code"), numbered(DENIED))
def test_token_and_proof_are_judged_fully(
    own: Own, wrong: dict[str, Any], status_code: int, code: str
) -> None:
    url = f"{settings.BASE_URL}/test/api/v1/client"
    claims = {"htm": "GET", "htu": url, "nonce": GONE} | wrong.get("claims", {})
    key = private_jwk("ES256", wrong["key"]) if "key" in wrong else None
    token, proof = wrong.get("token"), wrong.get("proof")
    if isinstance(token, str):
        token = token.format(token=own.token)
    if proof is None:
        proof = own.machine.proof(token=own.token, key=key, **claims)

    answer = own.call("GET", "client", token=token, proof=proof)

    assert answer.status_code == status_code
    assert answer["WWW-Authenticate"].startswith(("DPoP", "Bearer"))
    assert problem(answer)[1][0][0] == code


def test_a_proof_is_good_for_one_call(own: Own) -> None:
    url = f"{settings.BASE_URL}/test/api/v1/client"
    proof = own.machine.proof(token=own.token, htm="GET", htu=url, nonce=GONE)

    first, second = (own.call("GET", "client", proof=proof) for _ in range(2))

    assert first.status_code == 200
    assert problem(second) == (401, [("proof.replay", "")])
