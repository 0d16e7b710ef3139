"""What people fill in about test tokens."""

from __future__ import annotations

import json
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as NotAsWritten

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.core.forms import LineField
from onboarding.core.options import Option
from onboarding.jose import private_parts
from onboarding.jose.strict import BadJson, strict_json
from onboarding.testtokens.catalogue import BY_ID, FAULTS, Fault, Where
from onboarding.testtokens.content.consistency import METHODS
from onboarding.testtokens.schemas import TestTokenParameters

LIFETIMES = [
    ("7", _("7 dager")),
    ("30", _("30 dager")),
    ("90", _("90 dager")),
    ("365", _("Ett år")),
]
VALID: Final = "valid"
PRESETS: Final = [
    (VALID, Option(_("Gyldig"), hint=_("Det skal slippe inn."))),
    ("H04", Option(_("Utløpt"))),
    ("H03", Option(_("Feil mottaker"))),
    ("H02", Option(_("Feil utsteder"))),
    ("H01", Option(_("Feil signatur"))),
    ("H25", Option(_("Uten scope"))),
    ("D26", Option(_("Bearer der DPoP er påkrevd"), hint=_("Tokenet er ikke bundet til noe."))),
    ("H20", Option(_("Stjålet token"), hint=_("Beviset er laget med tyvens nøkkel."))),
    ("H35", Option(_("Stjålet bevis"), hint=_("Beviset hører til et annet token."))),
]
_PLACES: Final = {Where.TOKEN: _("Token"), Where.PROOF: _("DPoP-bevis"), Where.REQUEST: _("Kall")}


def _all_faults() -> list[tuple[Any, Any]]:
    """The catalogue as choices. Made anew for each form: words are those of the reader."""
    groups = [
        (label, [(f.id, f"{f.id} {f.title}".replace("`", "")) for f in FAULTS if f.where == place])
        for place, label in _PLACES.items()
    ]
    return [("", _("Som valgt over")), *groups]


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


class MakeToken(forms.Form):
    """A test token: for a registered API, audience and scopes are the registration's."""

    api = forms.ChoiceField(label=_("API"), required=False)
    preset = forms.ChoiceField(
        label=_("Hva slags token"), choices=PRESETS, widget=forms.RadioSelect, initial=VALID
    )
    audience = LineField(
        label=_("Mottaker (aud)"),
        required=False,
        max_length=100,
        help_text=_("For et API som ikke er registrert her. Velg da «Et annet API» over."),
    )
    url = forms.CharField(
        label=_("Adressen du skal kalle"),
        required=False,
        max_length=500,
        help_text=_("Beviset gjelder denne adressen og ingen andre. Tomt: adressen for tokentest."),
    )
    method = forms.ChoiceField(
        label=_("Metode"), choices=[(m, m) for m in sorted(METHODS)], initial="GET"
    )
    fault = forms.ChoiceField(
        label=_("En annen feil"), choices=[], required=False, help_text=_("Hele katalogen.")
    )
    has_user = forms.BooleanField(label=_("Med en innlogget person"), required=False)
    has_care = forms.BooleanField(label=_("Med tillitsrammeverk"), required=False)
    seconds = forms.IntegerField(
        label=_("Levetid i sekunder"), required=False, min_value=1, max_value=30 * 24 * 3600
    )
    options = forms.CharField(
        label=_("Alle andre valg"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={
                "class": "code",
                "rows": 6,
                "spellcheck": "false",
                "data-private-stop": True,
            }
        ),
        help_text=_("JSON med de samme feltene som test-token-tjenesten tar imot."),
    )

    def __init__(self, apis: list[Api], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.apis = {str(api.pk): api for api in apis}
        others = [("", _("Et annet API"))]
        choices = [(pk, f"{api.name} ({api.short_name})") for pk, api in self.apis.items()]
        self.fields["api"].choices = [*choices, *others]  # type: ignore[attr-defined]
        self.fields["fault"].choices = _all_faults()  # type: ignore[attr-defined]
        if apis:
            self.fields["api"].initial = str(apis[0].pk)

    @property
    def chosen(self) -> Api | None:
        return self.apis.get(self.cleaned_data.get("api", ""))

    @property
    def wanted(self) -> Fault | None:
        """The one thing that shall be wrong; None for a valid token."""
        row = self.cleaned_data.get("fault") or self.cleaned_data.get("preset", VALID)
        return BY_ID.get(row)

    @property
    def takes_dpop(self) -> bool:
        return self.chosen is None or self.chosen.dpop != Dpop.NONE

    @property
    def address(self) -> str:
        api = self.chosen
        given = str(self.cleaned_data.get("url") or "")
        return given or (api.test_url if api else "") or "https://api.example/"

    def clean_options(self) -> dict[str, Any]:
        """Return the JSON as an object; nothing of it is said back, it may hold a key."""
        text = self.cleaned_data["options"].strip()
        if not text:
            return {}
        if private_parts.find(text).names:
            raise ValidationError(
                _(
                    "Forventet ingen privat nøkkel. Vi har ikke lagret den, men den har forlatt "
                    "maskinen din. Med en egen nøkkel i beviset bruker du tjenesten fra et program."
                )
            )
        try:
            found = strict_json(text.encode())
            TestTokenParameters.model_validate(found)
        except (BadJson, NotAsWritten) as error:
            raise ValidationError(
                _(
                    "Forventet et JSON-objekt med feltene til test-token-tjenesten. "
                    "Sjekk navn og verdier mot beskrivelsen."
                )
            ) from error
        return found if isinstance(found, dict) else {}

    def full_clean(self) -> None:
        super().full_clean()
        if private_parts.find(self.data.get("options", "")).names:
            self.data = {**self.data.dict(), "options": ""}  # type: ignore[attr-defined]  # QueryDict

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("api") and not data.get("audience"):
            text = _("Forventet et API eller en mottaker. Fant ingen av delene. Velg én.")
            self.add_error("audience", text)
        fault = self.wanted
        if fault and fault.is_for_bound and not self.takes_dpop:
            text = _("Forventet en feil som passer. API-et bruker ikke DPoP. Velg en annen feil.")
            self.add_error("fault" if data.get("fault") else "preset", text)
        return data

    def parameters(self) -> TestTokenParameters:
        """Return what a valid form asks for, as the service would be asked."""
        data, api = self.cleaned_data, self.chosen
        asked: dict[str, Any] = {
            "audience": api.short_name if api else data["audience"],
            "createDPoPTokenWithDPoPProof": self.takes_dpop,
            "dPoPProofParameters": {
                "htuClaimValue": self.address.partition("?")[0],
                "htmClaimValue": data["method"],
            },
            "createTillitsrammeverkClaims": data["has_care"],
        }
        if data["has_user"]:
            asked["userClaimsParametersGeneration"] = 3
        if data["seconds"]:
            asked["expirationParameters"] = {"expirationTimeInSeconds": data["seconds"]}
        return TestTokenParameters.model_validate(merged(asked, data["options"]))


def merged(asked: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return `asked` with what was written besides, group by group, whatever case names are in."""
    known = {name.lower(): name for name in asked}
    found = dict(asked)
    for name, value in json.loads(json.dumps(more)).items():
        own = known.get(name.lower(), name)
        before = found.get(own)
        if isinstance(before, dict) and isinstance(value, dict):
            found[own] = merged(before, value)
        else:
            found[own] = value
    return found
