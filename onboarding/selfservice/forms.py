"""The answer to a draft. Only parses."""

from __future__ import annotations

from django import forms

from onboarding.clients.states import Answer


class AnswerDraft(forms.Form):
    """Yes is the button; no is a button that says so. `seen` is what was on the page."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decline = forms.BooleanField(required=False)

    @property
    def answer(self) -> Answer:
        return Answer.DECLINE if self.cleaned_data["decline"] else Answer.CONFIRM
