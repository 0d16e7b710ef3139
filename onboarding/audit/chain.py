"""The hash chain over the event log: pure, so that an exported log can be verified anywhere."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = "0" * 64


def link(previous: str, content: Mapping[str, Any]) -> str:
    """Return the chain value of an event: SHA-256(0x01 ‖ previous ‖ canonical JSON), as hex."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + canonical.encode()).hexdigest()


def first_break(events: Iterable[tuple[int, str, Mapping[str, Any]]]) -> int | None:
    """Return the seq of the first (seq, chain, content) that does not follow, or None."""
    previous, expected_seq = GENESIS, 1
    for seq, value, content in events:
        if seq != expected_seq or link(previous, content) != value:
            return expected_seq
        previous, expected_seq = value, seq + 1
    return None
