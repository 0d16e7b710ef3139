"""Terms of use: accepting a version, writing a draft, publishing it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.core.forms import LineField, ProseField
from onboarding.core.names import MAX_LENGTH
from onboarding.suppliers.models import LANGUAGES, Terms
from onboarding.suppliers.services.terms import Wording
from onboarding.suppliers.states import Duty

# Where the example has its duties, and which items of the checklist look at them.
USUAL: dict[str, tuple[int, str]] = {
    Duty.INFORMATION_SECURITY: (2, "U01, K01–K06, T02"),
    Duty.TESTING_AND_APPROVAL: (3, "U02"),
    Duty.INCIDENT_NOTIFICATION: (4, "U03"),
    Duty.EMERGENCY_PLANS: (5, "U04"),
    Duty.KEEP_CURRENT: (6, "U05"),
}


class Accept(forms.Form):
    """The yes to a text: in what role, and the hash of what was read."""

    role = LineField(
        label=gettext_lazy("Din rolle i virksomheten"),
        max_length=MAX_LENGTH,
        help_text=gettext_lazy("For eksempel daglig leder. Rollen står i kvitteringen."),
        error_messages={"required": gettext_lazy("Forventet rollen din. Feltet er tomt.")},
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("Jeg har lest bruksvilkårene, og kan binde virksomheten"),
        error_messages={"required": gettext_lazy("Kryss av når du har lest bruksvilkårene.")},
    )
    terms_id = forms.UUIDField(widget=forms.HiddenInput)
    language = forms.ChoiceField(
        choices=[(each, each) for each in LANGUAGES], widget=forms.HiddenInput
    )
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("confirmed", None)  # has to be there, and says nothing more
        return cleaned


class WriteTerms(forms.Form):
    """A draft: its number, its text in each language, and where each duty stands."""

    version = LineField(
        label=gettext_lazy("Versjon"),
        max_length=20,
        widget=forms.TextInput(attrs={"size": 10, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Forventet et versjonsnummer. Feltet er tomt.")},
    )
    is_example = forms.BooleanField(
        label=gettext_lazy("Teksten er et eksempel"),
        required=False,
        help_text=gettext_lazy("Sidene og kvitteringen sier det ved siden av teksten."),
    )
    text_nb = ProseField(
        label=gettext_lazy("Tekst på bokmål"),
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=gettext_lazy("Blank linje mellom avsnitt. **1. Tittel.** først i et avsnitt."),
        error_messages={"required": gettext_lazy("Forventet teksten på bokmål. Feltet er tomt.")},
    )
    text_en = ProseField(
        label=gettext_lazy("Tekst på engelsk"),
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": gettext_lazy("Forventet teksten på engelsk. Feltet er tomt.")},
    )
    seen = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for duty, (section, _items) in USUAL.items():
            self.fields[f"duty_{duty}"] = forms.IntegerField(
                label=_("Avsnitt om «%(duty)s»") % {"duty": Duty(duty).label},
                min_value=1,
                max_value=99,
                initial=section,
                widget=forms.NumberInput(attrs={"size": 4}),
            )

    def wording(self) -> Wording:
        """Return what a valid form says."""
        given = self.cleaned_data
        return Wording(
            version=given["version"],
            text_nb=given["text_nb"],
            text_en=given["text_en"],
            is_example=given["is_example"],
            duties={
                duty: (given[f"duty_{duty}"], items) for duty, (_usual, items) in USUAL.items()
            },
        )


class PublishTerms(forms.Form):
    """From which day a version applies: from its beginning, in the portal's own time zone."""

    valid_from = forms.DateField(
        label=gettext_lazy("Gjelder fra"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Fra starten av dagen. Den er fristen: de som ikke har godtatt da, kan ikke opprette "
            "eller endre noe i produksjon."
        ),
        error_messages={
            "required": gettext_lazy("Forventet en dato. Feltet er tomt."),
            "invalid": gettext_lazy("Forventet en dato, som 2027-02-01. Sjekk skrivemåten."),
        },
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_valid_from(self) -> datetime:
        midnight = datetime.combine(self.cleaned_data["valid_from"], time.min)
        return timezone.make_aware(midnight)


def initial_of(terms: Terms) -> dict[str, Any]:
    """Return a draft as the fields of its form."""
    duties = {f"duty_{duty.code}": duty.section for duty in terms.duties.all()}
    return {
        "version": terms.version,
        "is_example": terms.is_example,
        "text_nb": terms.text_nb,
        "text_en": terms.text_en,
        "seen": terms.edits,
        **duties,
    }
