"""The words of the pages: collected from code and templates, and their English kept beside them.

The strings in the source are bokmål (docs/adr/0007), so only Django's own have a bokmål catalogue.
This is for whoever works on the portal: it needs Babel, which an installation does not have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # the date in a catalogue; today's never stays current
MARKERS = frozenset({"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"})
_MARKED = re.compile(r"\b(?:n?gettext|_)\(")

Words = str | tuple[str, str]

_HEADER = r"""# Written by `manage.py catalogs`; people edit the translations only.
msgid ""
msgstr ""
"Language: {language}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""

# What Django's form fields say, by its msgid, as the portal says it: what was expected, what was
# found. They are here for the fields that have no sentence of their own.
DJANGO: dict[Words, Words] = {
    "This field is required.": "Forventet et svar. Feltet er tomt.",
    "Select a valid choice. %(value)s is not one of the available choices.": (
        "Forventet et av valgene i listen. Fant «%(value)s». Velg på nytt."
    ),
    "Enter a list of values.": "Forventet et av valgene i listen. Fant noe annet. Velg på nytt.",
    "Enter a valid email address.": (
        "Forventet en e-postadresse, for eksempel navn@virksomhet.no. Sjekk skrivemåten."
    ),
    "Enter a valid UUID.": "Forventet et av valgene i listen. Fant noe annet. Velg på nytt.",
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ): (
        "Forventet høyst %(limit_value)d tegn. Fant %(show_value)d. Kort ned teksten.",
        "Forventet høyst %(limit_value)d tegn. Fant %(show_value)d. Kort ned teksten.",
    ),
    "Null characters are not allowed.": (
        "Forventet synlige tegn. Fant U+0000. Skriv teksten på nytt."
    ),
    "No file was submitted. Check the encoding type on the form.": (
        "Forventet en fil. Skjemaet kom uten. Velg filen på nytt."
    ),
    "The submitted file is empty.": "Forventet en fil med innhold. Filen er tom. Velg en annen.",
}


def collected(root: Path = ROOT) -> list[Words]:
    """Return every string for people in code and templates, plural ones as pairs, in order."""
    found: dict[Words, None] = {}
    for folder in ("portal", "onboarding"):
        for path in sorted((root / folder).rglob("*.py")):
            found |= dict.fromkeys(in_code(ast.parse(path.read_text())))
    pages = (root / "templates").rglob("*.*")
    programs = (root / "onboarding").rglob("*.txt")  # code examples
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


def english(strings: Iterable[Words]) -> Catalog:
    """Return the English for these strings and Django's, with the translations there were."""
    path = _path("en", "po")
    known = read_po(BytesIO(path.read_bytes())) if path.exists() else Catalog()
    catalog = Catalog(locale="en", creation_date=SOME_DAY, fuzzy=False)
    for words in [*DJANGO, *strings]:
        old = known.get(words if isinstance(words, str) else words[0])
        catalog.add(words, old.string if isinstance(old, Message) and old.id == words else None)
    return catalog


def bokmal() -> Catalog:
    """Return the bokmål for Django's own sentences."""
    catalog = Catalog(locale="nb", creation_date=SOME_DAY, fuzzy=False)
    for words, ours in DJANGO.items():
        catalog.add(words, ours)
    return catalog


def untranslated(catalog: Catalog) -> list[object]:
    """Return the strings that have no translation yet."""
    return [message.id for message in catalog if message.id and not all(texts(message.string))]


def texts(words: Sequence[str] | None) -> Sequence[str]:
    """Return the forms of a string or its translation: one, or one for each number."""
    return [words or ""] if words is None or isinstance(words, str) else words


def files(*catalogs: Catalog) -> dict[Path, bytes]:
    """Return what the .po and .mo of catalogues shall hold: the same bytes for the same content."""
    found: dict[Path, bytes] = {}
    for catalog in catalogs:
        language = str(catalog.locale)
        po, mo = BytesIO(), BytesIO()
        po.write(_HEADER.format(language=language).encode())
        write_po(po, catalog, omit_header=True, width=120)
        write_mo(mo, catalog)
        found |= {_path(language, "po"): po.getvalue(), _path(language, "mo"): mo.getvalue()}
    return found


def _path(language: str, kind: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"django.{kind}"
