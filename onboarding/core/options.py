"""What a choice in a form is called, and the line that explains it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Option:
    """Stand-in for the label of a radio button or checkbox that needs more than a name.

    Not a tuple, which Django would take for a group of choices.

    `choices=[("browser", Option(_("Lag det i nettleseren"), hint=_("…"), tag=_("Anbefalt")))]`.
    """

    label: str | Promise
    hint: str | Promise = ""
    tag: str | Promise = ""

    def __str__(self) -> str:
        return str(self.label)
