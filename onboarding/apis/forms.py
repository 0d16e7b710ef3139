"""Forms that describe APIs. Spelling and uniqueness are the services' to judge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.apis.states import Dpop
from onboarding.core.forms import LineField, ProseField
from onboarding.core.options import Option

DPOP = [
    (
        Dpop.REQUIRED,
        Option(
            Dpop.REQUIRED.label,
            hint=_("Tokenet er bundet til klientens nøkkel og er uten verdi for andre."),
            tag=_("Anbefalt"),
        ),
    ),
    (
        Dpop.ALLOWED,
        Option(Dpop.ALLOWED.label, hint=_("Klienten velger. Et tapt token kan misbrukes.")),
    ),
    (
        Dpop.NONE,
        Option(Dpop.NONE.label, hint=_("Bare for API-er som ikke kan kontrollere DPoP-bevis.")),
    ),
]


class DescribeApi(forms.Form):
    name = LineField(
        label=_("Navn"),
        max_length=100,
        help_text=_("Slik leverandører finner API-et, som i Meldingstjener REST API."),
    )
    description = ProseField(
        label=_("Beskrivelse"),
        required=False,
        max_length=2000,
        help_text=_("Hva API-et gir, og hvem det er for."),
    )
    dpop = forms.ChoiceField(
        label=_("DPoP"), choices=DPOP, widget=forms.RadioSelect, initial=Dpop.REQUIRED
    )
    test_url = forms.CharField(
        label=_("Adresse for tokentest"),
        required=False,
        max_length=500,
        help_text=_("En ufarlig GET som tokentester kan kalle. Adressen må begynne med https://."),
    )


class ChangeApi(DescribeApi):
    """Knows when the API that it started from was last changed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)

    @classmethod
    def filled(cls, api: Api, data: Any) -> ChangeApi:
        """Return the form for an API as it is, or with what was sent."""
        known = {name: getattr(api, name) for name in DescribeApi.base_fields}
        return cls(data, initial=known | {"seen": api.changed_at.isoformat()})


class NewApi(DescribeApi):
    short_name = forms.CharField(
        label=_("Kortnavn"),
        max_length=100,
        help_text=_(
            "Mottakeren (aud) i tokener, som i nhn:cp-api. Navnene på scopene begynner med "
            "kortnavnet og en skråstrek. Kortnavnet kan ikke endres etterpå."
        ),
    )
    field_order = ("name", "short_name")


class ChangeScope(forms.Form):
    description = LineField(
        label=_("Beskrivelse"),
        required=False,
        max_length=300,
        help_text=_("Hva scopet gir rett til."),
    )
    needs_approval = forms.BooleanField(
        label=_("API-eier må godkjenne hver klient"),
        required=False,
        help_text=_(
            "Da kommer det en tilgangsforespørsel for hver klient som velger scopet. "
            "Forespørsler som alt venter, må dere fortsatt svare på."
        ),
    )

    is_sensitive = forms.BooleanField(
        label=_("Scopet er sensitivt"),
        required=False,
        help_text=_(
            "Da må to saksbehandlere godkjenne hvert klientsystem som vil ha det i produksjon."
        ),
    )

    @classmethod
    def filled(cls, scope: Scope, data: Any) -> ChangeScope:
        """Return the form for a scope as it is, or with what was sent."""
        known = {name: getattr(scope, name) for name in ChangeScope.base_fields}
        return cls(data, initial=known)


class NewScope(ChangeScope):
    name = forms.CharField(label=_("Navn på scope"), max_length=200)
    field_order = ("name",)

    @classmethod
    def for_api(cls, api: Api, data: Any) -> NewScope:
        """Return the form with the beginning that every scope of the API has."""
        form = cls(data, initial={"name": f"{api.short_name}/"})
        form.fields["name"].help_text = _("Begynner med %(prefix)s") % {
            "prefix": f"{api.short_name}/"
        }
        return form


class ChangeClaim(forms.Form):
    label = LineField(
        label=_("Ledetekst"),
        max_length=100,
        help_text=_("Slik spørsmålet vises for den som lager en klientkonfigurasjon."),
    )
    help_text = LineField(
        label=_("Forklaring"),
        required=False,
        max_length=300,
        help_text=_("Hvor verdien finnes, og hvordan den skrives."),
    )
    is_required = forms.BooleanField(label=_("Må fylles ut"), required=False, initial=True)

    @classmethod
    def filled(cls, claim: ApiClaim, data: Any) -> ChangeClaim:
        """Return the form for a claim as it is, or with what was sent."""
        known = {name: getattr(claim, name) for name in cls.base_fields}
        return cls(data, initial=known)


class NewClaim(ChangeClaim):
    claim_type = forms.CharField(
        label=_("Navn på claim"),
        max_length=200,
        help_text=_("Slik det står i tokenet, som i nhn:vkp/client/claims/vkp-id."),
    )
    field_order = ("claim_type",)
