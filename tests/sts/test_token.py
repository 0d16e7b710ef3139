"""The token endpoint in general, by the rows of part B, and what stands in a token."""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Any

import pytest
from django.test import override_settings

from onboarding.clients.models import ClientClaim, ClientConfiguration, ClientScope
from onboarding.clients.states import Access
from onboarding.jose.access_token import check_access_token
from onboarding.jose.checks import first_failure
from onboarding.jose.compact import read
from onboarding.sts.models import SigningKey
from onboarding.sts.queries import signing_keys
from onboarding.systems.states import Tenancy
from tests.constants import NOON
from tests.factories import make_api, make_claim, make_scope, make_system, make_user
from tests.machines import (
    FORM,
    GONE,
    Machine,
    claims_of,
    error_of,
    header_of,
    make_machine,
    numbered,
    private_jwk,
)

PATH = "/test/sts/connect/token"
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def add_scope(machine: Machine, api: Any, name: str, access: str) -> None:
    decided = {"decided_at": NOON, "decided_by": make_user()} if access == Access.DECLINED else {}
    ClientScope.objects.create(
        client=machine.client,
        scope=make_scope(api, name),
        access=access,
        created_at=NOON,
        **decided,
    )


@pytest.fixture
def rich(machine: Machine) -> Machine:
    """A client with scopes at three APIs: two of the first, one each of the others."""
    first = machine.client.scopes.get().scope.api
    add_scope(machine, first, "nhn:cp-api/write", Access.OK)
    add_scope(machine, first, "nhn:cp-api/admin", Access.PENDING)
    add_scope(machine, first, "nhn:cp-api/secret", Access.DECLINED)
    add_scope(machine, make_api(short_name="nhn:sfm"), "nhn:sfm/read", Access.OK)
    add_scope(machine, make_api(short_name="nhn:wait"), "nhn:wait/read", Access.PENDING)
    return machine


REQUESTS: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("B03", {"grant_type": GONE}, (400, "invalid_request")),
    ("B03", {"grant_type": ""}, (400, "invalid_request")),
    ("B03", {"grant_type": ["client_credentials", "client_credentials"]}, (400, "invalid_request")),
    *[
        ("B04", {"grant_type": grant}, (400, "unsupported_grant_type"))
        for grant in ("garbage", "Client_Credentials", "authorization_code", "refresh_token")
    ],
    ("B05", {"grant_type": "password"}, (400, "unsupported_grant_type")),
    *[
        ("B07", {"scope": scope}, (400, "invalid_scope"))
        for scope in (
            "nhn:unknown/read",
            "nhn:cp-api/access nhn:unknown/read",
            "NHN:cp-api/access",
            "nhn:cp-api",
            " nhn:cp-api/access",
            "nhn:cp-api/access  nhn:cp-api/write",
            "nhn:cp-api/access\nnhn:cp-api/write",
            'a"b',
            "a\\b",
            "æ",
            "\0",
            "x" * 5000,
        )
    ],
    ("B08", {"scope": "nhn:cp-api/admin"}, (400, "invalid_scope")),
    ("B08", {"scope": "nhn:cp-api/access nhn:cp-api/admin"}, (400, "invalid_scope")),
    ("B08", {"scope": "nhn:cp-api/secret"}, (400, "invalid_scope")),
    ("B08", {"resource": "nhn:wait"}, (400, "invalid_scope")),
    *[
        ("B15", {"resource": resource}, (400, "invalid_target"))
        for resource in ("nhn:unknown", "https://api.example", "nhn:CP-API", "\0")
    ],
    ("B15", {"resource": ["nhn:cp-api", "nhn:sfm"]}, (400, "invalid_target")),
    ("B15", {"resource": "nhn:sfm", "scope": "nhn:cp-api/access"}, (400, "invalid_target")),
    ("one audience", {}, (400, "invalid_target")),
    ("one audience", {"scope": "nhn:cp-api/access nhn:sfm/read"}, (400, "invalid_target")),
]


@pytest.mark.parametrize(("changes", "expected"), numbered(REQUESTS))
def test_b_requests_that_get_no_token(
    rich: Machine, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = rich.post(rich.form(**changes))

    assert error_of(answer) == expected
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    description = json.loads(answer.content)["error_description"]
    assert DESCRIPTION.fullmatch(description)
    sent = [str(value) for value in changes.values() if len(str(value)) > 3]
    assert not [value for value in sent if value in description and "grant" not in description]


GRANTED: list[tuple[str, dict[str, Any], str, str]] = [
    ("named", {"scope": "nhn:cp-api/access"}, "nhn:cp-api", "nhn:cp-api/access"),
    (
        "both, in one order",
        {"scope": "nhn:cp-api/write nhn:cp-api/access nhn:cp-api/write"},
        "nhn:cp-api",
        "nhn:cp-api/access nhn:cp-api/write",
    ),
    (
        "all of one API",
        {"resource": "nhn:cp-api"},
        "nhn:cp-api",
        "nhn:cp-api/access nhn:cp-api/write",
    ),
    (
        "narrowed to one API",
        {"resource": "nhn:sfm", "scope": "nhn:sfm/read nhn:cp-api/access"},
        "nhn:sfm",
        "nhn:sfm/read",
    ),
]


@pytest.mark.parametrize(("changes", "audience", "scope"), numbered(GRANTED))
def test_a_token_is_for_one_api(
    rich: Machine, changes: dict[str, Any], audience: str, scope: str
) -> None:
    content = json.loads(rich.post(rich.form(**changes)).content)
    claims = claims_of(content["access_token"])

    assert content["scope"] == scope
    assert claims["scope"] == scope.split()
    assert claims["aud"] == audience


def test_without_a_scope_all_that_are_granted(machine: Machine) -> None:
    assert claims_of(machine.token(scope=GONE))["scope"] == ["nhn:cp-api/access"]


def test_b08_a_decision_of_the_owner_counts_at_once(machine: Machine) -> None:
    machine.token()
    machine.client.scopes.update(access=Access.PENDING)

    answer = machine.post()

    assert error_of(answer) == (400, "invalid_scope")
    assert "owner of the API" in json.loads(answer.content)["error_description"]


def test_a_client_without_scopes(machine: Machine) -> None:
    machine.client.scopes.all().delete()

    assert error_of(machine.post()) == (400, "invalid_scope")


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS"])
def test_b01_post_only(machine: Machine, method: str) -> None:
    answer = machine.http.generic(method, PATH)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "", FORM + "x"]
)
def test_b02_forms_only(machine: Machine, kind: str) -> None:
    answer = machine.http.generic("POST", PATH, "grant_type=client_credentials", kind)

    assert error_of(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "body", [b"\xff=\xff", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(40)), b"\xc3\xa6=1"]
)
def test_a_body_that_is_no_form(machine: Machine, body: bytes) -> None:
    answer = machine.http.generic("POST", PATH, body, FORM)

    assert error_of(answer) == (400, "invalid_request")


@pytest.mark.parametrize("size", [70_000, 300_000])
def test_a77_a_body_that_is_too_large(machine: Machine, size: int) -> None:
    answer = machine.http.generic("POST", PATH, b"a=" + b"x" * size, FORM)

    assert error_of(answer) == (413, "invalid_request")


def test_b10_nothing_in_the_address(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    form = machine.form()
    answer = machine.http.post(
        f"{PATH}?client_assertion={form['client_assertion']}", form, content_type=FORM
    )

    assert error_of(answer) == (400, "invalid_request")
    assert form["client_assertion"] not in caplog.text


def test_b11_success(machine: Machine) -> None:
    answer = machine.post()
    content = json.loads(answer.content)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert set(content) == {"access_token", "token_type", "expires_in", "scope"}
    assert content["token_type"] == "DPoP"
    assert content["expires_in"] == 600


@override_settings(SECURE=True)
def test_b14_never_in_clear(machine: Machine) -> None:
    """Neither served nor redirected: a program would go on sending in clear."""
    assert error_of(machine.post()) == (400, "invalid_request")
    assert machine.http.get("/test/sts/.well-known/openid-configuration").status_code == 400
    assert machine.http.post(PATH, secure=True).status_code == 400


@override_settings(STS_REQUESTS_PER_SECOND=1)
def test_b16_a_client_in_a_hurry_waits_and_others_do_not(machine: Machine) -> None:
    other = make_machine(which=6).meet()
    answers = [machine.post() for _ in range(8)]

    assert {answer.status_code for answer in answers[:2]} == {200}
    assert error_of(answers[-1]) == (429, "temporarily_unavailable")
    assert int(answers[-1]["Retry-After"]) == 1
    assert other.post().status_code == 200


@override_settings(STS_REQUESTS_PER_SECOND=1)
def test_b16_nobody_can_use_up_the_pace_of_another(machine: Machine) -> None:
    forged = {**private_jwk("ES256", 666), "kid": machine.private["kid"]}
    for _ in range(8):
        machine.post(machine.form(client_assertion=machine.assertion(key=forged)))

    assert machine.post().status_code == 200


def test_b17_a_failure_of_ours(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    """Here, a key that was sealed with a SECRET_KEY that is gone."""
    SigningKey.objects.update(sealed_private="AAAA")
    signing_keys.forget()

    answer = machine.post()

    assert error_of(answer) == (500, "server_error")
    assert b"Traceback" not in answer.content
    assert "Unsealable" in caplog.text


def test_what_stands_in_a_token(machine: Machine) -> None:
    api = machine.client.scopes.get().scope.api
    claim = make_claim(api, "nhn:cp-api/claims/herid")
    ClientClaim.objects.create(client=machine.client, claim=claim, value="93210")
    elsewhere = make_claim(make_api(), "nhn:other/claims/herid")
    ClientClaim.objects.create(client=machine.client, claim=elsewhere, value="1")
    token = machine.token()
    claims, now = claims_of(token), int(time.time())

    assert header_of(token)["typ"] == "at+jwt"
    assert header_of(token)["alg"] == "RS256"
    assert len(claims.pop("jti")) >= 22  # 128 bits
    assert now - 5 <= claims.pop("iat") == claims.pop("nbf") <= now
    assert now + 595 <= claims.pop("exp") <= now + 600
    assert len(claims.pop("cnf")["jkt"]) == 43
    assert claims == {
        "iss": machine.issuer,
        "aud": "nhn:cp-api",
        "sub": machine.client_id,
        "client_id": machine.client_id,
        "scope": ["nhn:cp-api/access"],
        "nhn:cp-api/claims/herid": "93210",
        "helseid://claims/client/client_name": machine.client.name,
        "helseid://claims/client/amr": "private_key_jwt",
        "helseid://claims/client/claims/client_tenancy": "single-tenant",
        "helseid://claims/client/claims/orgnr_parent": machine.client.organization.number,
    }


def test_an_api_cannot_name_a_claim_of_ours(machine: Machine) -> None:
    claim = make_claim(machine.client.scopes.get().scope.api, "sub")
    ClientClaim.objects.create(client=machine.client, claim=claim, value="somebody else")

    assert claims_of(machine.token())["sub"] == machine.client_id


def test_a_client_for_many_organisations_names_its_supplier(db: None) -> None:
    machine = make_machine(system=make_system(tenancy=Tenancy.MULTI)).meet()
    claims = claims_of(machine.token())

    number = machine.client.organization.number
    assert claims["helseid://claims/client/claims/orgnr_supplier"] == number
    assert "helseid://claims/client/claims/orgnr_parent" not in claims


@pytest.mark.parametrize("kind", ["RS512/2048", "PS384/2048", "ES384", "ES512"])
def test_other_algorithms_work_too(db: None, kind: str) -> None:
    machine = make_machine(kind=kind)
    machine.proof_private = machine.private

    assert machine.meet().token()


def test_the_published_key_verifies_the_token(machine: Machine) -> None:
    keys = json.loads(machine.http.get("/test/sts/.well-known/openid-configuration/jwks").content)
    public = {key["kid"]: key for key in keys["keys"]}

    checks = check_access_token(
        read(machine.token(), prefix="token"),
        issuer=machine.issuer,
        audience="nhn:cp-api",
        key=lambda kid, alg: public.get(kid),
        now=time.time(),
    )

    assert first_failure(checks) is None


def test_nothing_secret_is_logged(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    form, proof = machine.form(), machine.proof()
    token = json.loads(machine.post(form, proof=proof).content)["access_token"]
    machine.post(form, proof=proof)
    machine.post(machine.form(client_assertion="garbage"), proof=proof)

    for secret in (form["client_assertion"], proof, token, machine.private["d"]):
        assert secret not in caplog.text


@pytest.mark.parametrize(("chosen", "life"), [(None, 600), (60, 60)])
def test_a_token_lives_as_long_as_was_chosen(
    machine: Machine, chosen: int | None, life: int
) -> None:
    ClientConfiguration.objects.filter(pk=machine.client.pk).update(token_life=chosen)

    answer = json.loads(machine.post().content)

    claims = claims_of(answer["access_token"])
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == life
