"""The registers of rights: which one answers for an environment is a setting."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final, NamedTuple

from django.conf import settings

from onboarding.accounts.models import User
from onboarding.suppliers.registers.altinn import AltinnRegister
from onboarding.suppliers.registers.own import OwnRegister
from onboarding.suppliers.registers.port import NoAnswer, Register, Rights
from onboarding.suppliers.states import Right

logger = logging.getLogger(__name__)

OWN: Final = "own"
ALTINN: Final = "altinn"
REGISTERS: Final[Mapping[str, Register]] = {OWN: OwnRegister(), ALTINN: AltinnRegister()}


class Answered(NamedTuple):
    """The rights of a person, and the environments whose register did not answer."""

    rights: Rights
    unanswered: frozenset[str]


def rights_of(user: User, *, is_act: bool) -> Answered:
    """Ask each register for its environments. One that gives no answer gives no right either."""
    found: dict[tuple[int, str], frozenset[Right]] = {}
    unanswered: set[str] = set()
    for name, register in REGISTERS.items():
        environments = [env for env, kept_by in settings.RIGHTS.items() if kept_by == name]
        if not environments:
            continue
        try:
            found |= register.held_by(user, environments, is_act=is_act)
        except NoAnswer as error:
            logger.warning("The register of rights %s did not answer: %s", name, error)
            unanswered |= set(environments)
    return Answered(found, frozenset(unanswered))


def is_kept_here(environment: str) -> bool:
    """Say whether rights in an environment are given on the portal's own pages."""
    return bool(settings.RIGHTS[environment] == OWN)
