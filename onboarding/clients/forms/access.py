"""The form with which an API owner answers a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.clients.models import ClientScope, Consent
from onboarding.clients.states import Decision
from onboarding.core.forms import LineField
from onboarding.core.options import Option

OPTIONS = {
    Decision.APPROVE: Option(_("Godkjenn"), hint=_("Klienten får scopet fra neste token.")),
    Decision.DECLINE: Option(_("Avslå"), hint=_("Klienten får ikke scopet. Skriv hvorfor.")),
}


FOR_SYSTEM = {
    Decision.APPROVE: Option(_("Godkjenn"), hint=_("Systemet kan sendes inn til gjennomgang.")),
    Decision.DECLINE: Option(_("Avslå"), hint=_("Systemet kan ikke sendes inn. Skriv hvorfor.")),
}


class Answer(forms.Form):
    decision = forms.TypedChoiceField(
        label=_("Hva svarer dere?"),
        coerce=Decision,
        widget=forms.RadioSelect,
        choices=(),
        error_messages={"required": _("Velg om dere godkjenner eller avslår.")},
    )
    reason = LineField(
        label=_("Begrunnelse"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Vises for virksomheten og leverandøren. Nødvendig når du avslår."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=10)

    @classmethod
    def to(
        cls, asked: ClientScope, offered: Iterable[Decision], data: Any, *, reason: str = ""
    ) -> Self:
        """Return the form for a request, with the decisions that are possible now."""
        return cls._of(asked, offered, data, OPTIONS, reason)

    @classmethod
    def to_system(cls, asked: Consent, offered: Iterable[Decision], data: Any) -> Self:
        """Return the form for a client system on its way to production."""
        return cls._of(asked, offered, data, FOR_SYSTEM, "")

    @classmethod
    def _of(
        cls,
        asked: ClientScope | Consent,
        offered: Iterable[Decision],
        data: Any,
        options: Mapping[Decision, Option],
        reason: str,
    ) -> Self:
        form = cls(data, initial={"seen": asked.access, "reason": reason})
        field = cast(forms.TypedChoiceField, form.fields["decision"])
        field.choices = [(decision.value, options[decision]) for decision in offered]
        return form
