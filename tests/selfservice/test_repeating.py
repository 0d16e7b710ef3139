"""F20 and the limits: the same request again does nothing twice, and nobody is too fast."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.audit.services import verify
from onboarding.clients.models import ClientConfiguration, ClientDraft, ClientScope
from onboarding.clients.states import Access, Answer, DraftStatus, Status
from onboarding.core import limits
from onboarding.jose.generation import generate
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.selfservice.models import GivenAnswer
from onboarding.selfservice.queries.drafts import by_link, shown
from onboarding.selfservice.services import drafts, repeating
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from tests.selfservice.software import OWN, Own, Software, problem, public_of

pytestmark = pytest.mark.django_db
KEY = "Idempotency-Key"
MANY, LIST = 2000, 500
KEYS: list[str] = []  # of the customers
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


def with_own_browser(software: Software) -> Software:
    found = copy(software)
    found.http = Client()
    return found


def post_one_by_one(software: Software, numbers: range, pair: Barrier) -> dict[int, str]:
    """Post the drafts of these customers, each together with the other of the pair; return whose
    is whose."""
    software, got = with_own_browser(software), {}
    for number in numbers:
        body = software.body(publicJwk=KEYS[number])
        pair.wait(timeout=120)
        answer = software.post(body, **{KEY: f"customer {number}"})
        assert answer.status_code == 200, answer.content
        got[number] = json.loads(answer.content)["clientId"]
    return got


def post_and_confirm(
    software: Software, by: Actor, lists: range, turn: int, pair: Barrier
) -> dict[int, list[str]]:
    """Post lists of 500, each together with the other of the pair; return the ids of each.

    Of every two clients one is confirmed here, on what its page shows, one there.
    """
    software, got = with_own_browser(software), {}
    for number in lists:
        keys = KEYS[number * LIST : (number + 1) * LIST]
        body = json.dumps({"drafts": [software.body(publicJwk=key) for key in keys]})
        pair.wait(timeout=120)
        answer = software.http.post(
            "/test/api/v1/client-drafts:batch",
            body,
            content_type="application/json",
            headers={"api-key": software.secret, KEY: f"list {number}"},
        )
        assert answer.status_code == 200, answer.content
        got[number] = [each["clientId"] for each in json.loads(answer.content)["drafts"]]
        for client_id in got[number][turn::2]:
            confirm(UUID(client_id), by)
    return got


def confirm(client_id: UUID, by: Actor) -> None:
    draft = by_link(client_id, "test")
    assert draft
    seen = shown(draft).fingerprint
    drafts.answer(Answer.CONFIRM, draft_id=draft.pk, seen=seen, by=by, at=timezone.now())


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each returns, from threads and over connections of their own."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_f20_two_hundred_drafts_posted_twice_at_once_are_two_hundred(software: Software) -> None:
    KEYS[:] = [json.dumps(public_of(generate("ES256"))) for _ in range(200)]
    pairs = [Barrier(2) for _ in range(2)]

    one, two, three, four = at_once(
        [
            partial(post_one_by_one, software, range(lane, len(KEYS), 2), pairs[lane])
            for lane in range(2)
            for _ in range(2)
        ]
    )

    assert one == two
    assert three == four
    ids = {*one.values(), *three.values()}
    assert len(ids) == len(KEYS)
    assert {str(pk) for pk in ClientDraft.objects.values_list("pk", flat=True)} == ids


@pytest.mark.django_db(transaction=True)
def test_f20_two_thousand_drafts_posted_twice_at_once_are_two_thousand_clients(
    software: Software, ola: User
) -> None:
    """In lists, each under a key of its own, and every client confirmed once it is there."""
    KEYS[:] = [json.dumps(public_of(generate("ES256"))) for _ in range(MANY)]
    by, pairs = actor_for(ola), [Barrier(2) for _ in range(2)]

    one, two, three, four = at_once(
        [
            partial(post_and_confirm, software, by, range(lane, MANY // LIST, 2), turn, pairs[lane])
            for lane in range(2)
            for turn in range(2)
        ]
    )

    assert one == two
    assert three == four
    ids = {each for found in (*one.values(), *three.values()) for each in found}
    assert len(ids) == MANY
    clients = ClientConfiguration.objects.filter(status=Status.ACTIVE)
    assert {str(pk) for pk in clients.values_list("pk", flat=True)} == ids
    assert ClientDraft.objects.filter(status=DraftStatus.CONFIRMED).count() == MANY
    assert ClientDraft.objects.count() == MANY
    assert Key.objects.filter(client__in=clients).values("thumbprint").distinct().count() == MANY
    assert Key.objects.count() == MANY
    assert ClientScope.objects.filter(access=Access.OK).count() == 2 * MANY
    kinds = Counter(Event.objects.values_list("kind", flat=True))
    once_each = ("draft.made", "draft.confirmed", "client.finished")
    assert [kinds[kind] for kind in once_each] == [MANY] * 3
    assert verify() is None


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
