"""The error catalogue: every stable code of the product, and what its page says.

A code is for ever: it stands in logs, in answers to clients and in addresses. Codes of the engine
come from `jose.sources`, the others from those who refuse (tests/diagnosis compares them all).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import (
    api,
    assertion,
    egress,
    hid,
    key_form,
    key_strength,
    oauth,
    pop,
    proof,
    reading,
    token,
    token_test,
)
from onboarding.diagnosis.catalogue.entry import Entry, Text

LONGEST_SEARCH: Final = 100
# How the old numbers are written in letters and logs: HID-1004, hid1004, 1004.
_NUMBER: Final = re.compile(r"(?:hid)?[-_. ]?(\d{4})")


class Group(NamedTuple):
    """Codes that begin alike, under one heading."""

    name: str
    title: Text
    text: Text


GROUPS: Final = (
    Group(
        "oauth",
        _("Svar fra autorisasjonstjeneren og API-ene"),
        _("Det som står i `error` når en forespørsel blir avvist."),
    ),
    Group(
        "assertion",
        _("Client assertion"),
        _("Beviset som klienten viser når den henter token."),
    ),
    Group("proof", _("DPoP-bevis"), _("Beviset som knytter ett kall til én nøkkel.")),
    Group("token", _("Tilgangstoken"), _("Det API-et ser etter før det svarer.")),
    Group("key", _("Nøkler"), _("Det som kan være galt med en nøkkel når den registreres.")),
    Group(
        "pop",
        _("Verifisering av nøkkel"),
        _("Det som kan være galt med signaturen som viser at du har den private delen."),
    ),
    Group("test", _("Tokentest"), _("Det tokentesten kan finne hos tjeneren, API-et eller oss.")),
    Group("egress", _("Kall ut fra portalen"), _("Når en adresse ikke svarer slik vi trenger.")),
    Group(
        "api",
        _("Selvbetjenings API"),
        _("Det som kan være galt når programvaren lager en kladd eller endrer sin klient."),
    ),
    Group(
        "hid",
        _("HelseIDs numre"),
        _(
            "Disse numrene svarer HelseID med, om organisasjonsdata (`assertion_details`). "
            "Autorisasjonstjeneren her leser dem ikke, og svarer aldri slik."
        ),
    ),
)
_IN_ORDER: Final = (
    oauth.ENTRIES,
    reading.entries("assertion"),
    assertion.ENTRIES,
    reading.entries("proof"),
    proof.ENTRIES,
    reading.entries("token"),
    token.ENTRIES,
    key_form.ENTRIES,
    key_strength.ENTRIES,
    pop.ENTRIES,
    token_test.ENTRIES,
    egress.ENTRIES,
    api.ENTRIES,
    hid.ENTRIES,
)
ENTRIES: Final[dict[str, Entry]] = {entry.code: entry for entries in _IN_ORDER for entry in entries}
_NAMES: Final = {
    name.casefold(): entry for entry in ENTRIES.values() for name in (entry.code, *entry.names)
}


def find(name: str) -> Entry | None:
    """Return the entry of a code, or of another name for it, in whichever case; else None."""
    wanted = name.strip().casefold()
    if number := _NUMBER.fullmatch(wanted):
        wanted = f"hid-{number[1]}"
    return _NAMES.get(wanted)


def search(text: str) -> list[Entry]:
    """Return the entries that hold every word of `text`, those that are called so first.

    Looks in the language of the reader. No text finds all.
    """
    words = text[:LONGEST_SEARCH].casefold().split()
    exact = find(text)
    found = [entry for entry in ENTRIES.values() if all(word in _haystack(entry) for word in words)]
    if exact and exact not in found:
        found.append(exact)
    return sorted(found, key=lambda entry: (entry is not exact, not _is_called(entry, words)))


def related(entry: Entry) -> list[Entry]:
    """Return the entries that `entry` sends the reader on to."""
    return [
        other
        for code, other in ENTRIES.items()
        if any(code == name or (name.endswith(".") and code.startswith(name)) for name in entry.see)
    ]


def group_of(entry: Entry) -> Group:
    return next(group for group in GROUPS if group.name == entry.group)


def _is_called(entry: Entry, words: list[str]) -> bool:
    name = f"{entry.code} {entry.title}".casefold()
    return all(word in name for word in words)


def _haystack(entry: Entry) -> str:
    texts = (entry.code, *entry.names, entry.title, entry.meaning, *entry.reasons, *entry.fixes)
    return " ".join(str(text) for text in texts).replace("`", "").casefold()
