"""Texts that come along with the portal, to begin from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / "texts"


def example() -> dict[str, Any]:
    """Return the example of the terms of use, as a draft's form is filled with it."""
    return {
        "version": "0.1",
        "is_example": True,
        **{f"text_{language}": _text(language) for language in ("nb", "en")},
    }


def _text(language: str) -> str:
    return (_FOLDER / f"example_terms.{language}.md").read_text().strip()
