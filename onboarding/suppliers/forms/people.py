"""Registering an organisation, and deciding who may act for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.core import formats, orgnumbers
from onboarding.core.forms import LineField
from onboarding.core.names import MAX_LENGTH
from onboarding.core.options import Option
from onboarding.suppliers.states import Right, Role

ROLE_HINTS = {
    Role.READER: gettext_lazy("Ser alt, endrer ingenting"),
    Role.WRITER: gettext_lazy("Kan lage og endre klientsystemer, klienter og API-er"),
    Role.ADMIN: gettext_lazy("Kan også invitere folk og endre roller"),
}
RIGHT_HINTS = {
    Right.USE: gettext_lazy("Koble virksomheten til fagsystemer, og bytte nøkler"),
    Right.SYSTEMS: gettext_lazy("Beskrive programvaren som kunder kobler til"),
    Right.APIS: gettext_lazy("Beskrive API-er, og svare på hvem som får bruke dem"),
}


class RegisterOrganization(forms.Form):
    """A synthetic organisation. Whether the number is taken is the service's business."""

    number = forms.CharField(
        label=gettext_lazy("Organisasjonsnummer"),
        max_length=30,
        help_text=gettext_lazy("Ni siffer, fra en syntetisk virksomhet. Mellomrom går bra."),
        error_messages={"required": gettext_lazy("Forventet ni siffer. Feltet er tomt.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 14, "autocomplete": "off"}),
    )
    name = LineField(
        label=gettext_lazy("Navn"),
        max_length=MAX_LENGTH,
        help_text=gettext_lazy("Slik andre ser virksomheten i testmiljøet"),
        error_messages={
            "required": gettext_lazy("Forventet et navn. Feltet er tomt."),
            "max_length": gettext_lazy(
                "Forventet høyst %(limit_value)d tegn. Fant %(show_value)d. Kort ned navnet."
            ),
        },
    )

    def clean_number(self) -> str:
        """Return nine digits that modulus 11 agrees with."""
        return synthetic_number(self.cleaned_data["number"])


class Invite(forms.Form):
    """Whom to invite, to which of the roles that the inviter may give."""

    email = forms.EmailField(
        label=gettext_lazy("E-post"),
        max_length=254,
        help_text=gettext_lazy("Invitasjonen kan bare brukes av den som har denne adressen."),
        error_messages={
            "required": gettext_lazy("Forventet en e-postadresse. Feltet er tomt."),
            "invalid": gettext_lazy(
                "Forventet en e-postadresse, for eksempel navn@virksomhet.no. Sjekk skrivemåten."
            ),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = _role_field(roles)


class ChangeRole(forms.Form):
    """Another role for a member, one of those that the actor may give."""

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = _role_field(roles)


class GiveRight(forms.Form):
    """Which rights, and to whom: a person by address, or another organisation by number."""

    rights = forms.MultipleChoiceField(
        label=gettext_lazy("Rettigheter"),
        choices=[(right.value, Option(right.label, hint=RIGHT_HINTS[right])) for right in Right],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Velg minst én rettighet.")},
    )
    receiver = forms.CharField(
        label=gettext_lazy("Hvem skal få dem?"),
        max_length=254,
        help_text=gettext_lazy(
            "E-postadressen til en person, eller organisasjonsnummeret til en virksomhet"
        ),
        error_messages={
            "required": gettext_lazy(
                "Forventet en e-postadresse eller et organisasjonsnummer. Feltet er tomt."
            )
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Return the rights, with `email` or `number` of the one who gets them."""
        data = super().clean() or {}
        typed = data.get("receiver", "")
        number = orgnumbers.normalized(typed)
        if "@" in typed:
            try:
                validate_email(typed)
            except forms.ValidationError:
                text = _("Forventet en e-postadresse, for eksempel navn@virksomhet.no.")
                self.add_error("receiver", text)
            return {"rights": data.get("rights", []), "email": typed}
        if typed and not orgnumbers.is_valid(number):
            text = _("Forventet ni siffer der det siste stemmer. Sjekk organisasjonsnummeret.")
            self.add_error("receiver", text)
        return {"rights": data.get("rights", []), "number": number}


def synthetic_number(typed: str) -> str:
    """Return the nine digits of an organisation number that may be registered in test.

    Raises ValidationError that says what was expected, what was found, and how to put it right.
    """
    number = orgnumbers.normalized(typed)
    if not (number.isascii() and number.isdigit()):
        raise forms.ValidationError(
            _("Forventet ni siffer. Fant også andre tegn. Skriv bare siffer og mellomrom.")
        )
    if len(number) != 9:
        raise forms.ValidationError(
            _("Forventet ni siffer. Fant %(count)d. Sjekk om noe mangler eller står dobbelt.")
            % {"count": len(number)}
        )
    if number[0] in "89":
        # Numbers are unique across environments: one that is real must stay free for its owner.
        raise forms.ValidationError(
            _(
                "Forventet et syntetisk nummer. Fant et som begynner på %(digit)s, slik ekte "
                "virksomheter har. Syntetiske virksomheter finner du i Tenor hos Skatteetaten."
            )
            % {"digit": number[0]}
        )
    if not orgnumbers.is_valid(number):
        raise forms.ValidationError(_suggestion(number))
    return number


def _suggestion(number: str) -> str:
    digit = orgnumbers.check_digit(number[:8])
    if digit is None:
        return _(
            "Ingen organisasjonsnumre begynner med %(first)s. Sjekk de åtte første sifrene."
        ) % {"first": number[:8]}
    return _("Siste siffer stemmer ikke med de åtte første. Mente du %(number)s?") % {
        "number": formats.org_number(f"{number[:8]}{digit}")
    }


def _role_field(roles: Sequence[Role]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Rolle"),
        choices=[(role.value, Option(role.label, hint=ROLE_HINTS[role])) for role in roles],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Velg en rolle."),
            "invalid_choice": gettext_lazy("Velg en av rollene du kan gi."),
        },
    )
