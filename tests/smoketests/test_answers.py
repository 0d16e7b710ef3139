"""The portal as a client, against an authorization server that is wrong: the rows of part I."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers

from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.generation import generate
from onboarding.smoketests.exchange import Exchange
from onboarding.smoketests.journey import Journey, Target
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import ORDER, StepName, StepStatus
from tests.machines import GONE, Machine, numbered, private_jwk, without
from tests.smoketests.servers import API_NONCE, NONCE, Asked, Reply, WrongServer, claims_of

METADATA = "/sts/.well-known/openid-configuration"
TOKEN = "/sts/token"
P, F, S = StepStatus.PASSED, StepStatus.FAILED, StepStatus.SKIPPED


def failure(steps: dict[str, Step]) -> Step:
    """The one step that failed; what comes before it has passed, what comes after is skipped."""
    in_order = [steps[name] for name in ORDER]
    [failed] = [step for step in in_order if step.status == F]
    assert {step.status for step in in_order[: failed.position]} <= {P, StepStatus.NOTED}
    assert {step.status for step in in_order[failed.position + 1 :]} <= {S}
    assert failed.run.status == "failed"
    assert failed.run.failure == failed.code
    return failed


def shown() -> str:
    """All that is kept of all tests."""
    return str(serializers.serialize("json", [*Run.objects.all(), *Step.objects.all()]))


def test_all_is_well(server: WrongServer, test: Callable[[], dict[str, Step]]) -> None:
    steps = test()

    assert [steps[name].status for name in ORDER] == [P] * 6
    assert steps["token"].run.status == "passed"
    assert [asked.proof()["htu"] for asked in server.to("/api")] == [f"{server.origin}/api"] * 2
    assert [asked.proof().get("nonce") for asked in server.to("/api")] == [None, API_NONCE]
    assert all(step.milliseconds is not None for step in steps.values())
    assert steps["api"].received == "200 application/json, 24 B"


def decoy(**members: Any) -> dict[str, Any]:
    """A key of the issuer's JWKS that has the name of the real one, but is another."""
    other = private_jwk(str(members.pop("kind", "RS256/2048")), 38)
    public = {n: other[n] for n in ("kty", "n", "e", "crv", "x", "y", "alg") if n in other}
    return without(public | {"kid": private_jwk("RS256/2048", 7)["kid"]} | members)


DECOYS: list[tuple[str, dict[str, Any]]] = [
    ("D38", {"alg": "PS256"}),
    ("D38", {"alg": "RS512"}),
    ("D38", {"use": "enc"}),
    ("D38", {"kind": "ES256"}),
    ("D38", {"kind": "ES256", "alg": GONE}),
    ("D38", {"kind": "ES256", "alg": "RS256"}),
    ("D38", {"kty": "oct", "alg": GONE}),
    ("D38", {"kty": ["RSA"], "crv": 7}),
]


@pytest.mark.parametrize("members", numbered(DECOYS))
def test_d38_keys_of_one_name_are_told_apart(
    server: WrongServer, test: Callable[[], dict[str, Step]], members: dict[str, Any]
) -> None:
    """By type, algorithm and use: the decoy comes first, and the token is found good all the same.

    Our own issuer cannot publish two keys of one name: the database holds that.
    """
    real = private_jwk("RS256/2048", 7)
    public = {n: real[n] for n in ("kty", "n", "e", "alg", "use", "kid") if n in real}
    server.replies["/sts/jwks"] = Reply(body={"keys": [decoy(**members), public]})

    steps = test()

    assert [steps[name].status for name in ORDER] == [P] * 6


def test_d38_a_decoy_alone_is_no_key(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    server.replies["/sts/jwks"] = Reply(body={"keys": [decoy(alg="PS256")]})

    assert failure(test()).name == StepName.CHECK


@pytest.mark.parametrize("issuer", ["https://evil.example", "", 7, None, ["x"], "suffix"])
def test_i01_other_issuer(
    server: WrongServer, test: Callable[[], dict[str, Step]], issuer: Any
) -> None:
    server.metadata["issuer"] = f"{server.issuer}/" if issuer == "suffix" else issuer

    failed = failure(test())

    assert (failed.name, failed.code) == (StepName.METADATA, "test.issuer")
    assert failed.expected == server.issuer
    assert [asked.path for asked in server.asked] == [METADATA]


def test_i02_audience_is_the_registered_issuer_whatever_metadata_say(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    server.metadata["token_endpoint"] = f"{server.origin}/sts/token?x=y"

    test()

    assert {asked.assertion()["aud"] for asked in server.to(TOKEN)} == {server.issuer}
    assert {asked.proof()["htu"] for asked in server.to(TOKEN)} == {f"{server.origin}/sts/token"}


def test_i03_nonce_round_is_made_with_everything_new(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    test()

    first, second = server.to(TOKEN)
    assert [asked.proof().get("nonce") for asked in (first, second)] == [None, NONCE]
    assert first.proof()["jti"] != second.proof()["jti"]
    assert first.assertion()["jti"] != second.assertion()["jti"]


def test_i04_nonce_asked_for_again_and_again(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    server.replies[TOKEN] = Reply(400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "again"})

    failed = failure(test())

    assert (failed.name, failed.code) == (StepName.TOKEN, "oauth.use_dpop_nonce")
    assert len(server.to(TOKEN)) == 2


def test_i04_api_that_asks_again_and_again(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    headers = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "again"}
    server.replies["/api"] = Reply(401, {}, headers)

    failed = failure(test())

    assert (failed.name, failed.code) == (StepName.API, "test.api_status")
    assert len(server.to("/api")) == 2


def test_i05_nonce_of_a_good_answer_is_used_next_time(
    server: WrongServer, machine: Machine
) -> None:
    server.next_nonce = NONCE
    server.demands_nonce = False
    journey = Journey(
        Target(
            server.issuer, machine.client_id, ("a",), "", "", False, True, "", machine.assertion
        ),
        Exchange(time.monotonic() + 10),
    )
    journey.fetch_metadata()

    for _ in range(2):
        journey.take_assertion()
        journey.fetch_token()

    assert [asked.proof().get("nonce") for asked in server.to(TOKEN)] == [None, NONCE]


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "", None, GONE, ["DPoP"]])
def test_i06_token_of_another_type_is_not_used(
    server: WrongServer, test: Callable[[], dict[str, Step]], kind: Any
) -> None:
    server.answer["token_type"] = kind

    failed = failure(test())

    assert (failed.name, failed.code, failed.expected) == (
        StepName.TOKEN,
        "test.token_type",
        "DPoP",
    )
    assert server.to("/api") == []


def test_i06_name_of_the_type_is_case_insensitive(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    server.answer["token_type"] = "dpop"

    assert test()["token"].status == P


def test_i08_life_that_is_not_said_is_a_remark(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    server.answer["expires_in"] = GONE

    steps = test()

    assert (steps["token"].status, steps["token"].code) == (StepStatus.NOTED, "test.expires_in")
    assert [steps[name].status for name in ("check", "api")] == [P, P]
    assert steps["token"].run.status == "passed"


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize(
    ("path", "step"),
    [(TOKEN, "token"), (METADATA, "metadata"), ("/sts/jwks", "jwks"), ("/api", "api")],
)
def test_i09_redirect_is_not_followed(
    server: WrongServer, test: Callable[[], dict[str, Step]], path: str, step: str, status: int
) -> None:
    location = f"{server.origin}/elsewhere?secret=1"
    server.replies[path] = Reply(status, {}, {"Location": location})

    failed = failure(test())

    assert (failed.name, failed.code) == (step, "test.redirect")
    assert failed.found == f"{status} {server.origin.removeprefix('http://')}"
    assert server.to("/elsewhere") == []
    assert "secret=1" not in shown()


BAD_BODIES = {
    "HTML": b"<html><body>SECRET of the intranet</body></html>",
    "broken": b'{"access_token": "SECRET',
    "list": b'["SECRET"]',
    "text": b'"SECRET"',
    "empty": b"",
    "duplicate": b'{"token_type": "DPoP", "token_type": "SECRET"}',
    "NaN": b'{"expires_in": NaN, "x": "SECRET"}',
    "deep": b"[" * 50_000,
    "BOM": b'\xef\xbb\xbf{"x": "SECRET"}',
    "latin-1": '{"x": "SECRET å"}'.encode("latin-1"),
    "bomb": gzip.compress(b'{"x": "SECRET"}' + b" " * 10_000_000),
    "NUL": b'{"error": "SECRET\\u0000"}',
}


@pytest.mark.parametrize("kind", BAD_BODIES)
@pytest.mark.parametrize(("path", "step"), [(TOKEN, "token"), (METADATA, "metadata")])
def test_i10_body_that_is_no_json_object(
    server: WrongServer, test: Callable[[], dict[str, Step]], kind: str, path: str, step: str
) -> None:
    headers = {
        "Content-Type": "text/html",
        **({"Content-Encoding": "gzip"} if kind == "bomb" else {}),
    }
    server.replies[path] = Reply(200, BAD_BODIES[kind], headers)

    failed = failure(test())

    assert (failed.name, failed.code) == (step, "test.not_json")
    assert (failed.expected, failed.found) == ("application/json", "200 text/html")
    assert "SECRET" not in shown()


@pytest.mark.parametrize(
    ("path", "step", "size"),
    [
        (METADATA, "metadata", 256),
        ("/sts/jwks", "jwks", 256),
        (TOKEN, "token", 64),
        ("/api", "api", 256),
    ],
)
def test_i10_body_that_is_too_large(
    server: WrongServer, test: Callable[[], dict[str, Step]], path: str, step: str, size: int
) -> None:
    server.replies[path] = Reply(200, b" " * (size * 1024 + 1))

    failed = failure(test())

    assert (failed.name, failed.code) == (step, "egress.too_large")


@pytest.mark.parametrize("keys", [GONE, [], {}, "x", ["x"], [{}, 7]])
def test_i10_key_set_without_keys(
    server: WrongServer, test: Callable[[], dict[str, Step]], keys: Any
) -> None:
    server.replies["/sts/jwks"] = Reply(200, {} if keys is GONE else {"keys": keys})

    failed = failure(test())

    assert (failed.name, failed.code) == (StepName.JWKS, "test.jwks")


@pytest.mark.parametrize("answer", [{"x": "y" * 30_000}, {"error_description": "y" * 30_000}])
def test_i10_no_more_than_2_kb_is_kept(
    server: WrongServer, test: Callable[[], dict[str, Step]], answer: dict[str, str]
) -> None:
    server.replies[TOKEN] = Reply(400, {"error": "invalid_client"} | answer)

    failed = failure(test())

    assert failed.code == "oauth.invalid_client"
    assert len(failed.received) <= 2000
    assert len(failed.found) <= 300


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "invalid_scope"}, "oauth.invalid_scope"),
        ({"error": "temporarily_unavailable"}, "oauth.temporarily_unavailable"),
        ({"error": "../../<script>"}, "test.answer"),
        ({"error": {"a": 1}}, "test.answer"),
        ({"error": "x" * 5000}, "test.answer"),
        ({"error": "å"}, "test.answer"),
        ({}, "test.answer"),
    ],
)
def test_refusal_is_named_by_its_code(
    server: WrongServer, test: Callable[[], dict[str, Step]], body: dict[str, Any], code: str
) -> None:
    server.replies[TOKEN] = Reply(400, body)

    assert failure(test()).code == code


@pytest.mark.parametrize(("seconds", "found"), [(60, "-60 s"), (-3600, "+3600 s")])
def test_i12_clock_of_the_server_differs(
    server: WrongServer, test: Callable[[], dict[str, Step]], seconds: int, found: str
) -> None:
    server.date = time.time() + seconds

    step = test()["metadata"]

    assert (step.status, step.code) == (StepStatus.NOTED, "test.clock_skew")
    sign, number = step.found[0], int(step.found[1:-2])
    assert sign == found[0]
    assert abs(number - abs(seconds)) <= 3


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Jan 2026 00:00:00 GMT", "-1"])
def test_i12_date_that_cannot_be_read_says_nothing(
    server: WrongServer, test: Callable[[], dict[str, Step]], date: str
) -> None:
    body = {"issuer": server.issuer, "token_endpoint": f"{server.issuer}/token"}
    body["jwks_uri"] = f"{server.issuer}/jwks"
    server.replies[METADATA] = Reply(200, body, {"Date": date})

    assert test()["token"].status == P


def test_i13_nothing_that_could_be_used_is_kept(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    steps = test()

    kept = shown()
    used = [*server.tokens]
    for asked in server.asked:
        used += [asked.headers.get("DPoP", ""), asked.form.get("client_assertion", "")]
    assert len([text for text in used if text]) == 7
    for text in used:
        assert not text or text.rpartition(".")[2] not in kept
    assert claims_of(server.tokens[0])["jti"] in steps["check"].received


def test_i13_token_that_is_sent_back_is_not_kept_either(
    server: WrongServer, test: Callable[[], dict[str, Step]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def echo(asked: Asked) -> Reply:
        token = asked.headers["Authorization"].split()[1]
        return Reply(401, {}, {"WWW-Authenticate": f'DPoP error="invalid_token", t="{token}"'})

    monkeypatch.setattr(server, "_api", echo)

    failed = failure(test())

    assert failed.code == "test.api_status"
    assert "invalid_token" in failed.found
    assert server.tokens[0].rpartition(".")[2] not in shown()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"cnf": {"jkt": "A" * 43}}, "test.binding"),
        ({"cnf": GONE}, "test.binding"),
        ({"cnf": {"x5t#S256": "A"}}, "token.confirmation"),
        ({"iss": "https://evil.example"}, "token.issuer"),
        ({"aud": "someone:else"}, "token.audience"),
        ({"aud": ["acme:register", "someone:else"]}, "token.audience"),
        ({"scope": ["acme:register/other"]}, "test.scopes"),
        ({"scope": GONE}, "test.scopes"),
        ({"scope": 7}, "token.scope_syntax"),
        ({"exp": int(time.time()) - 3600}, "token.expiry"),
        ({"exp": GONE}, "token.expiry"),
        ({"nbf": int(time.time()) + 3600}, "token.not_before"),
        ({"iat": int(time.time()) + 3600}, "token.issued_at"),
    ],
    ids=lambda value: json.dumps(value, default=lambda _: "gone"),
)
def test_i14_token_is_not_what_was_agreed(
    server: WrongServer, test: Callable[[], dict[str, Step]], claims: dict[str, Any], code: str
) -> None:
    server.claims = claims

    failed = failure(test())

    assert (failed.name, failed.code) == (StepName.CHECK, code)
    assert server.to("/api") == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": "JWT"}, "token.type"),
        ({"kid": "unknown"}, "token.key"),
        ({"alg": "none"}, "token.algorithm"),
        ({"jku": "https://evil.example"}, "token.embedded_key"),
    ],
)
def test_i14_token_that_the_server_did_not_sign_so(
    server: WrongServer, test: Callable[[], dict[str, Step]], header: dict[str, Any], code: str
) -> None:
    server.header = header

    assert failure(test()).code == code


def test_i14_signature_by_somebody_else(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    other = PrivateKey(generate("RS256/2048")).jwk_public()
    ours = server.reply(Asked("GET", "/sts/jwks", {}, {})).body["keys"][0]
    server.replies["/sts/jwks"] = Reply(200, {"keys": [other | {"kid": ours["kid"]}]})

    assert failure(test()).code == "token.signature"


def test_scope_as_one_string_is_read_too(
    server: WrongServer, test: Callable[[], dict[str, Step]]
) -> None:
    server.claims = {"scope": "other acme:register/read"}

    assert test()["check"].status == P
