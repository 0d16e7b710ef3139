"""API checks: the battery as a worker sends it, beside the same requests in a bare loop."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median

import requests
from django.conf import settings
from django.utils import timezone

from benchmarks import environment
from benchmarks.numbers import ratio
from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.core.jobs import JobStatus
from onboarding.suppliers.actors import SYSTEM
from onboarding.testtokens import journey
from onboarding.testtokens.exchange import Exchange
from onboarding.testtokens.models import Check, Result
from onboarding.testtokens.services import checks, running
from onboarding.testtokens.tokens import Minted, Place
from portal import local, processes
from tests import factories

ROUNDS = 15
Sent = tuple[str, dict[str, str]]


def rows() -> Iterator[str]:
    """Yield the report: loops and checks in turn. The API has a process of its own."""
    environment.pin(set(environment.CORES))
    # One fault is for APIs with nonces, which this one has not, and two rows are for an issuer that
    # changes its key: they are not sent.
    sent = len(journey.battery(Dpop.REQUIRED)) - 3
    with _serving(sent) as url:
        api = factories.make_api(short_name="acme:fast", test_url=url, dpop=Dpop.REQUIRED)
        factories.make_scope(api, "acme:fast/read")
        requests_of_one = _recorded(api)
        assert len(requests_of_one) == sent
        _bare(requests_of_one)
        bare, whole = [], []
        for _ in range(ROUNDS):
            bare.append(sent / _bare(requests_of_one))
            whole.append(sent / _check(api))
    yield f"| {sent} requests to an API that answers at once | requests /s | beside the loop |"
    yield "|---|---|---|"
    yield f"| the same requests in a bare loop | {median(bare):.0f} | |"
    share = ratio(median(whole), median(bare))
    what = "an API check: signed, sent, judged, written down"
    yield f"| {what} | {median(whole):.0f} | **{share}** |"
    environment.pin(environment.OTHER_CORES)


def _check(api: Api) -> float:
    """Return the seconds that one check takes, from the claim until it has ended."""
    Check.objects.update(created_at=timezone.now() - checks.AN_HOUR * 2)
    check = checks.start(api_id=api.pk, by=SYSTEM, at=timezone.now())
    began = time.perf_counter()
    while check.is_open:
        running.execute(check_id=check.pk, at=timezone.now())
        check.refresh_from_db()
    spent = time.perf_counter() - began
    assert check.status == JobStatus.PASSED, check.failure
    assert Result.objects.filter(check_run=check).count() == check.total
    return spent


def _recorded(api: Api) -> list[Sent]:
    """The requests that a check sends, for the loop to send again."""
    seen: list[Sent] = []
    real = Exchange._once

    def note(self: Exchange, minted: Minted) -> object:
        headers = {"Accept": "application/json"}
        url = self.url
        if minted.place == Place.ADDRESS:
            url += f"?access_token={minted.token}"
        else:
            headers["Authorization"] = f"{minted.scheme} {minted.token}"
        if minted.proof:
            headers["DPoP"] = minted.proof
        seen.append((url, headers))
        return real(self, minted)

    Exchange._once = note  # type: ignore[method-assign, assignment]  # to hear, for once
    try:
        _check(api)
    finally:
        Exchange._once = real  # type: ignore[method-assign]
    return seen


def _bare(sent: list[Sent]) -> float:
    began = time.perf_counter()
    for url, headers in sent:
        answer = requests.get(url, headers=headers, timeout=10, allow_redirects=False)
        assert answer.status_code in (200, 401)
    return time.perf_counter() - began


@contextmanager
def _serving(every: int) -> Iterator[str]:
    port = local.free_port()
    command = [sys.executable, "-m", "benchmarks.fast_api", str(port), str(every)]
    process = subprocess.Popen(command, cwd=processes.BASE_DIR)
    origin = f"http://localhost:{port}"
    own = settings.EGRESS_OWN_ORIGINS
    settings.EGRESS_OWN_ORIGINS = [*own, origin]
    try:
        _wait_for(port)
        yield f"{origin}/things"
    finally:
        settings.EGRESS_OWN_ORIGINS = own
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the API does not listen")
