"""F20 and the limits: the same request again does nothing twice, and nobody is too fast."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from onboarding.clients.models import ClientDraft
from onboarding.core import limits
from onboarding.jose.generation import generate
from onboarding.keys.models import BarredThumbprint
from onboarding.selfservice.models import GivenAnswer
from onboarding.selfservice.services import repeating
from tests.selfservice.software import OWN, Own, Software, problem, public_of

pytestmark = pytest.mark.django_db
KEY = "Idempotency-Key"
MANY = 2000
AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def nobody_has_asked() -> Iterator[None]:
    cache.clear()
    limits._asleep["until"] = 0.0
    yield
    limits._asleep["until"] = 0.0


def test_f20_the_same_request_gets_the_same_answer(software: Software) -> None:
    first, second = (software.post(**{KEY: "a"}) for _ in range(2))
    other = software.post(**{KEY: "b"})

    assert first.content == second.content != other.content
    assert ClientDraft.objects.count() == 2


def test_f20_another_request_with_the_same_key_is_refused(software: Software) -> None:
    software.post(**{KEY: "a"})

    answer = software.post(software.body(redirectUris=["https://a.example/"]), **{KEY: "a"})

    assert problem(answer) == (422, [("api.idempotency_key", "")])
    assert ClientDraft.objects.count() == 1


def test_f20_a_request_that_was_refused_may_be_put_right(software: Software) -> None:
    wrong = software.post(software.body(organizationNumber="1"), **{KEY: "a"})
    right = software.post(**{KEY: "a"})

    assert (wrong.status_code, right.status_code) == (400, 200)


def test_f20_what_a_refusal_did_stays_done(software: Software) -> None:
    body = software.body(publicJwk=json.dumps(software.private))

    assert software.post(body, **{KEY: "a"}).status_code == 400
    assert BarredThumbprint.objects.count() == 1


def test_f20_keys_of_two_callers_have_nothing_to_do_with_each_other(
    software: Software, own: Own
) -> None:
    other = Software(software.system, software.customer, which=1)

    answers = [software.post(**{KEY: "a"}), other.post(**{KEY: "a"})]

    assert len({answer.content for answer in answers}) == 2
    put = [own.call("PUT", "client", {"apiScopes": [OWN]}, headers={KEY: "a"}) for _ in range(2)]
    assert put[0].content == put[1].content
    assert put[0]["ETag"] == put[1]["ETag"]


@pytest.mark.parametrize("key", ["x" * 256, "a\u202eb"])
def test_a_key_that_is_none_is_refused(software: Software, key: str) -> None:
    assert problem(software.post(**{KEY: key})) == (400, [("api.value", "")])


def test_answers_are_kept_for_a_day(software: Software) -> None:
    software.post(**{KEY: "a"})

    assert repeating.forget(timezone.now() + timedelta(hours=23)) == 0
    assert repeating.forget(timezone.now() + timedelta(hours=25)) == 1
    assert not GivenAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_f20_two_thousand_drafts_posted_twice_at_once_are_two_thousand(software: Software) -> None:
    """Each pair is sent together, by two of four senders, over connections of their own."""
    keys = [json.dumps(public_of(generate("ES256"))) for _ in range(MANY)]
    together = [Barrier(2) for _ in range(2)]

    def send(sender: int) -> dict[int, str]:
        lane, http = sender // 2, Client()
        got = {}
        for number in range(lane, MANY, 2):
            body = json.dumps(software.body(publicJwk=keys[number]))
            headers = {"api-key": software.secret, KEY: f"customer {number}"}
            together[lane].wait(timeout=60)
            answer = http.post(
                "/test/api/v1/client-drafts",
                body,
                content_type="application/json",
                headers=headers,
            )
            got[number] = f"{answer.status_code} {json.loads(answer.content).get('clientId')}"
        connection.close()
        return got

    with ThreadPoolExecutor(4) as pool:
        one, two, three, four = pool.map(send, range(4))

    assert one == two
    assert three == four
    ids = {*one.values(), *three.values()}
    assert len(ids) == MANY
    assert all(each.startswith("200 ") for each in ids)
    assert ClientDraft.objects.count() == MANY
    assert set(map(str, ClientDraft.objects.values_list("pk", flat=True))) == {
        each.partition(" ")[2] for each in ids
    }


def test_an_automation_key_in_a_hurry_waits_and_others_do_not(software: Software) -> None:
    other = Software(software.system, software.customer, which=1)
    with override_settings(API_DRAFTS_PER_MINUTE=2):
        answers = [software.post() for _ in range(5)]
        quiet = other.post()

    late = [answer for answer in answers if answer.status_code == 429]
    assert len(late) >= 2  # three, unless a minute began meanwhile
    assert problem(late[0]) == (429, [("api.pace", "")])
    assert 1 <= int(late[0]["Retry-After"]) <= 61
    assert quiet.status_code == 200


def test_a_client_in_a_hurry_waits(own: Own) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        answers = [own.call("GET", "client-status").status_code for _ in range(5)]

    assert answers[0] == 200
    assert answers.count(429) >= 2


@pytest.mark.parametrize(("after", "waits"), [(0, [0, 0, 61]), (30, [0, 0, 31]), (59, [0, 0, 2])])
def test_the_wait_is_until_the_next_minute(after: int, waits: list[int]) -> None:
    now = 60_000_000.0 + after

    assert [limits.wait("x", per_minute=2, now=now) for _ in waits] == waits
    assert limits.wait("x", per_minute=2, now=now + waits[-1]) == 0


def test_without_a_cache_everybody_is_let_through_and_somebody_is_told(
    software: Software, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        override_settings(REDIS_URL=AWAY, API_DRAFTS_PER_MINUTE=1),
        caplog.at_level(logging.ERROR, logger="onboarding.core.limits"),
    ):
        began = time.monotonic()
        answers = [software.post().status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert [record.message for record in caplog.records] == [
        "Requests are not counted: the cache is away"
    ]
    assert time.monotonic() - began < 5


def test_a_clock_that_was_put_back_does_not_switch_the_limits_off() -> None:
    limits._asleep["until"] = 70_000_000.0

    waits: list[Any] = [limits.wait("y", per_minute=1, now=60_000_000.0) for _ in range(2)]

    assert waits[0] == 0
    assert waits[1] > 0
