"""What is said of a program that a page gives people to copy."""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """How a language is called, what its file is called, and what the program needs."""

    key: str
    label: str
    file: str
    needs: str


class Program(NamedTuple):
    """A whole program, as plain text."""

    language: Language
    text: str
