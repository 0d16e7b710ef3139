"""What people say about themselves."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# E.164: a country code and at most 15 digits in all.
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_NORWEGIAN = re.compile(r"[2-9][0-9]{7}", re.ASCII)


class ContactInfo(forms.Form):
    """How to reach a person. A new e-mail address counts once a letter to it has been answered."""

    email = forms.EmailField(
        label=gettext_lazy("E-post"),
        max_length=254,
        help_text=gettext_lazy("Bytter du adresse, sender vi en lenke dit som du må åpne."),
        error_messages={
            "required": gettext_lazy("Forventet en e-postadresse. Feltet er tomt."),
            "invalid": gettext_lazy(
                "Forventet en e-postadresse, for eksempel navn@virksomhet.no. Sjekk skrivemåten."
            ),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telefon"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Åtte siffer, eller med landskode"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "size": 20}),
    )

    def clean_phone(self) -> str:
        """Return the number in E.164, or "" for none."""
        typed = "".join(self.cleaned_data["phone"].split())
        if not typed or _INTERNATIONAL.fullmatch(typed):
            return typed
        if _NORWEGIAN.fullmatch(typed):
            return f"+47{typed}"
        raise forms.ValidationError(
            _("Forventet åtte siffer, eller + og landskode først. Sjekk nummeret.")
        )


def shown_phone(phone: str) -> str:
    """Return an E.164 number as people write it: Norwegian ones in pairs, without +47."""
    if phone.startswith("+47") and len(phone) == 11:
        return " ".join(phone[start : start + 2] for start in range(3, 11, 2))
    return phone
