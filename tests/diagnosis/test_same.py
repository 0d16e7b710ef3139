"""Decision ≡ diagnosis: what is explained beforehand is what is answered and what is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from onboarding.accounts.models import User
from onboarding.clients.states import Access, Leniency, Status
from onboarding.diagnosis.pasted import FORM, Kind, Pasted, Request
from onboarding.diagnosis.queries.asking import Asker, Judged
from onboarding.diagnosis.queries.judging import judge
from onboarding.diagnosis.queries.traced import checks, explain_trace
from onboarding.jose.checks import Check, first_failure
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from onboarding.traffic.models import Trace
from onboarding.traffic.services import recording
from tests.diagnosis.test_why import FORMS, HEADERS, MUTATIONS, PROOFS, moments, some
from tests.factories import make_system
from tests.machines import GONE, Machine, make_machine, private_jwk, register, without
from tests.mutations import FIELD, damaged, mutated
from tests.sts.test_leniencies import allow

MANY = partial(tries, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def unhurried(settings: Any) -> None:
    settings.STS_REQUESTS_PER_SECOND = 100_000


@pytest.fixture
def own(acme: Organization) -> Machine:
    return make_machine(organization=acme, system=make_system(acme)).meet()


@dataclass
class Sent:
    """A token request as it goes out: the form's text, and the DPoP header if there is one."""

    body: str
    proof: str | None


def sent(machine: Machine, assertion: str, proof: str | None, **form: Any) -> Sent:
    return Sent(urlencode(machine.form(client_assertion=assertion, **form), doseq=True), proof)


def judged(machine: Machine, request: Sent) -> Judged:
    """What the diagnosis says of a request to one of the client's own people, before it is sent."""
    headers = {"content-type": FORM} | ({} if request.proof is None else {"dpop": request.proof})
    pasted = Pasted(Kind.REQUEST, "", Request("POST", machine.endpoint, headers, request.body))
    owner = machine.client.organization_id
    actor = Actor("alice", roles={(owner, "test"): Role.READER})
    return judge(pasted, Asker(actor, "test", owner, timezone.now()))


def answered(machine: Machine, request: Sent) -> tuple[int, str, str]:
    headers = {} if request.proof is None else {"DPoP": request.proof}
    path = machine.endpoint[machine.endpoint.index("/test/") :]
    answer = machine.http.post(path, request.body, content_type=FORM, headers=headers)
    content = json.loads(answer.content)
    return answer.status_code, content.get("error", ""), content.get("error_description", "")


def first_failed(found: Judged) -> str:
    """The code of what refused it: a check's, else that of the answer."""
    if found.refusal is None:
        return ""
    failures: list[Check | None] = [first_failure(part.checks) for part in found.parts]
    failed = [failure.code for failure in failures if failure]
    return failed[0] if failed else f"oauth.{found.refusal.error}"


def newest() -> Trace | None:
    recording.flush()
    return Trace.objects.order_by("-at").first()


def same(machine: Machine, request: Sent) -> tuple[int, str]:
    """Explain a request, send it, read its trace: all three agree. Return status and code."""
    recording.flush()
    Trace.objects.all().delete()
    found = judged(machine, request)
    status, error, description = answered(machine, request)

    refusal = found.refusal
    told = (refusal.status, refusal.error, refusal.description) if refusal else (200, "", "")
    assert told == (status, error, description)
    code = first_failed(found)
    trace = newest()
    assert trace or found.client is None
    if trace is not None:
        assert (trace.status, trace.error, trace.check_code) == (status, error, code)
        explained = explain_trace(
            trace,
            Actor("alice", roles={(machine.client.organization_id, "test"): Role.READER}),
            organization_id=machine.client.organization_id,
            at=timezone.now(),
        )
        if code and not code.startswith("oauth.") and error != "use_dpop_nonce":
            assert code in {check.code for check in checks(trace)}
            assert explained.finding is not None
            assert explained.finding.code == code
    return status, code


PROOF = st.one_of(st.none(), some(PROOFS))


@MANY(max_examples=150)
@given(claims=some(MUTATIONS), header=some(HEADERS), proof=PROOF, form=some(FORMS))
def test_one_thing_wrong_in_each_part(
    own: Machine,
    claims: dict[str, Any],
    header: dict[str, Any],
    proof: dict[str, Any] | None,
    form: dict[str, Any],
) -> None:
    assertion = own.assertion(header=header, **moments(claims, own))
    dpop = None if proof is None else own.proof(**moments(proof, own))

    same(own, sent(own, assertion, dpop, **form))


@MANY(max_examples=120)
@given(data=st.data())
def test_tokens_that_nobody_signed_as_they_are(own: Machine, data: st.DataObject) -> None:
    assertion, proof = own.assertion(), own.proof()
    if data.draw(st.booleans()):
        assertion = data.draw(mutated(assertion, proof))
    else:
        proof = data.draw(mutated(proof, assertion)).strip() or "x"

    assert same(own, sent(own, assertion, proof))[0] == 400


@MANY(max_examples=100)
@given(data=st.data())
def test_forms_with_anything_done_to_them(own: Machine, data: st.DataObject) -> None:
    good = sent(own, own.assertion(), own.proof())
    body = data.draw(damaged(good.body))

    same(own, Sent(body, good.proof))


@MANY(max_examples=60)
@given(field=FIELD)
def test_anything_as_the_proof(own: Machine, field: str) -> None:
    assert same(own, sent(own, own.assertion(), field or "-"))[0] == 400


def retired(machine: Machine, alice: User) -> None:
    machine.registered.revoked_at, machine.registered.revoked_by = timezone.now(), alice
    machine.registered.save()


def stopped(machine: Machine, alice: User) -> None:
    machine.client.status = Status.STOPPED
    machine.client.save()


def waiting(machine: Machine, alice: User) -> None:
    machine.client.scopes.update(access=Access.PENDING)


def lenient(machine: Machine, alice: User) -> None:
    allow(machine, *Leniency.values)


def second_key(machine: Machine, alice: User) -> None:
    register(machine.client, private_jwk("ES256", 61))


@pytest.fixture(params=[retired, stopped, waiting, lenient, second_key])
def changed(request: pytest.FixtureRequest, own: Machine, alice: User) -> Machine:
    request.param(own, alice)
    return own


@MANY(max_examples=40)
@given(claims=some(MUTATIONS), proof=PROOF, form=some(FORMS), other=st.booleans())
def test_whatever_has_become_of_the_client(
    changed: Machine,
    claims: dict[str, Any],
    proof: dict[str, Any] | None,
    form: dict[str, Any],
    other: bool,
) -> None:
    """Its key retired, itself stopped, its scope not granted, lenient, with another key."""
    key = private_jwk("ES256", 61) if other else changed.private
    assertion = changed.assertion(key=key, **moments(claims, changed))
    dpop = None if proof is None else changed.proof(**moments(proof, changed))

    same(changed, sent(changed, assertion, dpop, **form))


@pytest.mark.parametrize("again", ["all", "assertion", "proof"])
def test_what_was_used_before(own: Machine, again: str) -> None:
    first = sent(own, own.assertion(), own.proof())
    assert same(own, first) == (200, "")
    assertion = own.assertion(jti="1")
    own.post(own.form(client_assertion=assertion))
    form = without({"client_assertion": assertion if again != "proof" else GONE})
    second = sent(own, form.get("client_assertion", own.assertion()), own.proof())
    if again in ("all", "proof"):
        second.proof = first.proof

    status, code = same(own, second)

    assert (status, code) == (400, "proof.replay" if again == "proof" else "assertion.replay")
