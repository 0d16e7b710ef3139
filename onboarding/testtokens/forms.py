"""What people fill in about test tokens."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.core.forms import LineField

LIFETIMES = [
    ("7", _("7 dager")),
    ("30", _("30 dager")),
    ("90", _("90 dager")),
    ("365", _("Ett år")),
]


class NewTokenKey(forms.Form):
    name = LineField(
        label=_("Navn"),
        max_length=100,
        help_text=_("Hva som skal bruke nøkkelen, som CI for journalen."),
    )
    days = forms.TypedChoiceField(
        label=_("Varighet"),
        choices=LIFETIMES,
        coerce=int,
        initial="90",
        widget=forms.RadioSelect,
    )
