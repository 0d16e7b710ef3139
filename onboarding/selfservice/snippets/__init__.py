"""Programs that onboard a customer. They are the .txt files beside this one.

Addresses go in as literals of their language. The tests run them from the first line to the last,
all but the C# one, as far as what they need is installed.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import NamedTuple

from django.template import Context, Engine

from onboarding.core.programs import Language, Program

FOLDER = Path(__file__).parent


class Facts(NamedTuple):
    """The addresses of an environment: of its pages, of the API, and of the issuer."""

    portal: str
    api: str
    issuer: str


LANGUAGES = {
    language.key: language
    for language in (
        Language("python", "Python", "onboard.py", "requests, jwcrypto"),
        Language("csharp", "C#", "Program.cs", ".NET 8"),
        Language("java", "Java", "Onboard.java", "Java 17"),
        Language("curl", "curl", "onboard.sh", "bash, curl, OpenSSL"),
    )
}


def program(key: str, facts: Facts) -> Program:
    """Return the program in a language of `LANGUAGES`. Raises KeyError for another one."""
    language = LANGUAGES[key]
    quote = shlex.quote if key == "curl" else json.dumps
    context = {name: quote(value) for name, value in facts._asdict().items()}
    text = (FOLDER / f"{key}.txt").read_text(encoding="utf-8")
    rendered = Engine().from_string(text).render(Context(context, autoescape=False))
    # Plain text: what a template engine renders counts as safe for a page, and this is not.
    return Program(language, rendered.strip() + "\n")
