"""The steps of «Ny klientkonfigurasjon», as data. The last two belong to the keys."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.clients.models import ClientConfiguration


class WizardStep(NamedTuple):
    """One page: its name in the rows, the name of its address (argument: client), its label."""

    name: str
    view: str
    label: Promise


STEPS = (
    WizardStep("organization", "clients:organization", gettext_lazy("Virksomhet")),
    WizardStep("system", "clients:system", gettext_lazy("Fagsystem")),
    WizardStep("scopes", "clients:scopes", gettext_lazy("Tjenester og scopes")),
    WizardStep("claims", "clients:claims", gettext_lazy("API-opplysninger")),
    WizardStep("key", "keys:choose", gettext_lazy("Nøkkelpar")),
    WizardStep("check", "keys:check", gettext_lazy("Kontroller svarene")),
)
NAMES = [step.name for step in STEPS]


class Place(NamedTuple):
    """A step as the left column shows it; `view` is "" where one cannot go yet."""

    number: int
    label: Promise
    view: str
    state: str  # ok, you (here) or none
    note: str
    current: bool


def number(name: str) -> int:
    """Return the number of a step, from 1; 0 for "", the step before the first."""
    return NAMES.index(name) + 1 if name else 0


def furthest(answered: str, name: str) -> str:
    """Return which of two answered steps is further on."""
    return max(answered, name, key=number)


def next_step(answered: str) -> WizardStep:
    """Return where to go on: the first step that has not been answered, the last one at most."""
    return STEPS[min(number(answered), len(STEPS) - 1)]


def is_open(answered: str, name: str) -> bool:
    """Say whether all steps before `name` have been answered."""
    return number(name) <= number(answered) + 1


def previous(name: str) -> WizardStep | None:
    """Return the step before `name`; None for the first."""
    return STEPS[number(name) - 2] if number(name) > 1 else None


def progress(client: ClientConfiguration, current: str) -> list[Place]:
    """Return the steps for the left column, with `current` being shown.

    Reads `client.organization` and `client.revision`: load them.
    """
    return [
        Place(
            number=place,
            label=step.label,
            view=step.view if is_open(client.step, step.name) else "",
            state=_state(client, step.name, current),
            note=_note(client, step.name, current),
            current=step.name == current,
        )
        for place, step in enumerate(STEPS, start=1)
    ]


def _state(client: ClientConfiguration, name: str, current: str) -> str:
    if name == current:
        return "you"
    return "ok" if number(name) <= number(client.step) else "none"


def _note(client: ClientConfiguration, name: str, current: str) -> str:
    """Return what was answered, in a few words."""
    if name == current:
        return _("Du er her")
    if number(name) > number(client.step):
        return ""
    match name:
        case "organization":
            return client.organization.name
        case "system" if client.revision:
            return _("%(system)s, versjon %(number)d") % {
                "system": client.revision.name,
                "number": client.revision.number,
            }
        case "key" if client.key_way:
            return client.get_key_way_display()
    return ""
