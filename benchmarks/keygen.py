"""Making keys: the whole job of a worker beside OpenSSL's part of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import mean
from types import ModuleType
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.utils import timezone
from jwcrypto.jwk import JWK

from benchmarks import environment
from benchmarks.numbers import ratio
from onboarding.keys.models import KeyMaking
from onboarding.keys.services import making
from tests import factories

TIMES = {"PS256/2048": 60, "PS256/3072": 30, "PS256/4096": 15, "ES256": 100, "ES384": 100}
WARM_UP = 3


class Spent(NamedTuple):
    """Mean seconds on the wall: OpenSSL alone, making the pair as a JWK, the job with its rows."""

    openssl: float
    pair: float
    job: float


def rows() -> Iterator[str]:
    """Yield the report.

    RSA keys are found by search, and single searches differ by a factor of ten. So all figures of
    a line are of the same searches: how long OpenSSL took, and how long all that is around it.
    """
    environment.pin(environment.SERVER_CORE)
    settings.KEY_WITNESS = ""  # the token test is measured by itself
    yield "| key | OpenSSL /s | key pairs /s | ratio | whole jobs /s | ratio |"
    yield "|---|---|---|---|---|---|"
    for kind, times in TIMES.items():
        spent = _measure(kind, times)
        rates = [f"{1 / seconds:.1f}" for seconds in spent]
        pair, job = ratio(spent.openssl, spent.pair), ratio(spent.openssl, spent.job)
        yield f"| {kind} | {rates[0]} | {rates[1]} | **{pair}** | {rates[2]} | {job} |"
    environment.pin(environment.OTHER_CORES)


def _measure(kind: str, times: int) -> Spent:
    for job in [_queued(kind) for _ in range(WARM_UP)]:
        making.make(making_id=job, at=timezone.now())
    queued = [_queued(kind) for _ in range(times)]
    pairs = _timed([(making, "generate")])
    openssl = _timed([(rsa, "generate_private_key"), (ec, "generate_private_key")])
    with pairs as pair_times, openssl as openssl_times:
        began = time.perf_counter()
        for job in queued:
            making.make(making_id=job, at=timezone.now())
        seconds = time.perf_counter() - began
    done = KeyMaking.objects.filter(kind=kind, status="passed").count()
    assert done == times + WARM_UP, f"{done} of {times + WARM_UP} keys were made"
    assert len(pair_times) == times, "the keys were not made where their making is timed"
    # Sealing makes a key for one use too (ECDH-ES); what comes first in each job is the pair.
    first = openssl_times[:: len(openssl_times) // times]
    return Spent(mean(first), mean(pair_times), seconds / times)


@contextmanager
def _timed(functions: list[tuple[ModuleType, str]]) -> Iterator[list[float]]:
    """Take the time of each call of these functions, by their modules and names."""
    found: list[float] = []

    def timed(act: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            made = act(*args, **kwargs)
            found.append(time.perf_counter() - began)
            return made

        return call

    with ExitStack() as undo:
        for module, name in functions:
            undo.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, timed(getattr(module, name)))
        yield found


def _queued(kind: str) -> Any:
    client = factories.make_client()
    recipient = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
    return KeyMaking.objects.create(
        client=client,
        kind=kind,
        recipient=recipient,
        requested_by=client.created_by,
        queued_at=timezone.now(),
    ).pk
