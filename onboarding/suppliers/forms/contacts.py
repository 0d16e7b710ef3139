"""Contact points, and changes that are announced."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from onboarding.core.forms import LineField, ProseField
from onboarding.suppliers.services.contacts import ChangeWording
from onboarding.suppliers.states import Reach


class AddContactPoint(forms.Form):
    """An address and what it is for."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Hva det er til"),
        choices=Reach.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Velg hva kontaktpunktet er til.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-post"),
        max_length=254,
        help_text=gettext_lazy("Helst en felles adresse. Vi sender en lenke som bekrefter den."),
        error_messages={
            "required": gettext_lazy("Forventet en e-postadresse. Feltet er tomt."),
            "invalid": gettext_lazy(
                "Forventet en e-postadresse, for eksempel navn@virksomhet.no. Sjekk skrivemåten."
            ),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class WriteChange(forms.Form):
    """A change notice in both languages."""

    title_nb = LineField(label=gettext_lazy("Tittel på bokmål"), max_length=150)
    text_nb = ProseField(label=gettext_lazy("Tekst på bokmål"), max_length=5000)
    title_en = LineField(label=gettext_lazy("Tittel på engelsk"), max_length=150)
    text_en = ProseField(label=gettext_lazy("Tekst på engelsk"), max_length=5000)
    is_profile_change = forms.BooleanField(
        label=gettext_lazy("Endrer sikkerhetsprofilen"),
        required=False,
        help_text=gettext_lazy("Da må hver leverandør kvittere for endringen innen 30 dager."),
    )
    applies_from = forms.DateField(
        label=gettext_lazy("Gjelder fra (valgfritt)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": gettext_lazy("Forventet en dato, som 2027-02-01. Sjekk skrivemåten.")
        },
    )

    def wording(self) -> ChangeWording:
        """Return what a valid form says."""
        return ChangeWording(**self.cleaned_data)
