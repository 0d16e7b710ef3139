"""Who gets into the demo API, by the rows of part D. All over HTTP."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.clients.states import Status
from onboarding.core.machines import machine
from onboarding.jose import b64
from onboarding.sts import issuers
from onboarding.sts.access import Denied, Protected, admit, dressed
from onboarding.sts.models import SigningKey
from onboarding.sts.services.signing_keys import rotate
from onboarding.suppliers.actors import SYSTEM
from portal.urls import urlpatterns
from tests.machines import (
    FORM,
    GONE,
    Caller,
    claims_of,
    error_of,
    header_of,
    issuer_key,
    make_machine,
    numbered,
    private_jwk,
    resign,
    without,
)

Sent = dict[str, Any]
Send = Callable[[Caller], Sent]
ADDRESS = "/test/cp-api/CommunicationPartyEvents"


def forged(
    *, header: dict[str, Any] | None = None, key: dict[str, str] | None = None, **claims: Any
) -> Send:
    """A token like the caller's but for what is given, with a proof that fits it."""

    def make(caller: Caller) -> Sent:
        values = without(claims_of(caller.token) | claims)
        members = without(header_of(caller.token) | (header or {}))
        signer = key or issuer_key(str(caller.machine.client.environment))
        token = resign(members, json.dumps(values).encode(), signer)
        caller.token = token
        return {}

    return make


def later(**seconds: int) -> Send:
    def make(caller: Caller) -> Sent:
        times: dict[str, Any] = {n: int(time.time()) + ahead for n, ahead in seconds.items()}
        return forged(**times)(caller)

    return make


def without_claim(name: str) -> Send:
    gone: dict[str, Any] = {name: GONE}
    return forged(**gone)


def proof(**changes: Any) -> Send:
    return lambda caller: {"proof": caller.proof(**changes)}


def hmac_signed(caller: Caller) -> Sent:
    public = json.dumps(SigningKey.objects.get().public_jwk).encode()
    header = {**header_of(caller.token), "alg": "HS256"}
    text = f"{b64.encode(json.dumps(header).encode())}.{caller.token.split('.')[1]}"
    caller.token = f"{text}.{b64.encode(hmac.digest(public, text.encode(), 'sha256'))}"
    return {}


def as_pss(caller: Caller) -> Sent:
    """Well signed by the issuer's own key, but not with the algorithm that it is published for."""
    key = issuer_key("test") | {"alg": "PS256"}
    return forged(header={"alg": "PS256"}, key=key)(caller)


def unsigned(caller: Caller) -> Sent:
    header = {**header_of(caller.token), "alg": "none"}
    text = f"{b64.encode(json.dumps(header).encode())}.{caller.token.split('.')[1]}."
    caller.token = text
    return {}


def the_clients_own_assertion(caller: Caller) -> Sent:
    caller.token = caller.machine.assertion(aud="nhn:cp-api")
    return {}


def of_the_other_environment(caller: Caller) -> Sent:
    other = make_machine(environment="production", which=4).meet()
    caller.token = other.token()
    return {}


def other_key_proof(caller: Caller) -> Sent:
    return {"proof": caller.proof(key=private_jwk("ES256", 666))}


def proof_of_another_token(caller: Caller) -> Sent:
    good = caller.proof()
    caller.token = caller.machine.token()
    return {"proof": good}


def hex_ath(caller: Caller) -> Sent:
    ath = b64.decode(b64.digest(caller.token.encode())).hex()
    return {"proof": caller.proof(ath=ath)}


def padded_ath(caller: Caller) -> Sent:
    return {"proof": caller.proof(ath=b64.digest(caller.token.encode()) + "=")}


TOKEN, PROOF = "invalid_token", "invalid_dpop_proof"
REFUSED: list[tuple[str, Send, str]] = [
    ("D04", lambda caller: {"authorization": f"Bearer {caller.token}"}, TOKEN),
    ("D05", forged(cnf=GONE), TOKEN),
    ("D08", lambda caller: {"proof": GONE}, PROOF),
    ("D09", proof(ath=GONE), PROOF),
    ("D10", proof(ath="fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"), PROOF),
    ("D10", proof_of_another_token, PROOF),
    ("D10", hex_ath, PROOF),
    ("D10", padded_ath, PROOF),
    ("D11", other_key_proof, TOKEN),
    ("D12", lambda caller: {"proof": f"{caller.proof()}, {caller.proof()}"}, PROOF),
    ("D12", lambda caller: {"proof": "garbage"}, PROOF),
    *[("D12", proof(header={"typ": typ}), PROOF) for typ in (GONE, "JWT", "at+jwt")],
    *[("D12", proof(header={"alg": alg}), PROOF) for alg in ("none", "HS256", "es256")],
    ("D12", proof(header={"jwk": GONE}), PROOF),
    ("D12", proof(header={"jwk": {"kty": "oct", "k": "AAAA"}}), PROOF),
    ("D12", proof(key=private_jwk("ES256", 1000), jti=GONE), PROOF),
    *[("D12", proof(htm=htm), PROOF) for htm in (GONE, "POST", "get")],
    *[("D12", proof(htu=htu), PROOF) for htu in (GONE, "https://other.example/", "")],
    ("D12", lambda caller: {"proof": caller.proof(htu=caller.base)}, PROOF),
    ("D12", lambda caller: {"proof": caller.proof("CommunicationPartyExport")}, PROOF),
    *[
        ("D12", lambda caller, by=by: {"proof": caller.proof(iat=int(time.time()) + by)}, PROOF)
        for by in (-3600, 3600)
    ],
    ("D17", forged(header={"typ": "JWT"}), TOKEN),
    ("D17", forged(header={"typ": GONE}), TOKEN),
    ("D17", forged(header={"typ": "id_token"}), TOKEN),
    ("D17", forged(header={"typ": "client-authentication+jwt"}), TOKEN),
    ("D19", unsigned, TOKEN),
    ("D19", hmac_signed, TOKEN),
    ("D20", forged(key=private_jwk("RS256/2048", 9)), TOKEN),
    ("D20", forged(header={"kid": "unknown"}), TOKEN),
    ("D20", of_the_other_environment, TOKEN),
    ("D21", forged(iss="https://other.example"), TOKEN),
    ("D21", lambda caller: forged(iss=f"{caller.machine.issuer}/")(caller), TOKEN),
    ("D21", forged(iss=GONE), TOKEN),
    *[
        ("D22", forged(aud=aud), TOKEN)
        for aud in ("nhn:sfm", ["nhn:cp-api", "nhn:sfm"], [], GONE, "NHN:CP-API")
    ],
    ("D23", later(exp=-60), TOKEN),
    ("D23", forged(exp=GONE), TOKEN),
    ("D23", forged(exp="9999999999"), TOKEN),
    ("D24", later(nbf=61), TOKEN),
    ("D24", later(iat=61), TOKEN),
    *[("D25", without_claim(name), TOKEN) for name in ("sub", "client_id", "iat", "jti")],
    ("D26", forged(cnf={}), TOKEN),
    *[("D38", forged(header={"alg": alg}), TOKEN) for alg in ("PS256", "RS512", "ES256")],
    ("D38", as_pss, TOKEN),
    ("D33", the_clients_own_assertion, TOKEN),
    *[
        ("D35", forged(header=members), TOKEN)
        for members in (
            {"crit": ["exp"]},
            {"jku": "https://other.example"},
            {"x5u": "https://other.example"},
            {"jwk": {"kty": "oct"}},
        )
    ],
]


@pytest.mark.parametrize(("send", "error"), numbered(REFUSED))
def test_who_is_not_let_in(caller: Caller, send: Send, error: str) -> None:
    sent = send(caller)
    answer = caller.get(**sent)

    assert answer.status_code == 401
    challenge = answer["WWW-Authenticate"]
    assert challenge.startswith("DPoP ")
    assert f'error="{error}"' in challenge
    assert 'algs="RS256' in challenge
    assert b"communicationParties" not in answer.content


ACCEPTED: list[tuple[str, Send]] = [
    ("D02", lambda caller: {}),
    ("D02", lambda caller: {"authorization": f"dpop {caller.token}"}),
    ("D02", lambda caller: {"proof": caller.proof(htu=caller.url(ADDRESS_NAME) + "?a=b")}),
    ("D17", forged(header={"typ": "application/at+jwt"})),
    ("D22", forged(aud=["nhn:cp-api"])),
    ("D28", forged(scope="nhn:other nhn:cp-api/access")),
    ("C23", lambda caller: {"proof": caller.proof(iat=int(time.time()) - 10)}),
]
ADDRESS_NAME = "CommunicationPartyEvents"


@pytest.mark.parametrize("send", numbered(ACCEPTED))
def test_who_is_let_in(caller: Caller, send: Send) -> None:
    sent = send(caller)
    answer = caller.get(**sent)

    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "x"}])
def test_d01_no_token_no_error(caller: Caller, header: dict[str, str]) -> None:
    answer = Client().get(ADDRESS, headers=header)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("DPoP ")
    assert "error" not in answer["WWW-Authenticate"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_d07_a_token_where_logs_would_see_it(caller: Caller, method: str) -> None:
    in_address = getattr(Client(), method)(f"{ADDRESS}?access_token={caller.token}")
    in_form = Client().post(ADDRESS, f"access_token={caller.token}", content_type=FORM)

    for answer in (in_address, in_form):
        assert answer.status_code == 400
        assert json.loads(answer.content)["title"] == "invalid_request"


def test_d13_one_jti_at_two_addresses(caller: Caller) -> None:
    for address in ("CommunicationPartyEvents", "CommunicationPartyExport"):
        answer = caller.get(address, proof=caller.proof(address, jti="1"))
        assert answer.status_code == 200


def test_d14_a_proof_is_good_once(caller: Caller) -> None:
    used = caller.proof()

    assert caller.get(proof=used).status_code == 200
    again = caller.get(proof=used)
    assert again.status_code == 401
    assert 'error="invalid_dpop_proof"' in again["WWW-Authenticate"]


@pytest.mark.parametrize("scope", ["nhn:other", ["nhn:cp-api"], "", GONE])
def test_d28_another_scope(caller: Caller, scope: Any) -> None:
    forged(scope=scope)(caller)
    answer = caller.get()

    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    assert 'scope="nhn:cp-api/access"' in answer["WWW-Authenticate"]


def test_d34_a_token_that_is_too_large(caller: Caller) -> None:
    answer = caller.get(authorization=f"DPoP {'x' * 17_000}")

    assert answer.status_code == 400


def test_d37_a_token_of_the_next_key(caller: Caller) -> None:
    """The new key is published while the old one signs, so nobody has to wait for it."""
    new = rotate(environment="test", by=SYSTEM, at=timezone.now())
    opened = issuer_key("test", kid=new.kid)
    forged(header={"kid": new.kid}, key=opened)(caller)

    assert caller.get().status_code == 200


def test_d39_scripts_may_read_the_challenge(caller: Caller) -> None:
    answer = Client().get(ADDRESS)

    assert answer["Access-Control-Expose-Headers"] == "WWW-Authenticate, DPoP-Nonce"


@machine
def guarded(request: HttpRequest) -> HttpResponse:
    """An API of this portal that wants nonces of its own."""
    api = Protected("nhn:cp-api", frozenset({"nhn:cp-api/access"}), wants_nonce=True)
    try:
        decision = admit(request, api, environment="test", at=timezone.now())
    except Denied as denied:
        return dressed(HttpResponse(status=denied.decision.status), denied.decision)
    return dressed(HttpResponse("let in"), decision)


class Guarded:
    """The portal's addresses, and that API."""

    urlpatterns = [path("test/cp-api/guarded", guarded), *urlpatterns]


NONCES: list[tuple[str, Callable[[Caller], Any]]] = [
    ("D15", lambda caller: GONE),
    ("D15", lambda caller: issuers.nonces("test:nhn:cp-api").issue(time.time() - 3600)),
    ("D15", lambda caller: "made-up"),
    ("D16", lambda caller: caller.machine.nonce),
    ("D16", lambda caller: issuers.nonces(caller.machine.issuer).issue(time.time())),
    ("D16", lambda caller: issuers.nonces("production:nhn:cp-api").issue(time.time())),
    ("D16", lambda caller: issuers.nonces("test:nhn:other-api").issue(time.time())),
]


@pytest.mark.parametrize("nonce", numbered(NONCES))
@override_settings(ROOT_URLCONF=Guarded)
def test_d15_d16_an_api_that_wants_nonces_takes_its_own(
    caller: Caller, nonce: Callable[[Caller], Any]
) -> None:
    refused = caller.get("guarded", proof=caller.proof("guarded", nonce=nonce(caller)))

    assert refused.status_code == 401
    assert 'error="use_dpop_nonce"' in refused["WWW-Authenticate"]
    fresh = refused["DPoP-Nonce"]
    let_in = caller.get("guarded", proof=caller.proof("guarded", nonce=fresh))
    assert (let_in.status_code, let_in.content) == (200, b"let in")
    assert let_in["DPoP-Nonce"]


def test_d31_a_client_that_was_stopped_is_out_within_ten_minutes(caller: Caller) -> None:
    """The documented bound: no token from then on, and the last one lives ten minutes at most."""
    caller.machine.client.status = Status.STOPPED
    caller.machine.client.save()
    life = claims_of(caller.token)["exp"] - claims_of(caller.token)["iat"]

    assert error_of(caller.machine.post()) == (400, "invalid_client")
    assert life <= 600
    now = int(time.time())
    forged(iat=now - life - 11, nbf=now - life - 11, exp=now - 11)(caller)
    assert caller.get().status_code == 401


BEARER: list[tuple[Dpop, bool, str, int]] = [
    (Dpop.REQUIRED, False, "Bearer", 401),
    (Dpop.ALLOWED, False, "Bearer", 200),
    (Dpop.NONE, False, "Bearer", 200),
    (Dpop.REQUIRED, True, "Bearer", 401),
    (Dpop.ALLOWED, True, "Bearer", 401),
    (Dpop.NONE, True, "Bearer", 401),
    (Dpop.REQUIRED, True, "DPoP", 200),
    (Dpop.ALLOWED, True, "DPoP", 200),
    (Dpop.NONE, True, "DPoP", 401),
    (Dpop.ALLOWED, False, "DPoP", 401),
]


@pytest.mark.parametrize(("dpop", "bound", "scheme", "status"), BEARER)
def test_bearer_only_where_the_registration_allows_it_and_the_token_is_not_bound(
    caller: Caller, dpop: Dpop, bound: bool, scheme: str, status: int
) -> None:
    Api.objects.update(dpop=dpop)
    if not bound:
        forged(cnf=GONE)(caller)

    sent = {"authorization": f"{scheme} {caller.token}"}
    answer = caller.get(**sent) if scheme == "DPoP" else caller.get(**sent, proof=GONE)

    assert answer.status_code == status


@pytest.mark.parametrize("page", ["CommunicationPartyEvents", "openapi.json", "docs"])
@pytest.mark.parametrize("environment", ["test", "production"])
def test_only_where_the_demo_is(environment: str, page: str, caller: Caller) -> None:
    address = f"/{environment}/cp-api/{page}"

    assert Client().get(address).status_code in (200, 401)
    with override_settings(DEMO=False):
        assert Client().get(address).status_code == 404
        assert caller.get().status_code == 404


@override_settings(SECURE=True)
def test_never_in_clear(caller: Caller) -> None:
    assert caller.get().status_code == 400


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods(caller: Caller, method: str) -> None:
    answer = getattr(Client(), method)(ADDRESS)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET"


def test_a_cookie_is_no_token(caller: Caller) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "x"

    assert client.get(ADDRESS).status_code == 401


def test_the_host_header_does_not_say_where_we_are(caller: Caller) -> None:
    url = f"http://127.0.0.1{ADDRESS}"
    headers = {"Authorization": f"DPoP {caller.token}", "DPoP": caller.proof(htu=url)}

    assert Client().get(ADDRESS, headers=headers, SERVER_NAME="127.0.0.1").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_used_proofs_cannot_be_remembered() -> None:
    machine = make_machine().meet()
    caller = Caller(machine, machine.token())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_usedonce RENAME TO core_usedonce_away")
    try:
        answer = caller.get()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_usedonce_away RENAME TO core_usedonce")

    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert caller.get().status_code == 200
