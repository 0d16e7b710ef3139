"""API checks as real workers carry them out, seen on the page, and after a worker was killed."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from onboarding.accounts.models import User
from onboarding.apis.models import Api as Registered
from onboarding.audit.models import Event
from onboarding.core.jobs import JobStatus
from onboarding.core.models import Turn
from onboarding.sts.models import SigningKey
from onboarding.suppliers.models import Organization
from onboarding.testtokens.models import Check, Result
from tests.browsing import Open
from tests.factories import make_api, make_scope
from tests.live import Worker
from tests.machines import make_signing_key
from tests.portals import wait_for
from tests.testtokens.servers import AUDIENCE, SCOPE, Api, serving

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = 0.15  # seconds for an answer: some five for the whole battery


@pytest.fixture
def served(
    acme: Organization, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Api]:
    """A right API on a port of this machine, which workers of a developer's portal may call."""
    monkeypatch.setenv("DEBUG", "1")
    make_signing_key()
    keys = {key.kid: key.public_jwk for key in SigningKey.objects.all()}
    with serving(Api(settings.ISSUERS["test"], keys, seconds=SLOW)) as api:
        url = f"{api.origin}/things"
        make_scope(make_api(acme, short_name=AUDIENCE, name="Registeret", test_url=url), SCOPE)
        yield api


def address(name: str, number: str) -> str:
    return reverse(f"testtokens:{name}", args=["test", number, Registered.objects.get().pk])


def progress(page: Page) -> int:
    """How many requests the page says are done."""
    found = re.search(r"(\d+) av \d+ kall", page.locator("#check").inner_text())
    return int(found[1]) if found else -1


def test_a_worker_carries_it_out_and_the_page_gets_on_by_itself(
    served: Api,
    acme: Organization,
    alice: User,
    start_worker: Callable[..., Worker],
    open_as: Open,
    live_server: LiveServer,
) -> None:
    start_worker()
    page = open_as(alice)
    page.goto(live_server.url + address("check", acme.number))
    page.evaluate("document.body.dataset.mark = 'the same page'")

    page.get_by_role("button", name="Kjør API-sjekk").click()
    expect(page.locator("#check")).to_contain_text("Pågår")
    check = Check.objects.get()
    seen = set()
    while page.locator("#check").get_attribute("hx-trigger"):
        seen.add(progress(page))
        page.wait_for_timeout(100)

    between = sorted(seen - {-1, 0, check.total})
    assert len(between) >= 2
    expect(page.locator("#check")).to_contain_text("Bestått")
    assert page.evaluate("document.body.dataset.mark") == "the same page"
    check.refresh_from_db()
    assert (check.status, check.attempts) == (JobStatus.PASSED, 1)
    assert check.results.exclude(verdict__in=["passed", "skipped"]).count() == 0
    # None for the nonce that this API has not and for an issuer's other keys, two for a repetition.
    assert served.requests == check.total - 2
    assert not Turn.objects.exists()


def test_a_check_of_a_killed_worker_ends_and_says_everything_once(
    served: Api,
    acme: Organization,
    alice: User,
    client: Client,
    start_worker: Callable[..., Worker],
) -> None:
    worker = start_worker()
    client.force_login(alice)
    client.post(address("start_check", acme.number))
    check = Check.objects.get()
    wait_for(lambda: check.results.count() >= 8)
    worker.kill()
    killed_at = time.monotonic()
    kept = dict(check.results.values_list("position", "pk"))
    asked = served.requests
    check.refresh_from_db()
    assert (check.status, check.attempts) == (JobStatus.RUNNING, 1)
    assert 0 < len(kept) < check.total
    page = client.get(address("check", acme.number)).content.decode()
    assert f"{len(kept)} av {check.total} kall" in page

    start_worker(beat=True)

    def is_over() -> bool:
        check.refresh_from_db()
        return not check.is_open

    wait_for(is_over, patience=60 - (time.monotonic() - killed_at))
    assert (check.status, check.failure) == (JobStatus.PASSED, "")
    rows = list(Result.objects.filter(check_run=check).values_list("position", "pk"))
    assert len(rows) == check.total == len(dict(rows))
    assert set(kept.items()) <= set(rows)  # the first answers stand
    assert Counter(Event.objects.values_list("kind", flat=True)) == {
        "api_check.started": 1,
        "api_check.passed": 1,
    }
    # What was sent again is what nobody had written down: half a second's at two at a time.
    assert check.total - 2 <= served.requests <= asked + check.total - len(kept)
    assert asked - len(kept) < 2 * 1.5 / SLOW
    assert len(set(served.tokens)) == len(served.tokens) - 1  # but for the proof that is repeated
    assert client.get(address("check", acme.number)).content.decode().count("Bestått") == 1
