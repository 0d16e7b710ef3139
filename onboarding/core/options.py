"""What a choice in a form is called, and the line that explains it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise


class Option(NamedTuple):
    """Stand-in for the label of a radio button or checkbox that needs more than a name.

    `choices=[("browser", Option(_("Lag det i nettleseren"), hint=_("…"), tag=_("Anbefalt")))]`.
    """

    label: str | Promise
    hint: str | Promise = ""
    tag: str | Promise = ""

    def __str__(self) -> str:
        return str(self.label)
