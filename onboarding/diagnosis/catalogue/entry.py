"""What a page of the error catalogue says about one code."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise

from onboarding.jose.sources import SOURCES
from onboarding.keys.advice import WORDS
from onboarding.smoketests.advice import advice

Text = str | Promise
# The way to a key that has none of the weaknesses.
MAKE_RSA: Final = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out privat.pem"


class Entry(NamedTuple):
    """A code explained. Texts are for people, with words of protocols between backticks.

    `wrong` and `right` are an example in no language, empty where the reader does nothing wrong.
    `source` is RFC and section, needed only where the engine's own list has none. `names` are what
    the code is also called; `see` other codes, or the beginning of many ("proof.").
    """

    code: str
    title: Text
    meaning: Text
    reasons: tuple[Text, ...]
    fixes: tuple[Text, ...]
    wrong: str = ""
    right: str = ""
    source: str = ""
    names: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return self.code.partition(".")[0]

    @property
    def origin(self) -> str:
        """Where the rule comes from, "" for one of our own."""
        return SOURCES.get(self.code, self.source)


def of_key(
    code: str,
    title: Text,
    meaning: Text,
    reasons: tuple[Text, ...],
    *,
    fixes: tuple[Text, ...] = (),
    wrong: str,
    right: str,
    source: str = "",
) -> Entry:
    """Return the entry of a refused key: what to do is said as it is where the key was refused."""
    return Entry(
        code, title, meaning, reasons, (WORDS[code].fix, *fixes), wrong, right, source=source
    )


def of_test(
    code: str,
    meaning: Text,
    reasons: tuple[Text, ...],
    *,
    wrong: str = "",
    right: str = "",
    source: str = "",
) -> Entry:
    """Return the entry of a token test's finding: title and way out are the test's own words."""
    told = advice(code)
    return Entry(code, told.cause, meaning, reasons, (told.fix,), wrong, right, source=source)
