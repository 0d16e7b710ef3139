"""What a browser sends to begin a token test."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.jose.checks import first_failure
from onboarding.jose.compact import numeric_date, read

SIGN_AGAIN = gettext_lazy(
    "Nettleseren sendte ingen gyldig signatur. Velg konfigurasjonsfilen og prøv igjen."
)
# What authorization servers bear with, and a little for the way from the browser to us.
MAX_SKEW_SECONDS = 15


class StartTest(forms.Form):
    """Two client assertions by one key, and which API to call. Never shown or logged."""

    api = forms.UUIDField(required=False)
    key = forms.UUIDField(error_messages={"required": SIGN_AGAIN, "invalid": SIGN_AGAIN})
    first = forms.CharField(max_length=8192, error_messages={"required": SIGN_AGAIN})
    second = forms.CharField(max_length=8192, error_messages={"required": SIGN_AGAIN})

    def __init__(self, *args: Any, client_id: UUID, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client_id = str(client_id)
        self.now = at.timestamp()

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
        signed_at = numeric_date(reading.claims.get("iat"))
        is_ours = reading.claims.get("sub") == self.client_id
        if first_failure(reading.checks) or not is_ours or signed_at is None:
            raise forms.ValidationError(SIGN_AGAIN)
        self._check_clock(int(signed_at - self.now))
        return text

    def _check_clock(self, ahead: int) -> None:
        """A browser on a computer whose clock is wrong signs what no server accepts."""
        if abs(ahead) > MAX_SKEW_SECONDS:
            text = _(
                "Signaturen er datert %(seconds)d sekunder feil. Still klokken på maskinen din "
                "etter en tidstjener (NTP), og kjør testen på nytt."
            )
            raise forms.ValidationError(text % {"seconds": abs(ahead)})
