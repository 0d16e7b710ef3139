"""What a file is, told by its content and never by its name. Pure."""

from __future__ import annotations

import json
from typing import Final

from onboarding.checklists.states import MediaType
from onboarding.jose import private_parts

LARGEST: Final = 10 * 1024 * 1024  # octets
_SIGNATURES: Final = (
    (b"%PDF-", MediaType.PDF),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
)
_SUFFIXES: Final = {
    MediaType.PDF: ".pdf",
    MediaType.PNG: ".png",
    MediaType.JPEG: ".jpg",
    MediaType.TEXT: ".txt",
    MediaType.JSON: ".json",
}
# Characters that no plain text has, tabs, line ends and form feeds apart.
_CONTROLS: Final = frozenset(range(32)) - {9, 10, 12, 13}


def kind_of(content: bytes) -> MediaType | None:
    """Return what the content is, or None for anything that is not allowed.

    Text is UTF-8 without control characters: Markdown, logs and source are text like any other,
    and so is HTML, which is handed out as plain text for that reason.
    """
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if not content or _CONTROLS & set(content):
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return MediaType.JSON if _is_json(text) else MediaType.TEXT


def has_private_key(content: bytes, kind: MediaType) -> bool:
    """Say whether text holds what looks like a private key."""
    if kind not in (MediaType.TEXT, MediaType.JSON):
        return False
    return bool(private_parts.find(content.decode("utf-8-sig")).names)


def file_name(title: str, kind: str) -> str:
    """Return a name to download under: letters, figures and hyphens, with the right suffix."""
    suffix = _SUFFIXES[MediaType(kind)]
    stem = title.removesuffix(suffix)
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in stem).strip("-.")
    return f"{kept[:80] or 'vedlegg'}{suffix}"


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
