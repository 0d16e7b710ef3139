"""What a person pastes to have it explained."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.diagnosis.pasted import LONGEST, Pasted, Unreadable, recognize
from onboarding.jose import private_parts


class Paste(forms.Form):
    """A token or a token request. A private key in it is never shown again."""

    pasted = forms.CharField(
        label=gettext_lazy(
            "Lim inn en client assertion, et DPoP-bevis, et tilgangstoken eller en hel forespørsel"
        ),
        help_text=gettext_lazy(
            "En hel forespørsel limer du inn som curl eller HTTP. Vi kjenner igjen hva det er. Det "
            "du limer inn, blir verken lagret eller logget."
        ),
        max_length=LONGEST,
        error_messages={
            "required": gettext_lazy("Lim inn det du vil ha forklart."),
            "max_length": gettext_lazy("Teksten er for lang. Lim inn én forespørsel om gangen."),
        },
        widget=forms.Textarea(
            attrs={
                "class": "code",
                "rows": 8,
                "spellcheck": "false",
                "autocomplete": "off",
                "data-private-stop": True,
            }
        ),
    )
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pasted"].widget.attrs.pop("maxlength", None)

    def clean_pasted(self) -> Pasted:
        text: str = self.cleaned_data["pasted"]
        found = private_parts.find(text).names
        if found:
            raise forms.ValidationError(
                _(
                    "Dette er en privat nøkkel (%(names)s). Vi har ikke lagret den, men den har "
                    "forlatt maskinen din. Lag et nytt nøkkelpar, og slutt å bruke dette overalt."
                )
                % {"names": ", ".join(found)}
            )
        try:
            return recognize(text)
        except Unreadable as error:
            raise forms.ValidationError(_unreadable(error.reason)) from error

    def full_clean(self) -> None:
        super().full_clean()
        if private_parts.find(self.data.get("pasted", "")).names:
            self.data = {"pasted": ""}


def _unreadable(reason: str) -> str:
    return {
        "quotes": _("Et anførselstegn i kommandoen er ikke avsluttet. Kopier hele kommandoen."),
        "file": _("Kommandoen leser innholdet fra en fil. Lim inn innholdet i filen i stedet."),
    }.get(
        reason,
        _(
            "Vi kjenner ikke igjen dette. En JWT har tre deler med punktum mellom, og en "
            "forespørsel begynner med curl eller POST."
        ),
    )
