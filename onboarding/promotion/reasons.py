"""Why a case is sent back or declined: codes that fill a message, for a person to edit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Reason(NamedTuple):
    """One reason: what the reviewer chooses, and what the supplier reads."""

    label: Promise
    text: Promise


REASONS: Mapping[str, Reason] = {
    "items": Reason(
        gettext_lazy("Sjekkpunkter er ikke oppfylt"),
        gettext_lazy("Sjekkpunktene under er ikke oppfylt. Hvert av dem sier hva som skal til."),
    ),
    "tokens": Reason(
        gettext_lazy("Henter token for ofte (FK3)"),
        gettext_lazy(
            "Systemet henter nytt token mens det gamle er gyldig. Mellomlagre tokenet til det "
            "går ut, og la ny trafikk vise det."
        ),
    ),
    "keys": Reason(
        gettext_lazy("Uklart hvor nøkkelen bor"),
        gettext_lazy(
            "Vi ser ikke hvor den private nøkkelen lagres, og hvem som kan lese den. Beskriv det "
            "i svaret på sjekkpunktet."
        ),
    ),
    "scopes": Reason(
        gettext_lazy("Flere scopes enn det som brukes"),
        gettext_lazy("Be bare om de scopene som systemet bruker, eller forklar hva resten er til."),
    ),
    "addresses": Reason(
        gettext_lazy("Returadressene er ikke deres"),
        gettext_lazy("Returadressene for produksjon må ligge på et vertsnavn som dere rår over."),
    ),
    "material": Reason(
        gettext_lazy("Svar mangler grunnlag"),
        gettext_lazy(
            "Noen svar sier ikke hvor vi kan se det. Vis til fil og linje, eller legg ved."
        ),
    ),
    "newer": Reason(
        gettext_lazy("Det finnes en nyere versjon"),
        gettext_lazy("Systemet er endret etter at saken ble sendt inn. Ta inn den nye versjonen."),
    ),
    "other": Reason(gettext_lazy("Annet"), gettext_lazy("")),
}


def message(name: str, codes: Iterable[str], items: Iterable[tuple[str, str]]) -> str:
    """Return a message about the case `name`, from reasons and from items (key and what to do)."""
    chosen = [str(REASONS[code].text) for code in codes if code in REASONS]
    points = [f"{key}: {fix}" for key, fix in items]
    opening = _("Vi trenger en endring før vi kan godkjenne %(name)s.") % {"name": name}
    return "\n\n".join(part for part in (opening, *chosen, *points) if part)
