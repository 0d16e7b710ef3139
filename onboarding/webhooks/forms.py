"""An address and what it wants to be told."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from onboarding.core.forms import LineField
from onboarding.core.options import Option
from onboarding.webhooks.kinds import KINDS


class EndpointForm(forms.Form):
    """Whether the address can be called is the service's business."""

    name = LineField(
        label=gettext_lazy("Navn"),
        max_length=100,
        help_text=gettext_lazy("Så dere kjenner den igjen, for eksempel «Kundesystemet»"),
        error_messages={"required": gettext_lazy("Forventet et navn. Feltet er tomt.")},
    )
    url = forms.CharField(
        label=gettext_lazy("Adresse"),
        max_length=500,
        help_text=gettext_lazy("https, på det åpne nettet. Portalen sender POST med JSON."),
        error_messages={"required": gettext_lazy("Forventet en adresse. Feltet er tomt.")},
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Hva skal den få vite?"),
        choices=[(kind.name, Option(kind.label, hint=kind.when)) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Velg minst én.")},
    )
