"""What an item is judged by when nothing was recorded, and what is shown where people judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from onboarding.accounts.models import User
from onboarding.checklists import services
from onboarding.checklists.facts import Period
from onboarding.checklists.queries import Judgement
from onboarding.checklists.queries.delegating import refs
from onboarding.checklists.rules import beside
from onboarding.checklists.rules.registry import RULES
from onboarding.checklists.states import Kind, Need, Verdict
from onboarding.clients.models import ClientChild
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.traffic.refs import ref
from tests.checklists.making import facts, first_version, measured, request, take_up, trace
from tests.checklists.test_evaluation import HOUR, standing
from tests.constants import NOON
from tests.factories import make_organization, make_right

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
class TestTracesSwitchedOff:
    """What was proved by traffic before is people's to judge, and nothing of it passes."""

    @pytest.fixture
    def found(self, alice: User, acme: Organization, settings: Any) -> dict[str, Any]:
        subject, client = measured(alice, acme, tenancy="multi-tenant")
        for index in range(25):
            trace(client, NOON + index * MINUTE)
        assert standing(subject)["A03"].verdict == Verdict.PASS
        settings.TRAFFIC_DAYS = 0
        return standing(subject)

    def test_nothing_passes_by_traffic(self, found: dict[str, Any]) -> None:
        by_traffic = {key: found[key] for key in found if key in RULES and RULES[key].by_traffic}
        settled = {key for key, result in by_traffic.items() if result.kind == Kind.PORTAL}

        assert len(by_traffic) > 12
        # What the set-up alone rules out needs no traffic.
        assert all(found[key].verdict == Verdict.NOT_APPLICABLE for key in settled)
        others = [result for key, result in by_traffic.items() if key not in settled]
        assert {result.verdict for result in others} == {Verdict.OPEN}

    def test_it_is_the_reviewers_and_says_that_it_is_not_proved(
        self, found: dict[str, Any]
    ) -> None:
        result = found["A03"]

        assert result.kind == Kind.REVIEWER
        assert result.why.startswith("Portalen har ingen trafikk å dokumentere punktet med.")
        assert (result.counts, result.rows) == ({}, ())

    def test_the_registers_prove_as_before(self, found: dict[str, Any]) -> None:
        assert found["K01"].kind == Kind.PORTAL


@pytest.mark.django_db
def test_every_rule_over_traffic_says_that_it_needs_traffic() -> None:
    items = {item.key: item.spec for item in first_version().items.all()}

    for key, rule in RULES.items():
        if rule.by_traffic and rule.judge:
            assert Need.TRACE in items[key].needs, key


@pytest.mark.django_db
def test_what_was_counted_can_be_looked_at_where_nothing_is_wrong(
    alice: User, acme: Organization
) -> None:
    subject, client = measured(alice, acme)
    rows = [trace(client, NOON + index * MINUTE) for index in range(25)]

    result = standing(subject)["A03"]

    assert result.verdict == Verdict.PASS
    assert result.rows == tuple(str(row.pk) for row in rows[-20:])


@pytest.mark.django_db
def test_facts_stand_beside_answers_and_judgements(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme, tenancy="multi-tenant")
    services.begin_period(
        subject_id=subject.pk,
        software_version="4.2",
        instances=1,
        by=actor_for(alice),
        at=NOON,
    )
    for index in range(3):
        trace(client, NOON + index * MINUTE, org_ref=f"o{index % 2}", scopes_rejected="a:b/c")

    found = standing(
        subject,
        answers={"U02": "automated", "T03": "partly"},
        judgements={"M03": Judgement(Verdict.WARN)},
    )

    assert found["U02"].counts == {"software_version": "4.2", "days": 0, "requests": 3}
    assert found["T03"].counts == {"fewer_scopes": 3, "asked_the_same": 0}
    assert found["M03"].counts == {"organisations": 2, "with_own_token": 2}
    verdicts = [found[key].verdict for key in ("U02", "T03", "M03")]
    assert verdicts == [Verdict.PASS, Verdict.WARN, Verdict.WARN]
    assert all(len(found[key].rows) == 3 for key in ("U02", "T03", "M03"))


def test_what_the_client_did_after_it_was_given_less() -> None:
    fewer = {"scopes_rejected": "a/x", "scopes_asked": "a/x a/y"}
    rows = (
        request(0, **fewer),
        request(1, outcome="nonce"),
        request(2, **fewer),  # the same again
        request(3, scopes_asked="a/y"),  # went by the answer
        request(4, scopes_asked="a/x"),
    )

    assert beside.of("T03", facts(*rows)).counts == {"fewer_scopes": 2, "asked_the_same": 1}


def test_another_client_is_not_what_came_next() -> None:
    fewer = {"scopes_rejected": "a/x", "scopes_asked": "a/x"}
    other = request(1, scopes_asked="a/x")._replace(client="another")  # type: ignore[arg-type]

    assert beside.of("T03", facts(request(0, **fewer), other)).counts["asked_the_same"] == 0


def test_an_organisation_without_a_token_of_its_own_shows() -> None:
    rows = (request(0, org_ref="o1"), request(1, org_ref="o2", outcome="refused"))

    assert beside.of("M03", facts(*rows)).counts == {"organisations": 2, "with_own_token": 1}


@pytest.mark.parametrize(
    "fields", [{"period": None}, {"available": frozenset({Need.KEYS})}], ids=["period", "trace"]
)
def test_without_traffic_there_is_nothing_to_show(fields: dict[str, Any]) -> None:
    for key in ("U02", "T03", "M03"):
        assert beside.of(key, facts(request(), **fields)).counts == {}
    assert beside.of("U01", facts(request(), period=Period(NOON))).counts == {}


@pytest.mark.django_db
class TestDelegations:
    """M02 asks the register of rights, in the forms that organisations have in assertions."""

    def test_each_form_is_known(self, alice: User, acme: Organization) -> None:
        subject, client = measured(alice, acme, tenancy="multi-tenant")
        giver, stranger = make_organization(), make_organization()
        make_right(giver, to_organization=acme)
        ClientChild.objects.create(client=client, number="999999999")

        found = refs(subject, [client.pk])

        for form in ("", "NO:ORGNR:"):
            assert found[ref(f"{form}{giver.number}")] is None
            assert ref(f"{form}{stranger.number}") not in found
        assert found[ref(f"NO:ORGNR:{giver.number}:999999999")] is None
        assert found[ref(acme.number)] is None

    def test_what_was_taken_back_has_its_end(self, alice: User, acme: Organization) -> None:
        subject = take_up(alice, acme, tenancy="multi-tenant")
        giver, again = make_organization(), make_organization()
        ended: dict[str, Any] = {"withdrawn_at": NOON, "withdrawn_by": alice}
        make_right(giver, to_organization=acme, created_at=NOON - MINUTE, **ended)
        make_right(again, to_organization=acme, created_at=NOON - MINUTE, **ended)
        make_right(again, to_organization=acme)
        make_right(giver, to_organization=acme, environment="production")

        found = refs(subject, [])

        assert found[ref(giver.number)] == NOON
        assert found[ref(again.number)] is None

    def test_tokens_for_who_has_not_delegated_show(self, alice: User, acme: Organization) -> None:
        subject, client = measured(alice, acme, tenancy="multi-tenant")
        giver = make_organization()
        make_right(giver, to_organization=acme)
        for index in range(20):
            trace(client, NOON + index * MINUTE, org_ref=ref(f"NO:ORGNR:{giver.number}"))
        good = standing(subject)["M02"]
        for index in range(2):
            trace(client, NOON + (20 + index) * MINUTE, org_ref=ref("NO:ORGNR:910000000"))

        bad = standing(subject, at=HOUR)["M02"]

        assert (good.verdict, bad.verdict) == (Verdict.PASS, Verdict.WARN)
        assert bad.counts["undelegated"] == 1
        assert len(bad.rows) == 2
