"""The people of the demo. They are made up, and only they can log in without proving anything."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.accounts.models import User


class Person(NamedTuple):
    """Somebody of the demo: who it is, and what one can try as them."""

    username: str
    name: str
    description: str | Promise
    is_reviewer: bool = False
    is_operator: bool = False


_PEOPLE = (
    Person(
        "kari",
        "Kari Lund",
        _(
            "Utvikler og administrator i Nordlys EPJ AS. Lag klientsystem og "
            "klientkonfigurasjon, og hent det første tokenet."
        ),
    ),
    Person(
        "petter",
        "Petter Haug",
        _("Utvikler i Nordlys EPJ AS med skrivetilgang. Arbeid videre på det Kari begynte på."),
    ),
    Person(
        "marit",
        "Marit Aune",
        _("Daglig leder og administrator i Nordlys EPJ AS. Inviter folk, og endre roller."),
    ),
    Person(
        "harald",
        "Harald Vik",
        _("Lesetilgang i Nordlys EPJ AS. Se alt, og se hva som skjer når du ikke kan endre noe."),
    ),
    Person(
        "ola",
        "Ola Brekke",
        _("Driver Fjordbyen legekontor. Ta i bruk HelseID for fagsystemet på kontoret."),
    ),
    Person(
        "solveig",
        "Solveig Dahl",
        _("API-eier i Helsenettdrift. Beskriv API-er, og svar på tilgangsforespørsler."),
    ),
    Person(
        "ingrid",
        "Ingrid Moe",
        _("Saksbehandler på plattformen. Ta saker fra arbeidslisten, og avgjør dem."),
        is_reviewer=True,
    ),
    Person(
        "jonas",
        "Jonas Vik",
        _("Saksbehandler på plattformen, som Ingrid. Sensitive saker trenger to."),
        is_reviewer=True,
    ),
    Person(
        "tora",
        "Tora Nes",
        _(
            "Utvikler og administrator i Fyrlykta Journal AS, en ekte virksomhet. Ta et "
            "klientsystem fra test til produksjon."
        ),
    ),
    Person(
        "live",
        "Live Strand",
        _("Driver Solbakken legesenter, i produksjon. Ta i bruk det Tora har satt i produksjon."),
    ),
    Person(
        "frida",
        "Frida Berg",
        _("Forvalter på plattformen. Se alle virksomheter og det som skjer hos dem."),
        is_operator=True,
    ),
)


def people() -> list[Person]:
    """Return the people of the demo, in the order to offer them. Asks no database."""
    return list(_PEOPLE)


def make_people() -> dict[str, User]:
    """Make sure that all people of the demo exist; return them by user name. Safe to repeat."""
    return {person.username: _make(person) for person in _PEOPLE}


def _make(person: Person) -> User:
    known = User.objects.filter(username=person.username).first()
    return known or User.objects.create_user(
        person.username,
        name=person.name,
        email=f"{person.username}@demo.example",
        is_reviewer=person.is_reviewer,
        is_operator=person.is_operator,
        is_demo=True,
    )
