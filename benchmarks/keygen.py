"""Making keys: the whole job of a worker beside OpenSSL finding the same kind of key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import mean

from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.utils import timezone
from jwcrypto.jwk import JWK

from benchmarks import environment
from benchmarks.numbers import ratio
from onboarding.keys.models import KeyMaking
from onboarding.keys.services import making
from tests import factories

# RSA keys are found by search: single times vary by half, so it takes many to compare.
TIMES = {2048: 150, 3072: 60, 4096: 25}


def rows() -> Iterator[str]:
    """Yield the report. Both sides in turn, in CPU time of this process."""
    environment.pin(environment.SERVER_CORE)
    settings.KEY_WITNESS = ""  # the token test is measured by itself
    yield "| key | worker /s | OpenSSL /s | ratio |"
    yield "|---|---|---|---|"
    for bits, times in TIMES.items():
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(times):
            job = _queued(f"PS256/{bits}")
            ours.append(_seconds(lambda job=job: making.make(making_id=job, at=timezone.now())))
            theirs.append(_seconds(lambda bits=bits: rsa.generate_private_key(65537, bits)))
        done = KeyMaking.objects.filter(kind=f"PS256/{bits}", status="passed").count()
        assert done == times, f"{done} of {times} keys were made"
        one, other = 1 / mean(ours), 1 / mean(theirs)
        yield f"| RSA {bits} | {one:.1f} | {other:.1f} | **{ratio(one, other)}** |"
    environment.pin(environment.OTHER_CORES)


def _queued(kind: str) -> object:
    client = factories.make_client()
    recipient = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
    return KeyMaking.objects.create(
        client=client,
        kind=kind,
        recipient=recipient,
        requested_by=client.created_by,
        queued_at=timezone.now(),
    ).pk


def _seconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
