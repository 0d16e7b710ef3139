"""The words of the pages: collected from code and templates, and their English kept beside them.

The strings in the source are bokmål (docs/adr/0007). Only for whoever works on the portal: it
needs Babel, which an installation does not have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "en" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
MARKERS = frozenset({"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"})
_MARKED = re.compile(r"\b(?:n?gettext|_)\(")

Words = str | tuple[str, str]


def collected() -> list[Words]:
    """Return every string for people in code and templates, plural ones as pairs, in order."""
    found: dict[Words, None] = {}
    for folder in ("portal", "onboarding"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found |= dict.fromkeys(in_code(ast.parse(path.read_text())))
    pages = (ROOT / "templates").rglob("*.*")
    programs = (ROOT / "onboarding").rglob("*.txt")  # code examples
    for path in sorted([*pages, *programs]):
        found |= dict.fromkeys(in_template(path.read_text()))
    return list(found)


def in_code(tree: ast.AST) -> Iterator[Words]:
    """Yield what calls of gettext and its like are given, as literals."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in MARKERS:
                texts = [arg.value for arg in args[:2] if isinstance(arg, ast.Constant)]
                yield from _words(name, texts)


def in_template(source: str) -> Iterator[Words]:
    """Yield what a template marks for translation, as Django's own extraction sees it."""
    code = templatize(source)
    for marked in _MARKED.finditer(code):
        call = _call_at(code, marked.start())
        if call:
            yield from in_code(call)


def _call_at(code: str, start: int) -> ast.AST | None:
    """Return the shortest call that begins at `start`; the rest of the line is no Python."""
    for end in (found.end() for found in re.finditer(r"\)", code[start:])):
        try:
            return ast.parse(code[start : start + end], mode="eval")
        except SyntaxError:
            continue
    return None


def _words(name: str, texts: Sequence[object]) -> Iterator[Words]:
    strings = [text for text in texts if isinstance(text, str)]
    if name.startswith("ngettext") and len(strings) == 2:
        yield strings[0], strings[1]
    elif strings and strings[0]:
        yield strings[0]


def renewed() -> Catalog:
    """Return the catalogue for the strings there are now, with the translations there were."""
    known = read_po(BytesIO(PO.read_bytes())) if PO.exists() else Catalog()
    catalog = Catalog(locale="en", header_comment="# The portal in English.", fuzzy=False)
    for words in collected():
        old = known.get(words if isinstance(words, str) else words[0])
        catalog.add(words, old.string if isinstance(old, Message) and old.id == words else None)
    return catalog


def untranslated(catalog: Catalog) -> list[object]:
    """Return the strings that have no English yet."""
    return [message.id for message in catalog if message.id and not _is_whole(message)]


def _is_whole(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(texts)


def written(catalog: Catalog) -> tuple[bytes, bytes]:
    """Return a catalogue as .po and as .mo, the same bytes for the same content."""
    po, mo = BytesIO(), BytesIO()
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        catalog.mime_headers = [pair for pair in catalog.mime_headers if pair[0] != name]
    write_po(po, catalog, omit_header=True, width=120)
    header = (
        b'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    )
    header += b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    write_mo(mo, read_po(BytesIO(header + po.getvalue())))
    return header + po.getvalue(), mo.getvalue()
