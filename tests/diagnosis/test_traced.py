"""A request that left a trace is explained as the same request is when it is pasted."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.states import Leniency
from onboarding.diagnosis.queries.traced import checks
from onboarding.jose.assertion import subject_of
from onboarding.jose.checks import first_failure
from onboarding.jose.compact import read
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from onboarding.traffic.models import Trace
from onboarding.traffic.services.recording import flush
from tests.diagnosis.test_why import NEIGHBOURS, Make, ago, ask, http, title
from tests.factories import make_membership, make_system
from tests.machines import GONE, Caller, Machine, make_machine, private_jwk, register
from tests.sts.test_leniencies import allow


@pytest.fixture
def own(acme: Organization, alice: User) -> Machine:
    made = make_machine(organization=acme, by=alice, system=make_system(acme, by=alice)).meet()
    flush()
    Trace.objects.all().delete()
    return made


def newest() -> Trace:
    flush()
    return Trace.objects.latest("at")


def page_of(trace: Trace, user: User, organization: Organization) -> str:
    browser = Client()
    browser.force_login(user)
    environment = trace.client.environment
    args = [environment, organization.number, trace.client_id, trace.pk]
    answer = browser.get(reverse("trace", args=args))
    assert answer.status_code == 200
    return unescape(answer.content.decode().partition("<main")[2])


def send(machine: Machine, made: str) -> Trace:
    """Send an assertion, or a proof beside a good assertion."""
    if subject_of(read(made, prefix="assertion")) or "iss" in read(made, prefix="token").claims:
        machine.post(machine.form(client_assertion=made, client_id=machine.client_id))
    else:
        machine.post(proof=made)
    return newest()


@pytest.mark.parametrize(
    ("make", "words"), [row[1:] for row in NEIGHBOURS], ids=[row[0] for row in NEIGHBOURS]
)
def test_what_is_almost_right_is_told_in_the_same_words(
    make: Make, words: str, own: Machine, bob: User, acme: Organization
) -> None:
    trace = send(own, make(own))

    assert words in title(page_of(trace, bob, acme))


def test_decision_is_what_is_shown(own: Machine) -> None:
    """The first failure of the checks that were kept is what the trace was refused for."""
    for _name, make, _words in NEIGHBOURS:
        trace = send(own, make(own))
        failure = first_failure(checks(trace))

        assert failure
        assert failure.code == trace.check_code
        assert trace.status == 400


def test_retired_key_is_named_with_its_day(own: Machine, alice: User, acme: Organization) -> None:
    at = timezone.now() - timedelta(hours=2)
    own.registered.revoked_at, own.registered.revoked_by = at, alice
    own.registered.save()
    own.post()

    page = page_of(newest(), alice, acme)

    assert title(page) == "Signert med en nøkkel som er sperret"
    assert f"av {alice.name}" in page


def test_key_of_another_client_of_the_organisation_is_named(
    own: Machine, bob: User, acme: Organization
) -> None:
    other = make_machine(organization=acme, which=5)
    mine = own.private["kid"]
    own.post(own.form(client_assertion=own.assertion(key=other.private, header={"kid": mine})))

    words = title(page_of(newest(), bob, acme))

    assert "nøkkelen til en annen av klientene deres" in words
    assert other.client.name in words


def test_key_of_the_other_environment_is_named(own: Machine, bob: User, acme: Organization) -> None:
    make_membership(bob, acme, environment="production", role=Role.READER)
    system = make_system(acme, environment="production")
    other = make_machine(organization=acme, system=system, which=6)
    own.post(own.form(client_assertion=own.assertion(key=other.private)))

    assert "i et annet miljø: produksjon" in title(page_of(newest(), bob, acme))


def test_key_of_somebody_else_is_nobodys(own: Machine, bob: User, acme: Organization) -> None:
    stranger = make_machine(which=7)
    own.post(own.form(client_assertion=own.assertion(key=stranger.private)))

    page = page_of(newest(), bob, acme)

    assert "aldri vært registrert" in title(page)
    assert str(stranger.client.pk) not in page


@pytest.mark.parametrize("kind", ["RS256/2048", "PS384/2048", "ES384", "ES512"])
def test_signer_is_found_by_the_hash_for_each_kind_of_key(
    kind: str, own: Machine, bob: User, acme: Organization
) -> None:
    old = private_jwk(kind, 40)
    register(own.client, old, revoked_at=timezone.now(), revoked_by=bob)
    wrong = own.assertion(key=old, header={"kid": "nobody"})
    own.post(own.form(client_assertion=wrong))

    assert title(page_of(newest(), bob, acme)) == "Signert med en nøkkel som er sperret"


def test_refused_scope_is_explained(own: Machine, bob: User, acme: Organization) -> None:
    own.post(own.form(scope="nhn:unknown/x"))

    page = page_of(newest(), bob, acme)

    assert "nhn:unknown/x" in page
    assert "oauth.invalid_scope" in page


def test_call_of_an_api_is_explained(own: Machine, bob: User, acme: Organization) -> None:
    caller = Caller(own, own.token())
    caller.get(proof=caller.proof(htu="http://inside:8000/x"))

    page = page_of(newest(), bob, acme)

    assert "intern" in title(page)
    assert "401 invalid_dpop_proof" in page


def test_clock_is_judged_by_the_moment_of_the_request(
    own: Machine, bob: User, acme: Organization
) -> None:
    """Three days later it would have been old; what was wrong then is what is told."""
    own.post(own.form(client_assertion=own.assertion(iat=ago(-40), exp=ago(-60), nbf=GONE)))
    trace = newest()
    days = timedelta(days=3)
    moved = {
        name: value - int(days.total_seconds()) if name in ("iat", "exp") else value
        for name, value in trace.content["assertion"]["claims"].items()
    }
    trace.content["assertion"]["claims"] = moved
    trace.at -= days
    trace.save()

    words = title(page_of(trace, bob, acme))
    assert words in {
        f"Klokken på maskinen går {seconds} sekunder for fort, etter iat å dømme"
        for seconds in (38, 39, 40)
    }


def test_what_was_accepted_says_so(own: Machine, bob: User, acme: Organization) -> None:
    own.post()

    page = page_of(newest(), bob, acme)

    assert "Forespørselen ble godtatt" in page
    assert "Klienten fikk et token" in page


def test_request_of_the_old_tutorial_names_both_reasons(bob: User, acme: Organization) -> None:
    """Sent and pasted, as it is written there: RS512, the token endpoint as audience, no DPoP."""
    machine = make_machine(organization=acme, kind="RS512/2048")
    text = machine.assertion(header={"typ": "JWT"}, aud=machine.endpoint)
    form: dict[str, Any] = machine.form(client_assertion=text, scope="nhn:cp-api/access")

    pasted = ask(bob, acme, http(machine, form, None))
    machine.post(form, proof=GONE)
    sent = page_of(newest(), bob, acme)

    for page in (pasted, sent):
        assert "tokenendepunktet, ikke utstederen" in title(page)
        assert "Én ting til er galt. Den står under." in page
        assert ">proof.count</code>" in page
    allow(machine, Leniency.AUDIENCE_ENDPOINT, Leniency.NO_DPOP)
    text = machine.assertion(header={"typ": "JWT"}, aud=machine.endpoint)
    form["client_assertion"] = text
    assert "ville forespørselen gitt et token" in ask(bob, acme, http(machine, form, None))
    assert machine.post(form, proof=GONE).status_code == 200
    assert "audience-token-endpoint no-dpop" in page_of(newest(), bob, acme)


def test_leniency_for_reuse_is_known_to_the_diagnosis(
    own: Machine, bob: User, acme: Organization
) -> None:
    form = own.form()
    own.post(form, proof=own.proof(nonce=GONE))
    refused = ask(bob, acme, http(own, form, own.proof()))
    allow(own, Leniency.ASSERTION_REUSE)
    form = own.form()
    own.post(form, proof=own.proof(nonce=GONE))
    allowed = ask(bob, acme, http(own, form, own.proof()))

    assert "assertion.replay" in refused
    assert "ville forespørselen gitt et token" in allowed
    assert own.post(form).status_code == 200
    assert "assertion.replay" in ask(bob, acme, http(own, form, own.proof()))
