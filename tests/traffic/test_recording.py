"""What a request leaves behind: the facts that people and rules read, and nothing to use."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from onboarding.jose.jwk import thumbprint
from onboarding.traffic.models import DayCount, Trace
from onboarding.traffic.refs import ref
from onboarding.traffic.services.announcing import announce
from onboarding.traffic.services.recording import flush
from onboarding.traffic.states import AudienceKind, DetailsKind, DpopKind, Outcome
from tests.constants import NOON
from tests.machines import GONE, Caller, Machine, claims_of, make_machine, private_jwk


def only_trace() -> Trace:
    flush()
    return Trace.objects.latest("at")


def assertion_with(machine: Machine, **changes: Any) -> Trace:
    machine.post(machine.form(client_assertion=machine.assertion(**changes)))
    return only_trace()


def test_issued_token_leaves_its_facts() -> None:
    machine = make_machine(kind="PS256/2048").meet()
    text = machine.assertion()
    token = machine.post(machine.form(client_assertion=text, scope="nhn:cp-api/access"))
    claims = claims_of(json.loads(token.content)["access_token"])

    trace = only_trace()

    assert (trace.outcome, trace.status, trace.error, trace.check_code) == ("ok", 200, "", "")
    assert (trace.endpoint, trace.origin, trace.signed) == ("token", "client", True)
    assert (trace.alg, trace.kid) == ("PS256", machine.private["kid"])
    assert (trace.typ, trace.aud_kind) == ("client-authentication+jwt", AudienceKind.ISSUER)
    assert (trace.life_s, trace.clock_s) == (30, 0)
    assert trace.jti_ref == ref(claims_of(text)["jti"])
    assert (trace.dpop, trace.jkt) == (
        DpopKind.PROOF_NONCE,
        thumbprint({n: machine.proof_private[n] for n in ("kty", "crv", "x", "y")}),
    )
    assert trace.scopes_asked == trace.scopes_given == "nhn:cp-api/access"
    assert (trace.token_ref, trace.token_aud) == (ref(claims["jti"]), "nhn:cp-api")
    assert trace.token_expires_at
    assert trace.token_expires_at.timestamp() == claims["exp"]
    assert trace.revision == machine.client.revision_id


def test_nonce_round_can_be_followed() -> None:
    machine = make_machine()
    machine.post(proof=machine.proof(nonce=GONE))
    machine.post()
    flush()

    first, second = Trace.objects.order_by("at")

    assert (first.outcome, first.error, first.dpop) == (Outcome.NONCE, "use_dpop_nonce", "proof")
    assert first.check_code == "proof.nonce"
    assert first.nonce_given
    assert first.nonce_given == second.nonce_sent
    assert first.jkt == second.jkt
    assert first.jti_ref != second.jti_ref
    assert first.proof_jti_ref != second.proof_jti_ref


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"aud": GONE}, {"aud_kind": "missing"}),
        ({"aud": ["x"]}, {"aud_kind": "array"}),
        ({"aud": "https://elsewhere.example"}, {"aud_kind": "other"}),
        ({"header": {"typ": GONE}}, {"typ": "", "outcome": "ok"}),
        ({"header": {"typ": "at+jwt"}}, {"typ": "at+jwt", "check_code": "assertion.type"}),
        ({"header": {"kid": "never"}}, {"kid": "never", "check_code": "assertion.key"}),
        ({"jti": GONE}, {"jti_ref": "", "check_code": "assertion.jti"}),
        (
            {"assertion_details": {"type": "helseid_authorization"}},
            {"details_kind": DetailsKind.ASSERTION_DETAILS, "org_ref": ""},
        ),
    ],
)
def test_facts_of_an_assertion(changes: dict[str, Any], facts: dict[str, Any]) -> None:
    machine = make_machine().meet()

    trace = assertion_with(machine, **changes)

    assert {name: getattr(trace, name) for name in facts} == facts


def test_life_without_iat_is_counted_from_the_arrival() -> None:
    machine = make_machine().meet()

    trace = assertion_with(machine, exp=int(time.time()) + 3600, iat=GONE)

    assert trace.check_code == "assertion.lifetime"
    assert trace.life_s in (3598, 3599, 3600)


def test_audience_of_the_token_endpoint_is_told_apart() -> None:
    machine = make_machine().meet()

    assert assertion_with(machine, aud=machine.endpoint).aud_kind == AudienceKind.TOKEN_ENDPOINT


def test_organisation_of_the_details_is_told_by_a_hash() -> None:
    value = "NO:ORGNR:999999999:888888888"
    organization = {"identifier": {"system": "urn:oid:1.0.6523", "value": value}}
    details = [{"practitioner_role": {"organization": organization}}]

    trace = assertion_with(make_machine().meet(), authorization_details=details)

    assert (trace.details_kind, trace.org_ref) == ("authorization_details", ref(value))


def test_refused_scope_is_told() -> None:
    machine = make_machine().meet()
    machine.post(machine.form(scope="nhn:cp-api/access nhn:unknown/x"))

    trace = only_trace()

    assert (trace.error, trace.check_code) == ("invalid_scope", "oauth.invalid_scope")
    assert (trace.scopes_rejected, trace.scopes_given) == ("nhn:unknown/x", "")


def test_replayed_assertion_is_what_refused_although_the_proof_was_faulty_too() -> None:
    machine = make_machine().meet()
    text = machine.assertion()
    machine.post(machine.form(client_assertion=text))
    machine.post(machine.form(client_assertion=text), proof=machine.proof(htm="GET"))

    assert only_trace().check_code == "assertion.replay"


@pytest.mark.parametrize(
    ("sent", "dpop"), [(None, "proof_nonce"), (GONE, "none"), ("a,b", "proof")]
)
def test_proof_is_noted_where_the_assertion_was_refused(sent: Any, dpop: str) -> None:
    machine = make_machine().meet()
    wrong = machine.assertion(aud="https://elsewhere.example")
    machine.post(machine.form(client_assertion=wrong), proof=sent)

    trace = only_trace()

    assert (trace.check_code, trace.dpop) == ("assertion.audience", dpop)
    assert bool(trace.jkt) is (dpop == "proof_nonce")


def test_call_of_an_api_leaves_its_facts() -> None:
    machine = make_machine().meet()
    token = machine.token()
    caller = Caller(machine, token)

    assert caller.get().status_code == 200
    trace = only_trace()

    assert (trace.endpoint, trace.outcome, trace.signed) == ("api", "ok", True)
    assert (trace.scheme, trace.token_ref) == ("DPoP", ref(claims_of(token)["jti"]))
    assert trace.scopes_given == "nhn:cp-api/access"


def test_refused_call_of_an_api_is_its_clients() -> None:
    machine = make_machine().meet()
    caller = Caller(machine, machine.token())
    caller.get(proof=caller.proof(htm="POST"))

    trace = only_trace()

    assert (trace.outcome, trace.status, trace.check_code) == ("refused", 401, "proof.method")


def test_nothing_that_could_be_used_is_kept() -> None:
    machine = make_machine().meet()
    text, proof = machine.assertion(), machine.proof()
    answer = machine.post(machine.form(client_assertion=text), proof=proof)
    token = json.loads(answer.content)["access_token"]
    caller = Caller(machine, token)
    caller.get()
    wrong = machine.assertion(key={**private_jwk("ES256", 77), "kid": machine.private["kid"]})
    machine.post(machine.form(client_assertion=wrong))
    flush()

    kept = " ".join(str(row) for row in Trace.objects.values())

    assert Trace.objects.count() == 4
    for secret in (text, proof, token, wrong):
        assert [part for part in secret.split(".") if part in kept] == (
            # Whose signature it was is found out by it; the rest that it belongs to is gone.
            [wrong.split(".")[2]] if secret is wrong else []
        )
        assert claims_of(secret)["jti"] not in kept


def test_stranger_with_a_clients_name_is_told_apart() -> None:
    machine = make_machine().meet()
    wrong = machine.assertion(key={**private_jwk("ES256", 77), "kid": machine.private["kid"]})
    machine.post(machine.form(client_assertion=wrong))

    trace = only_trace()

    assert (trace.signed, trace.check_code) == (False, "assertion.signature")
    assert DayCount.objects.get(outcome="refused").signed is False


def test_request_that_speaks_of_nobody_leaves_nothing() -> None:
    machine = make_machine()
    machine.post({"grant_type": "client_credentials"})
    machine.post(machine.form(client_assertion="x.y.z", client_id="not-a-client"))
    machine.post(machine.form(client_assertion="x.y.z", client_id=str(uuid4())))

    assert flush() == 1  # whether there is such a client is found out when it is written
    assert not Trace.objects.exists()
    assert not DayCount.objects.exists()


def test_form_without_an_assertion_is_its_clients_all_the_same() -> None:
    machine = make_machine()
    machine.post(machine.form(client_assertion=GONE))

    trace = only_trace()

    assert (trace.client_id, trace.check_code) == (machine.client.pk, "oauth.invalid_request")


def test_client_of_the_other_environment_is_not_meant() -> None:
    machine = make_machine(environment="production")
    machine.endpoint = machine.endpoint.replace("/production/", "/test/")
    machine.post()

    flush()

    assert not Trace.objects.exists()


@pytest.mark.parametrize("own", [True, False])
def test_what_was_announced_is_the_portals(own: bool) -> None:
    machine = make_machine().meet()
    text = machine.assertion()
    if own:
        announce([claims_of(text)["jti"]], at=NOON)
    machine.post(machine.form(client_assertion=text))

    assert only_trace().origin == ("portal" if own else "client")


def test_proofs_by_an_announced_key_are_the_portals_at_both_ends() -> None:
    machine = make_machine().meet()
    announce([machine.proof_private["kid"]], at=NOON)
    Caller(machine, machine.token()).get()
    flush()

    newest = Trace.objects.order_by("-at")[:2]

    assert [(trace.endpoint, trace.origin) for trace in newest] == [
        ("api", "portal"),
        ("token", "portal"),
    ]


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": 10**400},
        {"exp": 1e300, "iat": -5},
        {"iss": "\0\u202e", "x" * 5000: "\0"},
        {"aud": [["deep"], {"a": 1}, "\0"]},
        {"exp": True, "iat": "1", "nbf": None},
        {"authorization_details": [1, None, {"practitioner_role": []}]},
    ],
)
def test_whatever_claims_say_is_written_down(claims: dict[str, Any]) -> None:
    machine = make_machine().meet()
    machine.post(machine.form(client_assertion=machine.assertion(**claims)))

    assert only_trace().client_id == machine.client.pk
