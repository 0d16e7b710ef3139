"""Making keys: what a worker's job costs beside OpenSSL's own generation."""

import subprocess
import time
from collections.abc import Callable, Iterator
from statistics import mean

from onboarding.jose.generation import generate

TIMES = {"PS256/2048": 40, "PS256/3072": 16, "PS256/4096": 8}


def rows() -> Iterator[str]:
    """Yield the report. RSA generation is a search, so the mean over many is what compares."""
    yield "| key | portal /s | OpenSSL /s | ratio |"
    yield "|---|---|---|---|"
    for kind, times in TIMES.items():
        bits = kind.partition("/")[2]
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(times):  # in turn
            ours.append(_seconds(lambda kind=kind: generate(kind)))
            theirs.append(_seconds(lambda bits=bits: _openssl(bits)) - _START)
        yield (
            f"| RSA {bits} | {1 / mean(ours):.1f} | {1 / mean(theirs):.1f} "
            f"| **{mean(theirs) / mean(ours):.2f}** |"
        )


def _openssl(bits: str) -> None:
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"]
    subprocess.run(command, check=True, capture_output=True)


def _seconds(act: Callable[[], object]) -> float:
    began = time.process_time() + _children()
    act()
    return time.process_time() + _children() - began


def _children() -> float:
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


_START = 0.0
