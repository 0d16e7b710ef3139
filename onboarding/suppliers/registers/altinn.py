"""Altinn 3 Authorization: the authorized parties of a person, asked for by the service owner.

`POST /accessmanagement/api/v1/resourceowner/authorizedparties` answers with the parties that a
person may represent, each with the resources that may be used for it; sub-units stand inside
their main unit, and are not counted: a right belongs to a main unit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import redis
from django.conf import settings
from django.core.cache import cache

from onboarding.accounts.models import User
from onboarding.core import egress
from onboarding.core.orgnumbers import is_valid
from onboarding.jose.strict import BadJson, strict_json
from onboarding.suppliers.models import AltinnPerson, Organization
from onboarding.suppliers.registers.port import NoAnswer, Rights
from onboarding.suppliers.states import Right

PATH: Final = "/accessmanagement/api/v1/resourceowner/authorizedparties?includeAltinn2=true"
SECONDS: Final = 4.0
LARGEST: Final = 2 * 1024 * 1024  # an accountant may represent thousands
KEPT: Final = 20  # seconds that a page may be shown by an earlier answer; an act never is

Held = dict[str, list[str]]  # rights by organisation number


class AltinnRegister:
    """Asks Altinn about a person; people whom Altinn does not know have no rights."""

    def held_by(self, user: User, environments: Collection[str], *, is_act: bool) -> Rights:
        """Return what Altinn says, for organisations that the portal knows. Raises NoAnswer."""
        person = AltinnPerson.objects.filter(user=user).first()
        if person is None:
            return {}
        held = self._asked(person, is_act=is_act)
        known = Organization.objects.filter(number__in=held).values_list("pk", "number")
        return {
            (pk, environment): frozenset(map(Right, held[number]))
            for pk, number in known
            for environment in environments
        }

    def _asked(self, person: AltinnPerson, *, is_act: bool) -> Held:
        key = f"altinn-rights:{person.party}"
        try:
            kept: Held | None = None if is_act else cache.get(key)
            if kept is None:
                kept = _rights(_ask(person))
                cache.set(key, kept, KEPT)
        except redis.RedisError:
            return _rights(_ask(person))
        return kept


def _ask(person: AltinnPerson) -> Any:
    """Return the parsed answer. Raises NoAnswer for anything but 200 with JSON."""
    question = {"type": "urn:altinn:person:uuid", "value": str(person.party)}
    try:
        token = Path(settings.ALTINN_TOKEN_FILE).read_text().strip()
        answer = egress.send(
            "POST",
            settings.ALTINN_URL + PATH,
            headers={
                "Authorization": f"Bearer {token}",
                "Ocp-Apim-Subscription-Key": settings.ALTINN_SUBSCRIPTION_KEY,
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
            body=json.dumps(question).encode(),
            limit=LARGEST,
            seconds=SECONDS,
        )
    except (OSError, egress.Failed) as error:
        raise NoAnswer(str(error)) from error
    if answer.status != 200:
        raise NoAnswer(f"status {answer.status}")
    try:
        return strict_json(answer.body)
    except BadJson as error:
        raise NoAnswer("not JSON") from error


def _rights(parties: Any) -> Held:
    """Return the rights by organisation number. Raises NoAnswer for another shape."""
    named = {name: right for right, name in settings.ALTINN_RESOURCES.items() if name}
    found: Held = {}
    for party in _organizations(parties):
        number, resources = party.get("organizationNumber"), party.get("authorizedResources")
        if not (isinstance(number, str) and is_valid(number) and isinstance(resources, list)):
            raise NoAnswer("a party of another shape")
        rights = sorted({named[name] for name in resources if name in named})
        if rights and not party.get("isDeleted"):
            found[number] = rights
    return found


def _organizations(parties: Any) -> Iterator[dict[str, Any]]:
    """The organisations at the top: people, and units that only hold others, are left out."""
    if not isinstance(parties, list):
        raise NoAnswer("not a list of parties")
    for party in parties:
        if not isinstance(party, dict) or not isinstance(party.get("type"), str):
            raise NoAnswer("a party without a type")
        if party["type"] == "Organization" and not party.get("onlyHierarchyElementWithNoAccess"):
            yield party
