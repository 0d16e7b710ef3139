"""The answer to a draft, and lists of customers. Only parse."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from onboarding.clients.states import Answer
from onboarding.selfservice.reading import Unreadable, customers_of
from onboarding.systems.models import AutomationKey

LARGEST_LIST: Final = 2 * 1024 * 1024


class AnswerDraft(forms.Form):
    """Yes is the button; no is a button that says so. `seen` is what was on the page."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decline = forms.BooleanField(required=False)

    @property
    def answer(self) -> Answer:
        return Answer.DECLINE if self.cleaned_data["decline"] else Answer.CONFIRM


class UploadList(forms.Form):
    """Cleans `file` to its name and the customers in it, each in the members of a draft."""

    file = forms.FileField(
        label=_("Fil med kunder"),
        help_text=_(
            "CSV eller JSON med opptil 500 kunder, med feltene som POST client-drafts tar. Bare "
            "offentlige nøkler."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )
    key = forms.ModelChoiceField(
        label=_("Automatiseringsnøkkel"),
        queryset=AutomationKey.objects.none(),
        empty_label=None,
        help_text=_("Kladdene blir laget i navnet til denne nøkkelen."),
    )
    again = forms.BooleanField(
        label=_("Spør også dem som har avslått"),
        required=False,
    )
    use_required_attribute = False

    def __init__(self, keys: QuerySet[AutomationKey], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].queryset = keys  # type: ignore[attr-defined]  # a model choice

    def clean_file(self) -> tuple[str, list[dict[str, Any]]]:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_LIST:
            raise forms.ValidationError(_("Filen er for stor. Del den i flere."))
        try:
            text = file.read().decode("utf-8-sig")
            rows = customers_of(text, is_csv=str(file.name).lower().endswith(".csv"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("Forventet tekst i UTF-8.")) from error
        except Unreadable as error:
            raise forms.ValidationError(
                _("Filen kan ikke leses: %(why)s.") % {"why": error}
            ) from error
        return str(file.name)[:100], rows
