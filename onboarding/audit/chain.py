"""The hash chain over the event log: pure, so that an exported log can be verified anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

GENESIS = "0" * 64


class Head(NamedTuple):
    """The last event of a log: its number and its chain value, which covers all before it."""

    seq: int
    chain: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.chain}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Return what `str` of a head gave. Raises ValueError for anything else."""
        seq, _, chain = text.partition(":")
        if not seq.isdecimal() or len(bytes.fromhex(chain)) != 32:
            raise ValueError("a head is written as number:64 hex digits")
        return cls(int(seq), chain)


def link(previous: str, content: Mapping[str, Any]) -> str:
    """Return the chain value of an event: SHA-256(0x01 ‖ previous ‖ canonical JSON), as hex."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + canonical.encode()).hexdigest()


def first_break(
    events: Iterable[tuple[int, str, Mapping[str, Any]]], noted: Head | None = None
) -> int | None:
    """Return the seq of the first (seq, chain, content) that does not follow, or None.

    `noted` is the head of the same log at an earlier time: what came up to it has to be there
    still, as it was. Without it, events that are missing at the end do not show.
    """
    last = Head(0, GENESIS)
    for seq, value, content in events:
        if seq != last.seq + 1 or link(last.chain, content) != value:
            return last.seq + 1
        last = Head(seq, value)
        if noted and noted.seq == seq and noted.chain != value:
            return seq
    return last.seq + 1 if noted and noted.seq > last.seq else None
