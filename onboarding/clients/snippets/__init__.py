"""Complete programs that read the configuration file, fetch a token and call the API.

The programs are the .txt files beside this one. Values go in as literals of their language, so
that no name that people type can be anything but text there.
"""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.template import Context, Engine, Template
from django.utils.translation import gettext as _

from onboarding.core.programs import Language, Program

FOLDER = Path(__file__).parent


class Facts(NamedTuple):
    """This client's own values: file name, scopes (space-separated), address to call or ""."""

    file: str
    scope: str
    api: str
    bearer: bool  # the API takes tokens without proofs only


LANGUAGES = {
    language.key: language
    for language in (
        Language("python", "Python", "hent_token.py", "requests, jwcrypto"),
        Language("csharp", "C#", "Program.cs", ".NET 8"),
        Language("curl", "curl", "kall.sh", "bash, curl, Python, requests, jwcrypto"),
    )
}


def program(key: str, facts: Facts) -> Program:
    """Return the program in a language of `LANGUAGES`. Raises KeyError for another one."""
    language = LANGUAGES[key]
    quote = _shell if key == "curl" else _literal
    context = {
        "name": language.file,
        "python": LANGUAGES["python"].file,
        "file": quote(facts.file),
        "scope": quote(facts.scope),
        "api": quote(facts.api) if facts.api else "",
        "bearer": facts.bearer,
        "got_token": _("Fikk token, gyldig i {seconds} sekunder").replace(
            "{seconds}", "{answer.json()['expires_in']}"
        ),
    }
    return Program(language, _tidy(_template(key).render(Context(context, autoescape=False))))


def _literal(value: str) -> str:
    """Return a string literal that Python and C# read alike."""
    return json.dumps(value)


def _shell(value: str) -> str:
    return shlex.quote(value)


def _tidy(text: str) -> str:
    """Return the program as one would write it: no more than two empty lines, one line end."""
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"


@cache
def _template(key: str) -> Template:
    engine = Engine(libraries={"i18n": "django.templatetags.i18n"})
    return engine.from_string((FOLDER / f"{key}.txt").read_text(encoding="utf-8"))
