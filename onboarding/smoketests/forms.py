"""What a browser sends to begin a token test."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.jose.checks import first_failure
from onboarding.jose.compact import read

SIGN_AGAIN = _("Nettleseren sendte ingen gyldig signatur. Velg konfigurasjonsfilen og prøv igjen.")


class StartTest(forms.Form):
    """Two client assertions by one key, and which API to call. Never shown or logged."""

    api = forms.UUIDField(required=False)
    key = forms.UUIDField(error_messages={"required": SIGN_AGAIN, "invalid": SIGN_AGAIN})
    first = forms.CharField(max_length=8192, error_messages={"required": SIGN_AGAIN})
    second = forms.CharField(max_length=8192, error_messages={"required": SIGN_AGAIN})

    def __init__(self, *args: object, client_id: UUID, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.client_id = str(client_id)

    def clean_first(self) -> str:
        return self._assertion("first")

    def clean_second(self) -> str:
        return self._assertion("second")

    def clean(self) -> None:
        first, second = (self.cleaned_data.get(name) for name in ("first", "second"))
        if first and first == second:
            raise forms.ValidationError(SIGN_AGAIN)

    def _assertion(self, name: str) -> str:
        """The text, if it reads as an assertion about this very client; the STS judges it."""
        text = str(self.cleaned_data[name])
        reading = read(text, prefix="assertion")
        if first_failure(reading.checks) or reading.claims.get("sub") != self.client_id:
            raise forms.ValidationError(SIGN_AGAIN)
        return text
