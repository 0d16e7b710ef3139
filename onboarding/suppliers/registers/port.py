"""What the portal asks a register of rights, whoever keeps it (ADR 23)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from onboarding.accounts.models import User
from onboarding.suppliers.states import Right

Rights = Mapping[tuple[int, str], frozenset[Right]]


class NoAnswer(Exception):
    """The register could not be asked, or its answer could not be read: nobody has a right."""


class Register(Protocol):
    """Knows which rights organisations have given to a person, or to those he writes for."""

    def held_by(self, user: User, environments: Collection[str], *, is_act: bool) -> Rights:
        """Return the rights by (organisation id, environment), for these environments only.

        `is_act` says that something will be done with the answer, so it must be new; a page may
        be shown by one that is seconds old. Raises NoAnswer.
        """
        ...
