"""A real client asks the real token endpoint, and the portal proves what it can from that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.checklists import queries, services
from onboarding.checklists.models import KeyChange, Subject
from onboarding.checklists.queries import ItemResult
from onboarding.checklists.queries.gathering import gather
from onboarding.checklists.states import Kind, Verdict
from onboarding.keys.models import Key
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems.states import Selection
from onboarding.traffic.models import Trace
from onboarding.traffic.services.announcing import announce
from onboarding.traffic.services.recording import flush
from tests.checklists.making import first_version
from tests.factories import make_api, make_scope, make_system
from tests.machines import GONE, Caller, Machine, claims_of, make_machine, private_jwk, register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]
SCOPE = "nhn:cp-api/access"


@pytest.fixture
def machine(acme: Organization, alice: User) -> Machine:
    """A program whose client was made from a version that pre-selects the scope it asks for."""
    scope = make_scope(make_api(acme, short_name="nhn:cp-api"), SCOPE)
    system = make_system(acme, by=alice, scopes={scope: Selection.PRESELECTED})
    return make_machine(system=system, by=alice)


@pytest.fixture
def subject(machine: Machine, alice: User) -> Subject:
    revision = machine.client.revision
    assert revision
    Key.objects.update(proved_at=timezone.now())
    by, hour_ago = actor_for(alice), timezone.now() - timedelta(hours=1)
    subject = services.take_up(revision_id=revision.pk, by=by, at=hour_ago)
    return services.name_clients(
        subject_id=subject.pk, client_ids=[machine.client.pk], by=by, at=hour_ago
    )


def run(machine: Machine, times: int = 21) -> None:
    """Ask for tokens, with a nonce kept, one every minute: the rows are put back in time."""
    for _ in range(times):
        machine.token(scope=SCOPE)
    flush()
    spread_out()


def spread_out() -> None:
    """Put the token requests a minute apart, the newest first, in place of waiting for that."""
    asked = Trace.objects.filter(endpoint="token", outcome="ok").order_by("-at", "-id")
    for minutes, trace in enumerate(asked):
        apart = timedelta(minutes=minutes)
        ends = trace.token_expires_at
        assert ends
        Trace.objects.filter(pk=trace.pk).update(at=trace.at - apart, token_expires_at=ends - apart)


def standing(subject: Subject) -> dict[str, ItemResult]:
    found = queries.evaluate(subject, first_version(), answers={}, judgements={}, at=timezone.now())
    return {result.item.key: result for result in found}


def test_at_least_half_is_proved_without_anyone_typing(machine: Machine, subject: Subject) -> None:
    machine.meet()
    run(machine)
    for _ in range(5):
        Caller(machine, machine.token(scope=SCOPE)).get()
    flush()

    results = standing(subject)
    proved = {
        key: result.verdict
        for key, result in results.items()
        if result.kind == Kind.PORTAL and result.verdict not in (Verdict.OPEN, Verdict.STALE)
    }

    assert len(results) == 33
    assert len(proved) >= 17, proved
    # Nobody has named a contact point or follows the changes; traffic has nothing to do with it.
    failed = [key for key, verdict in proved.items() if verdict == Verdict.FAIL]
    assert failed == ["O03", "U05"]
    good = {"P05", "A01", "A02", "A03", "A04", "A05", "A06", "D01", "D03", "D04", "K01", "K02"}
    assert [key for key in sorted(good) if results[key].verdict != Verdict.PASS] == []


def test_the_portals_own_requests_prove_nothing(machine: Machine, subject: Subject) -> None:
    machine.meet()
    for _ in range(21):
        text = machine.assertion()
        announce([str(claims_of(text)["jti"])], at=timezone.now())
        machine.post(machine.form(client_assertion=text))
    flush()

    assert Trace.objects.filter(origin="portal").count() == 21
    assert standing(subject)["A03"].verdict == Verdict.OPEN


def test_a_stranger_who_knows_the_client_id_changes_nothing(
    machine: Machine, subject: Subject
) -> None:
    machine.meet()
    run(machine)
    before = {key: result.verdict for key, result in standing(subject).items()}
    stranger = private_jwk("ES256", 77)
    for header in ({}, {"kid": GONE}, {"kid": "x"}, {"typ": "at+jwt"}):
        for claims in ({}, {"aud": machine.endpoint}, {"exp": 4_000_000_000}, {"jti": "same"}):
            text = machine.assertion(header=header, key=stranger, **claims)
            machine.post(machine.form(client_assertion=text), proof=GONE)
    flush()

    assert Trace.objects.filter(signed=False).count() == 16
    assert {key: result.verdict for key, result in standing(subject).items()} == before


def test_the_clients_own_mistakes_count(machine: Machine, subject: Subject) -> None:
    machine.meet()
    run(machine)
    mistakes = {
        "A02": machine.form(client_assertion=machine.assertion(aud=machine.endpoint)),
        "A03": machine.form(client_assertion=machine.assertion(exp=4_000_000_000)),
        "A05": machine.form(client_assertion=machine.assertion(header={"kid": GONE})),
    }
    for form in mistakes.values():
        machine.post(form)
    again = machine.form()
    machine.post(again)
    machine.post(again)
    machine.post(machine.form(), proof=GONE)
    flush()

    results = standing(subject)

    failed = [*mistakes, "A04", "D01"]
    assert {key: results[key].verdict for key in failed} == dict.fromkeys(failed, Verdict.FAIL)
    assert len(results["A05"].rows) == 1


def test_a_key_change_is_noted_with_what_the_traces_showed(
    machine: Machine, subject: Subject, alice: User
) -> None:
    old = machine.registered
    machine.meet().token(scope=SCOPE)
    machine.private = private_jwk("ES256", 1)
    new = register(machine.client, machine.private, created_at=timezone.now())
    machine.token(scope=SCOPE)
    flush()
    assert services.note_key_changes(at=timezone.now()) == 0
    Key.objects.filter(pk=old.pk).update(revoked_at=timezone.now(), revoked_by=alice)

    assert services.note_key_changes(at=timezone.now()) == 1

    change = KeyChange.objects.get()
    assert (change.old, change.new) == (old, new)
    assert (change.tokens_old, change.tokens_new, change.refused) == (1, 1, 0)
    assert standing(subject)["K06"].verdict == Verdict.PASS


def test_the_old_key_used_once_more_shows_in_the_change(
    machine: Machine, subject: Subject, alice: User
) -> None:
    old, first = machine.registered, machine.private
    machine.meet().token(scope=SCOPE)
    register(machine.client, private_jwk("ES256", 1), created_at=timezone.now())
    machine.private = private_jwk("ES256", 1)
    machine.token(scope=SCOPE)
    Key.objects.filter(pk=old.pk).update(revoked_at=timezone.now(), revoked_by=alice)
    flush()
    services.note_key_changes(at=timezone.now())
    machine.private = first
    machine.post()
    machine.private = private_jwk("ES256", 78) | {"kid": first["kid"]}
    machine.post()
    flush()

    services.note_key_changes(at=timezone.now())
    services.note_key_changes(at=timezone.now() + timedelta(hours=25))

    assert KeyChange.objects.get().refused == 1
    assert services.note_key_changes(at=timezone.now() + timedelta(hours=26)) == 0
    assert standing(subject)["K06"].verdict == Verdict.FAIL


def test_what_it_was_told_to_wait_is_in_the_trace(
    machine: Machine, subject: Subject, settings: pytest.FixtureRequest
) -> None:
    settings.STS_REQUESTS_PER_SECOND = 0.5  # type: ignore[attr-defined]  # one in two
    answers = [machine.post() for _ in range(3)]
    flush()
    told = int(answers[-1]["Retry-After"])

    slowed = Trace.objects.filter(status=429).first()
    assert slowed
    assert slowed.content["retry_after"] == told > 1
    assert "retry_after" not in Trace.objects.exclude(status=429).earliest("at").content
    read = gather(subject, timezone.now())[0].requests
    assert {row.wait_s for row in read if row.error == "temporarily_unavailable"} == {told}
    assert {row.wait_s for row in read if row.error != "temporarily_unavailable"} == {0}
