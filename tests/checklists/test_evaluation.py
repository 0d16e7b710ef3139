"""How items stand: who settles each, what bars a decision, what a decision keeps."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from onboarding.accounts.models import User
from onboarding.checklists import queries, services
from onboarding.checklists.models import Subject
from onboarding.checklists.queries import ItemResult, Judgement
from onboarding.checklists.states import Kind, Verdict
from onboarding.clients.models import ClientLeniency
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.services import contacts
from onboarding.traffic.models import DayCount
from tests.checklists.making import first_version, measured, take_up, trace
from tests.constants import NOON
from tests.factories import make_api, make_client

pytestmark = pytest.mark.django_db
HOUR = NOON + timedelta(hours=1)


def standing(
    subject: Subject,
    *,
    at: datetime = HOUR,
    answers: dict[str, str] | None = None,
    judgements: dict[str, Judgement] | None = None,
) -> dict[str, ItemResult]:
    """The results by the key of their item."""
    found = queries.evaluate(
        subject, first_version(), answers=answers or {}, judgements=judgements or {}, at=at
    )
    return {result.item.key: result for result in found}


def test_what_applies_follows_the_set_up(alice: User, acme: Organization) -> None:
    version = first_version()
    api = services.take_up(api_id=make_api(acme).pk, by=actor_for(alice), at=NOON)
    both = take_up(alice, acme, user_login=True, tenancy="multi-tenant")

    keys = {
        "m2m": [item.key for item in queries.applicable(version, take_up(alice, acme))],
        "both": [item.key for item in queries.applicable(version, both)],
        "api": [item.key for item in queries.applicable(version, api)],
    }

    assert {name: len(found) for name, found in keys.items()} == {"m2m": 33, "both": 43, "api": 11}
    assert keys["api"][:2] == ["P03", "V01"]


def test_without_a_client_everything_proved_by_traffic_is_open(
    alice: User, acme: Organization
) -> None:
    results = standing(take_up(alice, acme))

    assert (results["A03"].verdict, results["A03"].kind) == (Verdict.OPEN, Kind.PORTAL)
    assert "Velg en klient" in results["A03"].why
    assert results["P03"].why == "Leverandøren har ikke svart."
    known = {item for item, result in results.items() if result.verdict != Verdict.OPEN}
    assert known == {"U05"}  # that nobody follows the changes is known without any traffic
    assert results["U05"].verdict == Verdict.FAIL
    assert len(queries.undecided(results.values())) == len(results) - 1


def test_who_follows_is_read_from_the_portal(alice: User, acme: Organization) -> None:
    subject = take_up(alice, acme)
    contacts.follow(organization_id=acme.pk, by=actor_for(alice), at=NOON)

    assert standing(subject)["U05"].verdict == Verdict.PASS


@pytest.mark.parametrize(
    ("rows", "apart", "verdict"),
    [
        (19, timedelta(seconds=60), Verdict.OPEN),
        (20, timedelta(seconds=60), Verdict.PASS),
        (4, timedelta(days=3), Verdict.OPEN),
        (5, timedelta(hours=41), Verdict.OPEN),
        (5, timedelta(hours=42), Verdict.PASS),
    ],
)
def test_enough_is_twenty_requests_or_five_over_a_week(
    rows: int, apart: timedelta, verdict: Verdict, alice: User, acme: Organization
) -> None:
    subject, client = measured(alice, acme)
    for index in range(rows):
        trace(client, NOON + index * apart)

    result = standing(subject, at=NOON + timedelta(days=10))["A03"]

    assert result.verdict == verdict


def test_requests_from_elsewhere_do_not_count(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    stranger = make_client(acme, by=alice)
    for index in range(20):
        trace(client, NOON + timedelta(minutes=index))
    before = standing(subject)["A03"]
    trace(client, NOON - timedelta(seconds=1), life_s=500)
    trace(client, NOON + timedelta(minutes=1), life_s=500, origin="portal")
    trace(client, NOON + timedelta(minutes=1), life_s=500, signed=False, outcome="refused")
    trace(stranger, NOON + timedelta(minutes=1), life_s=500)

    after = standing(subject)["A03"]

    assert (before.verdict, after.verdict) == (Verdict.PASS, Verdict.PASS)
    assert after.counts == before.counts
    trace(client, NOON + timedelta(minutes=2), life_s=61, outcome="refused")
    assert standing(subject)["A03"].verdict == Verdict.FAIL


@pytest.mark.parametrize(("signed", "verdict"), [(True, Verdict.OPEN), (False, Verdict.PASS)])
def test_own_rows_that_were_dropped_leave_it_open(
    signed: bool, verdict: Verdict, alice: User, acme: Organization
) -> None:
    subject, client = measured(alice, acme)
    for index in range(20):
        trace(client, NOON + timedelta(minutes=index))
    DayCount.objects.create(
        client=client,
        day=NOON.date(),
        endpoint="token",
        origin="client",
        outcome="ok",
        signed=signed,
        count=9000,
        dropped=1,
    )

    results = standing(subject)

    assert results["A03"].verdict == verdict
    assert ("ikke er lagret" in results["A03"].why) == signed


def test_evidence_of_another_set_up_is_stale(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    for index in range(20):
        trace(client, NOON + timedelta(minutes=index))
    before = standing(subject)["A03"]
    ClientLeniency.objects.create(
        client=client, environment="test", name="iat-string", switched_at=NOON, switched_by=alice
    )

    changed = standing(subject)
    services.keep_periods(at=HOUR)

    assert (changed["A03"].verdict, changed["A03"].setup_hash == before.setup_hash) == (
        Verdict.STALE,
        False,
    )
    assert changed["A03"] in queries.undecided(changed.values())
    assert standing(subject)["A03"].verdict == Verdict.OPEN


def test_a_period_ends_after_thirty_days(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    for index in range(20):
        trace(client, NOON + timedelta(days=1, minutes=index))

    days = (30, 30.01)
    found = [standing(subject, at=NOON + timedelta(days=day))["A03"].verdict for day in days]

    assert found == [Verdict.PASS, Verdict.STALE]


def test_who_settles_an_item_follows_what_exists_here(
    alice: User, acme: Organization, settings: Any
) -> None:
    subject, client = measured(alice, acme)
    for index in range(20):
        trace(client, NOON + timedelta(minutes=index))

    here = standing(subject)
    settings.ISSUERS = settings.ISSUERS | {"test": "https://sts.example"}
    elsewhere = standing(subject)

    assert (here["P01"].kind, here["P02"].kind) == (Kind.SUPPLIER, Kind.REVIEWER)
    assert (here["D04"].kind, here["O02"].kind) == (Kind.SUPPLIER, Kind.SUPPLIER)
    assert (here["A03"].kind, elsewhere["A03"].kind) == (Kind.PORTAL, Kind.REVIEWER)
    assert elsewhere["A03"].verdict == Verdict.OPEN
    assert elsewhere["K01"].kind == Kind.PORTAL


def test_answers_and_judgements_settle_the_rest(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    trace(client, NOON, life_s=500)

    results = standing(
        subject,
        answers={"P03": "test_switch", "P04": "other", "T03": "nonsense", "A03": "always"},
        judgements={
            "K05": Judgement(Verdict.WARN, "Nøkkelen ligger i en fil."),
            "A03": Judgement(Verdict.PASS, "Ser bra ut."),
        },
    )

    assert [results[key].verdict for key in ("P03", "P04", "T03", "A03")] == [
        Verdict.WARN,
        Verdict.FAIL,
        Verdict.OPEN,
        Verdict.OPEN,
    ]
    assert (results["K05"].verdict, results["K05"].why) == (
        Verdict.WARN,
        "Nøkkelen ligger i en fil.",
    )


def test_an_item_that_the_set_up_rules_out_says_so(alice: User, acme: Organization) -> None:
    subject = take_up(alice, acme, machine_to_machine=False, user_login=True)

    results = standing(subject)

    assert results["L07"].verdict == Verdict.NOT_APPLICABLE
    assert "refresh-token" in results["L07"].why
    assert results["T01"].verdict == Verdict.NOT_APPLICABLE


def test_a_decision_keeps_counts_rows_and_the_set_up(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    rows = [trace(client, NOON + timedelta(minutes=index), life_s=61) for index in range(25)]
    version = first_version()
    results = queries.evaluate(subject, version, answers={}, judgements={}, at=HOUR)

    kept = json.loads(json.dumps(queries.snapshot(results, version)))

    assert kept["checklist"] == 1
    item = next(each for each in kept["items"] if each["item"] == "A03")
    assert item["setup_hash"] == queries.setup_hash(subject)
    assert item["rows"] == [str(row.pk) for row in rows[-20:]]
    assert item["counts"] == {"smallest": 61, "median": 61, "largest": 61, "too_long": 25}
    assert (item["verdict"], item["kind"]) == ("fail", "portal")


def test_more_traffic_costs_no_more_queries(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    version = first_version()
    found = []
    for rows in (1, 30):
        for index in range(rows):
            trace(client, NOON + timedelta(minutes=index), jkt=f"jkt{index}")
        with CaptureQueriesContext(connection) as caught:
            queries.evaluate(subject, version, answers={}, judgements={}, at=HOUR)
        found.append(len(caught))

    assert found[0] == found[1] <= 30
