"""Many drafts in one request: one judgement for all ways in, each customer alone, repeatable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.audit.services import verify
from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftStatus
from onboarding.core import limits
from onboarding.jose.generation import generate
from onboarding.keys.models import BarredThumbprint
from onboarding.selfservice.models import GivenAnswer
from onboarding.suppliers.models import Organization
from onboarding.systems.states import Tenancy
from tests.factories import org_number
from tests.machines import numbered
from tests.selfservice.software import (
    BASE,
    HER_ID,
    MESSAGES,
    OWN,
    REGISTER,
    Software,
    make_system,
    problem,
    public_of,
)
from tests.selfservice.test_confirming import answer
from tests.selfservice.test_drafts import FAULTS

pytestmark = pytest.mark.django_db
KEY = "Idempotency-Key"


@pytest.fixture(autouse=True)
def nobody_has_asked() -> None:
    cache.clear()
    limits._asleep["until"] = 0.0


def customers(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"organizationNumber": org_number(), "publicJwk": public_of(generate("ES256"))} | changes
        for _ in range(count)
    ]


def wait_for_a_minute() -> None:
    """Until all of a test fits into one minute of the limits."""
    while timezone.now().second > 55:
        time.sleep(0.2)


def post(
    software: Software,
    drafts: Any,
    *,
    query: str = "",
    http: Client | None = None,
    headers: Any = None,
) -> Any:
    return (http or software.http).post(
        f"{BASE}client-drafts:batch{query}",
        drafts if isinstance(drafts, str) else json.dumps({"drafts": drafts}),
        content_type="application/json",
        headers={"api-key": software.secret} | (headers or {}),
    )


def found(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = json.loads(answer.content)
    return body


def states(answer: Any) -> list[str]:
    return [each["state"] for each in found(answer)["drafts"]]


def test_each_customer_gets_a_draft_in_the_order_of_the_list(software: Software) -> None:
    rows = customers(30)

    body = found(post(software, rows))

    assert body["counts"] == {
        "new": 30,
        "waiting": 0,
        "confirmed": 0,
        "declined": 0,
        "faulty": 0,
    }
    assert [each["organizationNumber"] for each in body["drafts"]] == [
        row["organizationNumber"] for row in rows
    ]
    for row, each in zip(rows, body["drafts"], strict=True):
        draft = ClientDraft.objects.get(pk=each["clientId"])
        assert draft.organization_number == row["organizationNumber"]
        assert draft.public_jwk["x"] == row["publicJwk"]["x"]
        link = f"{settings.BASE_URL}/test/confirm-client/{draft.pk}"
        assert each["confirmationUri"] == link
        assert each["changes"] == [
            {"pointer": "/apiScopes", "before": [], "after": [REGISTER, OWN]}
        ]
    assert Event.objects.filter(kind="draft.made").count() == 30
    assert verify() is None


def test_a_dry_run_says_what_would_be_and_makes_nothing(software: Software) -> None:
    rows = [*customers(1), *customers(1, organizationNumber="1")]

    planned = found(post(software, rows, query="?dry_run=true"))
    made = found(post(software, rows))

    assert (planned.pop("dryRun"), made.pop("dryRun")) == (True, False)
    assert planned["drafts"][0] | {"clientId": 1, "confirmationUri": 1} == made["drafts"][0] | {
        "clientId": 1,
        "confirmationUri": 1,
    }
    assert planned["drafts"][0]["clientId"] is planned["drafts"][0]["confirmationUri"] is None
    assert planned["drafts"][1] == made["drafts"][1]
    assert planned["counts"] == made["counts"]
    assert ClientDraft.objects.count() == 1


def test_a_dry_run_leaves_no_trace_of_itself(software: Software) -> None:
    post(software, customers(2), query="?dry_run=true", headers={KEY: "a"})

    assert not ClientDraft.objects.exists()
    assert not Event.objects.exists()
    assert not GivenAnswer.objects.exists()


@pytest.mark.parametrize(("changes", "faults"), numbered(FAULTS))
def test_a_draft_of_a_list_is_judged_as_one_by_itself(
    software: Software, changes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    alone = json.loads(software.post(software.body(**changes)).content)

    answer = found(post(software, [*customers(1), software.body(**changes), *customers(1)]))

    assert states(post(software, [software.body(**changes)], query="?dry_run=true")) == ["faulty"]
    assert [each["state"] for each in answer["drafts"]] == ["new", "faulty", "new"]
    assert answer["drafts"][1]["clientId"] is None
    placed = [each | {"pointer": f"/drafts/1{each['pointer']}"} for each in alone["errors"]]
    assert answer["drafts"][1]["errors"] == placed
    assert [(each["code"], each["pointer"].removeprefix("/drafts/1")) for each in placed] == faults
    assert ClientDraft.objects.count() == 2


@pytest.mark.parametrize("row", [7, None, "x", [], True])
def test_what_is_no_draft_at_all_stops_nobody_else(software: Software, row: Any) -> None:
    answer = found(post(software, [row, *customers(1)]))

    assert [each["state"] for each in answer["drafts"]] == ["faulty", "new"]
    assert [each["pointer"] for each in answer["drafts"][0]["errors"]] == ["/drafts/0"]


def test_repeating_makes_nothing_twice_and_makes_what_was_missing(software: Software) -> None:
    rows = customers(3)

    first = found(post(software, rows[:2]))["drafts"]
    second = found(post(software, rows))["drafts"]

    assert [each["state"] for each in second] == ["waiting", "waiting", "new"]
    assert [each["clientId"] for each in second[:2]] == [each["clientId"] for each in first]
    assert ClientDraft.objects.count() == 3


def test_a_customer_that_stands_in_the_list_twice_gets_one_draft(software: Software) -> None:
    [row] = customers(1)

    assert states(post(software, [row, row], query="?dry_run=true")) == ["new", "waiting"]
    body = found(post(software, [row, row]))["drafts"]

    assert [each["state"] for each in body] == ["new", "waiting"]
    assert body[0]["clientId"] == body[1]["clientId"]
    assert ClientDraft.objects.count() == 1


def test_a_draft_that_waits_stays_as_it_is_and_the_difference_is_told(software: Software) -> None:
    [row] = customers(1)
    post(software, [row])
    changed = row | {
        "apiScopes": [MESSAGES],
        "audienceSpecificClientClaims": [{"key": HER_ID, "value": "1"}],
    }

    for query in ("?dry_run=true", ""):
        [each] = found(post(software, [changed], query=query))["drafts"]
        assert each["state"] == "waiting"
        assert [change["pointer"] for change in each["changes"]] == [
            "/apiScopes",
            "/audienceSpecificClientClaims",
        ]
        assert each["changes"][0]["before"] == [REGISTER, OWN]
    assert ClientDraft.objects.get().content["apiScopes"] == [REGISTER, OWN]


def test_answers_are_left_alone_unless_one_asks_again(software: Software, ola: User) -> None:
    rows, now = customers(3), timezone.now()
    made = [each["clientId"] for each in found(post(software, rows))["drafts"]]
    for pk, status in zip(made, (DraftStatus.CONFIRMED, DraftStatus.DECLINED), strict=False):
        answer = {"status": status, "answered_at": now, "answered_by": ola}
        ClientDraft.objects.filter(pk=pk).update(**answer)
    old = now - timedelta(hours=25)
    ClientDraft.objects.filter(pk=made[2]).update(created_at=old, expires_at=now)

    assert states(post(software, rows, query="?dry_run=true")) == ["confirmed", "declined", "new"]
    assert states(post(software, rows, query="?ask_again=true&dry_run=true")) == [
        "confirmed",
        "new",
        "new",
    ]
    assert states(post(software, rows)) == ["confirmed", "declined", "new"]
    assert states(post(software, rows, query="?ask_again=true")) == ["confirmed", "new", "waiting"]
    assert states(post(software, rows)) == ["confirmed", "waiting", "waiting"]
    assert ClientDraft.objects.count() == 5


def test_five_hundred_are_taken_and_one_more_is_not(software: Software) -> None:
    rows = customers(500)

    assert problem(post(software, [*rows, *customers(1)])) == (400, [("api.value", "/drafts")])
    assert problem(post(software, [])) == (400, [("api.value", "/drafts")])
    assert not ClientDraft.objects.exists()
    assert found(post(software, rows))["counts"]["new"] == 500
    assert ClientDraft.objects.count() == 500
    assert found(post(software, rows))["counts"]["waiting"] == 500


@pytest.mark.parametrize("body", ["[]", '{"drafts": 1}', '{"drafts": {}}', "{}", '{"a": []}'])
def test_what_is_no_list_is_refused_whole(software: Software, body: str) -> None:
    assert problem(post(software, body))[0] == 400


def test_a_list_of_large_keys_is_read_and_a_larger_body_is_not(software: Software) -> None:
    long = "x" * 1900
    row = software.body(redirectUris=[f"https://a.example/{long}{n}" for n in range(50)])

    assert states(post(software, [row] * 5)) == ["faulty"] * 5  # 480 kB
    assert problem(post(software, " " * (2 * 1024 * 1024 + 1))) == (413, [("api.too_large", "")])
    assert problem(software.post(" " * (256 * 1024 + 1))) == (413, [("api.too_large", "")])


def test_the_same_request_gets_the_same_answer(software: Software) -> None:
    rows = customers(2)

    first, second = (post(software, rows, headers={KEY: "a"}) for _ in range(2))

    assert first.content == second.content
    assert states(second) == ["new", "new"]
    assert problem(post(software, rows[:1], headers={KEY: "a"})) == (
        422,
        [("api.idempotency_key", "")],
    )
    again = post(software, rows, query="?ask_again=true", headers={KEY: "a"})
    assert problem(again) == (422, [("api.idempotency_key", "")])
    assert problem(post(software, rows, headers={KEY: "x" * 256})) == (400, [("api.value", "")])
    assert ClientDraft.objects.count() == 2


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each returns when they begin together, over connections of their own."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(timeout=30)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {KEY: "a"}], ids=["without a key", "with a key"])
def test_the_same_list_twice_at_once_is_one(software: Software, headers: dict[str, str]) -> None:
    rows = customers(120)

    def send() -> Any:
        return post(software, rows, http=Client(), headers=headers)

    bodies = [found(answer) for answer in at_once([send, send])]

    assert ClientDraft.objects.count() == 120
    ids = [[each["clientId"] for each in body["drafts"]] for body in bodies]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 120
    if headers:
        assert bodies[0] == bodies[1]
    else:
        assert sum(body["counts"]["new"] for body in bodies) == 120
    assert verify() is None


def test_a_private_key_in_the_list_is_barred_and_stops_nobody_else(software: Software) -> None:
    rows = [*customers(1), software.body(publicJwk=software.private), *customers(1)]

    answer = post(software, rows)

    assert states(answer) == ["new", "faulty", "new"]
    assert software.private["d"] not in answer.content.decode()
    assert BarredThumbprint.objects.count() == 1


def test_a_private_key_is_barred_whatever_there_is_of_the_customer(software: Software) -> None:
    assert states(post(software, [software.body()])) == ["new"]

    answer = post(software, [software.body(publicJwk=software.private)])

    assert states(answer) == ["faulty"]
    assert BarredThumbprint.objects.count() == 1


def test_a_draft_that_was_left_over_hides_no_client(software: Software, ola: User) -> None:
    software.http.force_login(ola)
    first, leftover = software.draft(), software.draft()
    answer(software.http, first)

    body = found(post(software, [software.body()]))

    assert leftover != first
    assert [(each["state"], each["clientId"]) for each in body["drafts"]] == [("confirmed", first)]


def test_every_draft_counts_and_a_list_that_is_refused_does_not(software: Software) -> None:
    with override_settings(API_DRAFTS_PER_MINUTE=10):
        wait_for_a_minute()
        answers = [post(software, customers(count)) for count in (7, 7, 2, 1, 1)]

    assert [answer.status_code for answer in answers] == [200, 429, 200, 429, 429]
    assert problem(answers[1]) == (429, [("api.pace", "")])
    assert 1 <= int(answers[1]["Retry-After"]) <= 61
    assert ClientDraft.objects.count() == 9


def test_a_list_longer_than_a_minute_allows_takes_the_minute(software: Software) -> None:
    with override_settings(API_DRAFTS_PER_MINUTE=3):
        wait_for_a_minute()
        answers = [post(software, customers(5)), post(software, customers(1))]

    assert [answer.status_code for answer in answers] == [200, 429]


def test_who_has_no_key_makes_nothing(software: Software) -> None:
    answer = post(software, customers(1), headers={"api-key": "A" * 43})

    assert problem(answer) == (401, [("api.automation_key", "")])
    assert not ClientDraft.objects.exists()


def test_a_key_finds_drafts_of_its_own_system_only(
    software: Software, acme: Organization, alice: User
) -> None:
    other = Software(make_system(acme, alice), software.customer, which=1)
    rows = customers(1)

    ids = [found(post(each, rows))["drafts"][0]["clientId"] for each in (software, other)]

    assert ids[0] != ids[1]


def test_a_multi_tenant_system_makes_no_drafts(
    acme: Organization, alice: User, surgery: Organization
) -> None:
    software = Software(make_system(acme, alice, tenancy=Tenancy.MULTI), surgery)

    for query in ("", "?dry_run=true"):
        answer = post(software, customers(1), query=query)
        assert problem(answer) == (409, [("api.multi_tenant", "")])


def test_the_link_of_each_leads_to_its_page(
    software: Software, ola: User, surgery: Organization, client: Client
) -> None:
    [row] = customers(1, organizationNumber=surgery.number)
    [each] = found(post(software, [row]))["drafts"]
    client.force_login(ola)

    page = client.get(each["confirmationUri"].removeprefix(settings.BASE_URL))

    assert page.status_code == 200
    assert surgery.name in page.content.decode()
