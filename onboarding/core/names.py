"""Names that people type: shown on other people's pages, so nothing invisible gets in."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_LENGTH = 100
# Control, format (bidi and zero-width among them), surrogate, private use, unassigned.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_name(text: str) -> str:
    """Return `text` in NFC with single spaces; raise ValidationError for invisible characters."""
    name = unicodedata.normalize("NFC", text).strip()
    for position, character in enumerate(name, start=1):
        if unicodedata.category(character) in _REFUSED:
            raise ValidationError(
                _(
                    "Forventet synlige tegn. Fant U+%(code)04X på plass %(position)d. "
                    "Skriv teksten på nytt."
                )
                % {"code": ord(character), "position": position}
            )
    return " ".join(name.split())
