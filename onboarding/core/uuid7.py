"""Ids that sort by the time they were made, so that rows of one time lie together in an index."""

import os


def uuid7(at: float) -> str:
    """Return a UUID of version 7 (RFC 9562 §5.7) as text; `at` in seconds since the epoch."""
    number = int(at * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    text = f"{number & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
