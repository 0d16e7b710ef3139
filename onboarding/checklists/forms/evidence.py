"""What the pages of evidence ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from onboarding.checklists import reading
from onboarding.clients.models import ClientConfiguration
from onboarding.core.forms import LineField
from onboarding.core.options import Option


class ChooseClients(forms.Form):
    """Which clients in test the version is judged by."""

    clients = forms.TypedMultipleChoiceField(
        label=_("Klienter som kjører programvaren i test"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Velg minst én klient.")},
    )

    def __init__(self, *args: Any, candidates: list[ClientConfiguration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clients"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(client.pk), Option(client.name, hint=client.organization.name))
            for client in candidates
        ]


class BeginPeriod(forms.Form):
    """A new evidence period: which version of the software makes its traffic."""

    software_version = LineField(
        label=_("Versjon av programvaren"),
        max_length=60,
        help_text=_("Slik den står i det dere leverer, for eksempel 4.2.1."),
    )
    instances = forms.IntegerField(
        label=_("Programmer i parallell"),
        min_value=1,
        max_value=1000,
        initial=1,
        help_text=_("Hvor mange som kjører samtidig, hver med sitt eget mellomlager for tokener."),
    )


class AddFile(forms.Form):
    """A file for an item; its type is told by its content, in the service."""

    title = LineField(label=_("Hva filen viser"), max_length=120)
    file = forms.FileField(
        label=_("Fil"),
        max_length=200,
        help_text=_("PDF, PNG, JPEG, JSON eller ren tekst, høyst 10 MB."),
        error_messages={"required": _("Velg en fil."), "empty": _("Filen er tom.")},
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > reading.LARGEST:
            raise forms.ValidationError(
                _("Filen er større enn 10 MB. Del den opp, eller legg ved en lenke.")
            )
        return file


class AddLink(forms.Form):
    """A link for an item."""

    title = LineField(label=_("Hva lenken viser"), max_length=120)
    url = forms.URLField(
        label=_("Adresse"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Begynner med https://. Den som leser, må ha tilgang."),
        error_messages={"invalid": _("Forventet en adresse som begynner med https://.")},
    )
