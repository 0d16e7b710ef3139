"""What a revision says, apart from which revision it is: compared, shown and judged. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.systems.states import (
    Algorithm,
    ApplicationType,
    Selection,
    Step,
    Tag,
    Tenancy,
)


class ChosenScope(NamedTuple):
    """A scope with how clients get it; `selection` is a Selection."""

    name: str
    selection: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that people decide about a client system. Lists are in a fixed order."""

    name: str
    application_type: str = ""
    tags: tuple[str, ...] = ()
    machine_to_machine: bool = False
    user_login: bool = False
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()
    refresh_tokens: bool = False
    tenancy: str = Tenancy.SINGLE
    algorithm: str = Algorithm.PS256
    scopes: tuple[ChosenScope, ...] = ()

    def fingerprint(self, step: Step) -> str:
        """Return a short value that changes with the answers of a step; with any for CHECK."""
        answers = {name: getattr(self, name) for name in FIELDS[step]}
        return sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]


FIELDS: dict[Step, tuple[str, ...]] = {
    Step.BASICS: ("name", "application_type", "tags"),
    Step.AUTHENTICATION: (
        "machine_to_machine",
        "user_login",
        "redirect_uris",
        "post_logout_uris",
        "refresh_tokens",
        "tenancy",
        "algorithm",
    ),
    Step.SERVICES: ("scopes",),
}
FIELDS[Step.CHECK] = tuple(name for fields in FIELDS.values() for name in fields)


class Fact(NamedTuple):
    """One line of what a revision says, in words."""

    step: Step
    label: str
    values: tuple[str, ...]
    is_code: bool = False


class Change(NamedTuple):
    """What is different about one line."""

    label: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    is_code: bool


class Problem(NamedTuple):
    """Why a draft cannot be published yet, and the step that mends it."""

    step: Step
    text: Promise


def facts(content: Content) -> list[Fact]:
    """Return all a revision says, in the order of the steps."""

    def scopes(selection: Selection) -> tuple[str, ...]:
        return tuple(scope.name for scope in content.scopes if scope.selection == selection)

    types, tags = _labels(ApplicationType.choices), _labels(Tag.choices)
    step = Step.AUTHENTICATION
    return [
        Fact(Step.BASICS, _("Navn"), (content.name,)),
        Fact(Step.BASICS, _("Applikasjonstype"), _known(types, [content.application_type])),
        Fact(Step.BASICS, _("Merkelapper"), _known(tags, content.tags)),
        Fact(step, _("API-kall"), _yes(content.machine_to_machine)),
        Fact(step, _("Brukerpålogging"), _yes(content.user_login)),
        Fact(step, _("Returadresser"), content.redirect_uris, is_code=True),
        Fact(step, _("Returadresser etter utlogging"), content.post_logout_uris, is_code=True),
        Fact(step, _("Refresh-token"), _yes(content.refresh_tokens)),
        Fact(step, _("Virksomheter per klient"), (str(Tenancy(content.tenancy).label),)),
        Fact(step, _("Algoritme"), (content.algorithm,)),
        Fact(Step.SERVICES, _("Forhåndsvalgt"), scopes(Selection.PRESELECTED), is_code=True),
        Fact(Step.SERVICES, _("Tilgjengelig"), scopes(Selection.AVAILABLE), is_code=True),
    ]


def changes(before: Content, after: Content) -> list[Change]:
    """Return the lines that differ, with what went and what came."""
    pairs = zip(facts(before), facts(after), strict=True)
    return [
        Change(
            new.label,
            tuple(value for value in old.values if value not in new.values),
            tuple(value for value in new.values if value not in old.values),
            new.is_code,
        )
        for old, new in pairs
        if set(old.values) != set(new.values)
    ]


class _Check(NamedTuple):
    step: Step
    is_wrong: Callable[[Content], object]
    text: Promise


_CHECKS = (
    _Check(
        Step.BASICS,
        lambda content: not content.application_type,
        gettext_lazy("Velg applikasjonstype."),
    ),
    _Check(
        Step.BASICS,
        lambda content: not content.tags,
        gettext_lazy("Velg minst én merkelapp."),
    ),
    _Check(
        Step.AUTHENTICATION,
        lambda content: not (content.machine_to_machine or content.user_login),
        gettext_lazy("Velg API-kall, brukerpålogging eller begge."),
    ),
    _Check(
        Step.AUTHENTICATION,
        lambda content: content.user_login and not content.redirect_uris,
        gettext_lazy("Brukerpålogging trenger minst én returadresse."),
    ),
    _Check(
        Step.AUTHENTICATION,
        lambda content: not content.user_login and content.post_logout_uris,
        gettext_lazy(
            "Returadresser etter utlogging hører til brukerpålogging. Velg det, eller fjern "
            "adressene."
        ),
    ),
    _Check(
        Step.AUTHENTICATION,
        lambda content: content.user_login and content.application_type == ApplicationType.SERVER,
        gettext_lazy(
            "En tjener uten brukere kan ikke ha brukerpålogging. Velg en annen "
            "applikasjonstype, eller fjern brukerpålogging."
        ),
    ),
    _Check(
        Step.SERVICES,
        lambda content: content.machine_to_machine and not content.scopes,
        gettext_lazy("API-kall trenger minst ett scope. Uten scope får ingen klient token."),
    ),
)


def problems(content: Content) -> list[Problem]:
    """Return what stands in the way of publishing, seen over all steps together."""
    return [Problem(check.step, check.text) for check in _CHECKS if check.is_wrong(content)]


def _labels(choices: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    return {value: str(label) for value, label in choices}


def _known(labels: dict[str, str], values: Iterable[str]) -> tuple[str, ...]:
    return tuple(labels[value] for value in values if value)


def _yes(answer: bool) -> tuple[str]:
    return (_("Ja") if answer else _("Nei"),)
