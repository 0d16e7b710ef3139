"""For whom a package is taken into use."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from onboarding.core.formats import org_number
from onboarding.core.options import Option
from onboarding.suppliers.models import Organization


class ForWhom(forms.Form):
    """Which of the organisations that the person may act for takes a package into use."""

    def __init__(self, *args: Any, organizations: Collection[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (each.pk, Option(each.name, hint=org_number(each.number))) for each in organizations
        ]
        self.fields["organization_id"] = forms.TypedChoiceField(
            label=gettext_lazy("Hvem gjelder det?"),
            choices=choices,
            coerce=int,
            initial=choices[0][0] if len(choices) == 1 else None,
            widget=forms.RadioSelect,
            error_messages={
                "required": gettext_lazy("Velg en virksomhet."),
                "invalid_choice": gettext_lazy("Velg en av virksomhetene i listen."),
            },
        )
