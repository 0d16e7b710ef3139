"""What is said with a step in the life of an approval."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from onboarding.core.forms import ProseField
from onboarding.suppliers.states import STEPS, Act, Party

MAX_REASON = 2000


class TakeStep(forms.Form):
    """A message with an application, or the reason of a decision; and how much was seen."""

    reason = ProseField(
        label=gettext_lazy("Begrunnelse"),
        max_length=MAX_REASON,
        error_messages={
            "required": gettext_lazy("Forventet en begrunnelse. Feltet er tomt."),
            "max_length": gettext_lazy(
                "Forventet høyst %(limit_value)d tegn. Fant %(show_value)d. Kort ned teksten."
            ),
        },
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: object, act: Act, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        reason = self.fields["reason"]
        if STEPS[act].party == Party.OPERATOR:
            reason.help_text = gettext_lazy("Leverandøren får begrunnelsen, slik den står.")
            return
        reason.required = False
        reason.label = gettext_lazy("Melding til forvalteren (valgfritt)")
        reason.help_text = gettext_lazy("Hva dere lager, og hvem som skal bruke det.")
