"""What a PDF says, read back: enough of a reader for the papers that the portal makes."""

from __future__ import annotations

import re
import zlib

_ESCAPED = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(paper: bytes) -> str:
    """Return the text of a PDF, one line for each line of the page."""
    streams = [_inflated(raw) for raw in re.findall(rb"stream\n(.*?)\nendstream", paper, re.DOTALL)]
    # The fonts' tables of letters come in the order of the fonts: F1, F2.
    letters = [_letters(stream) for stream in streams if b"beginbfchar" in stream]
    pages = [stream for stream in streams if b" Tj ET" in stream]
    return "\n".join(line for page in pages for line in _lines(page, letters))


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


def _letters(table: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", table.partition(b"beginbfchar")[2])
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _lines(page: bytes, letters: list[dict[int, str]]) -> list[str]:
    lines, font = [], 0
    pattern = rb"/F(\d) [\d.]+ Tf|Td [^(]*\(((?:\\.|[^\\)])*)\) Tj"
    for number, shown in re.findall(pattern, page, re.DOTALL):
        if number:
            font = int(number) - 1
        else:
            plain = re.sub(rb"\\(.)", lambda m: _ESCAPED.get(m[1], m[1]), shown, flags=re.DOTALL)
            codes = [int.from_bytes(plain[n : n + 2], "big") for n in range(0, len(plain), 2)]
            lines.append("".join(letters[font].get(code, "\ufffd") for code in codes))
    return lines
