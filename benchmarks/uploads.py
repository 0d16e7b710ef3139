"""Uploading one RSA key: every check, and the comparison with each modulus ever registered."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from statistics import mean, quantiles
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from benchmarks import environment
from onboarding.jose.algorithms import rsa_members
from onboarding.keys import services
from onboarding.keys.models import Modulus
from onboarding.keys.services import moduli
from onboarding.keys.states import Origin
from onboarding.suppliers.actors import Actor
from tests import factories

MANY = 60_000
SIZES = {2048: 40, 3072: 40, 4096: 40}


class Measured(NamedTuple):
    """Milliseconds: p95 on the wall, mean of all threads' work, and the first of a process."""

    p95: float
    processor: float
    first: float


def rows() -> Iterator[str]:
    """Yield the report: with all cores, as a web server has them, and all moduli of one size."""
    environment.pin(set(environment.CORES))
    yield "| key | p95 with none (ms) | with 60,000 moduli (ms) | processor (ms) | first (ms) |"
    yield "|---|---|---|---|---|"
    for bits, times in SIZES.items():
        few = _measure(bits, times)
        Modulus.objects.all().delete()
        _fill(bits)
        many = _measure(bits, times)
        Modulus.objects.all().delete()
        yield (
            f"| RSA {bits} | {few.p95:.1f} | **{many.p95:.1f}** | {many.processor:.1f} "
            f"| {many.first:.0f} |"
        )
    environment.pin(environment.OTHER_CORES)


def _measure(bits: int, times: int) -> Measured:
    """Register new keys, one after the other."""
    client = factories.make_client()
    texts = [_public(bits) for _ in range(times + 1)]
    moduli._known = moduli._Known()  # as in a process that has just begun
    spent, worked = [], []
    for text in texts:
        began, working = time.perf_counter(), time.process_time()
        _register(client.pk, text)
        worked.append((time.process_time() - working) * 1000)
        spent.append((time.perf_counter() - began) * 1000)
    return Measured(quantiles(spent[1:], n=20)[-1], mean(worked[1:]), spent[0])


def _register(client_id: UUID, text: str) -> None:
    services.register(
        client_id=client_id,
        text=text,
        alg=None,
        origin=Origin.UPLOAD,
        lifetime_days=365,
        by=Actor("bench", is_system=True),
        at=timezone.now(),
    )


def _public(bits: int) -> str:
    key = rsa.generate_private_key(65537, bits).public_key()
    return json.dumps({**rsa_members(key), "alg": "PS256"})


def _fill(bits: int) -> None:
    """Add numbers of that size. They cost what moduli cost, and no prime of a key is in them."""
    source = random.Random(bits)  # noqa: S311 - figures, not secrets
    numbers = (source.getrandbits(bits) | 1 << (bits - 1) | 1 for _ in range(MANY))
    made = (
        Modulus(thumbprint=f"{place:043}", octets=number.to_bytes(bits // 8, "big"))
        for place, number in enumerate(numbers)
    )
    Modulus.objects.bulk_create(made, batch_size=1000)
