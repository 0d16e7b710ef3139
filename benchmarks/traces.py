"""What traces cost the token endpoint: with none, with all of them, and in a flood."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from django.db import connection

from benchmarks.tokens import (
    COUNTED,
    WARM_UP,
    Server,
    our_clients,
    portal_server,
    tokens_per_second,
)
from onboarding.jose.generation import generate

ROUNDS: Final = 3
REQUESTS: Final = WARM_UP + COUNTED
SHAPES: Final = {
    "no traces": {"TRAFFIC_DAYS": "0"},
    "each request traced": {"TRAFFIC_ROWS_PER_CLIENT": "1000000"},
    "a flood, beyond its client's room": {"TRAFFIC_ROWS_PER_CLIENT": "100"},
}


class Cost(NamedTuple):
    """Tokens a second, and the processor time that the server spent on each of them."""

    per_second: float
    microseconds: float


def rows() -> Iterator[str]:
    """Measure the three shapes in turn; yield the lines of the report."""
    private = generate("RS256/2048")
    subject = our_clients({"RS256": private})["RS256"]
    measured: dict[str, list[Cost]] = {shape: [] for shape in SHAPES}
    for _ in range(ROUNDS):
        for shape, settings in SHAPES.items():
            with portal_server(**settings) as server:
                tokens_per_second(server, subject)  # warm: imports, statements, keys
                before, per_second = processor_time(server), tokens_per_second(server, subject)
                spent = processor_time(server) - before
                measured[shape].append(Cost(per_second, spent / REQUESTS * 1e6))
    plain = measured["no traces"]
    yield "| traces | tokens /s | beside none | processor time of a request (µs) | beside none |"
    yield "|---|---|---|---|---|"
    for shape, costs in measured.items():
        rate = median(cost.per_second for cost in costs)
        time = median(cost.microseconds for cost in costs)
        pairs = list(zip(costs, plain, strict=True))
        faster = median(cost.per_second / none.per_second for cost, none in pairs)
        dearer = median(cost.microseconds / none.microseconds for cost, none in pairs)
        yield f"| {shape} | {rate:.0f} | **{faster:.2f}** | {time:.0f} | {dearer:.2f} |"
    yield f"\nA trace takes {_octets()} octets of the disk, with its indexes."


def _octets() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('traffic_trace'), count(*) FROM traffic_trace"
        )
        size, count = cursor.fetchone()
    return size // max(1, count)


def processor_time(server: Server) -> float:
    """Return the processor time of a server and its child processes so far, in seconds."""
    ticks = sum(_ticks(pid) for pid in [server.pid, *_children(server.pid)])
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # of user and of system


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
