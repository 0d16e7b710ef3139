"""The steps of a client system, and the search for one. Each form only parses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Self
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from onboarding.apis.models import Api, Scope
from onboarding.core.forms import LineField
from onboarding.core.options import Option
from onboarding.systems import uris
from onboarding.systems.content import FIELDS, ChosenScope, Content
from onboarding.systems.models import RevisionScope
from onboarding.systems.states import (
    Algorithm,
    ApplicationType,
    Selection,
    Step,
    Tag,
    Tenancy,
)


class Search(forms.Form):
    use_required_attribute = False
    q = forms.CharField(label=_("Søk etter klientsystem"), required=False, max_length=100)


class NewSystem(forms.Form):
    name = LineField(
        label=_("Navn på fagsystemet"),
        max_length=100,
        help_text=_("Navnet som kundene kjenner og søker etter."),
    )


class NameAutomationKey(forms.Form):
    name = LineField(
        label=_("Navn på nøkkelen"),
        max_length=100,
        help_text=_("Hvor den skal brukes, for eksempel «Installasjonsprogrammet 4.2»."),
    )


class NewPackage(forms.Form):
    """A name, and which of the scopes that the client system offers; all pre-selected at first."""

    name = LineField(
        label=_("Navn på pakken"),
        max_length=100,
        help_text=_("Kunden ser navnet, for eksempel «Legekontor med meldinger»."),
        error_messages={"required": _("Forventet et navn. Feltet er tomt.")},
    )

    def __init__(self, *args: Any, offered: Iterable[RevisionScope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(offered)
        self.fields["scope_ids"] = forms.TypedMultipleChoiceField(
            label=_("Scopes i pakken"),
            choices=[
                (str(row.scope_id), Option(row.scope.name, hint=row.scope.description))
                for row in rows
            ],
            coerce=UUID,
            widget=forms.CheckboxSelectMultiple,
            initial=[str(row.scope_id) for row in rows if row.selection == Selection.PRESELECTED],
            error_messages={"required": _("Velg minst ett scope.")},
        )


class Fresh(forms.Form):
    """A step that knows which answers it started from."""

    step: Step
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    @classmethod
    def filled(cls, content: Content, data: QueryDict | None, **more: Any) -> Self:
        """Return the form for a draft as it is, or with what was sent."""
        known = {name: getattr(content, name, None) for name in cls.base_fields}
        return cls(data, initial=known | {"seen": content.fingerprint(cls.step)}, **more)

    def acknowledge(self, newer: Content) -> None:
        """Let what was typed be sent once more, on top of answers that the page now shows."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["seen"] = newer.fingerprint(self.step)
        self.data = sent

    def proposed(self, newer: Content) -> Content:
        """Return `newer` with the answers that were typed here."""
        typed = {name: self.cleaned_data[name] for name in FIELDS[self.step]}
        return replace(newer, **typed)


class Publish(Fresh):
    """Nothing to fill in: only which answers one has seen."""

    step = Step.CHECK


def _types() -> list[tuple[str, Option]]:
    hints = {
        ApplicationType.SERVER: _("Kjører hos dere, og ingen logger inn i det."),
        ApplicationType.WEB: _("Brukerne åpner det i nettleseren. Nøkkelen ligger på tjeneren."),
        ApplicationType.INSTALLED: _("Kjører hos kunden. Hver kunde har sin egen klient."),
        ApplicationType.MOBILE: _("Kjører på telefonen. Nøkkelen ligger på en tjener hos dere."),
    }
    return [(kind.value, Option(kind.label, hint=hints[kind])) for kind in ApplicationType]


class Basics(Fresh):
    step = Step.BASICS
    name = LineField(
        label=_("Navn på fagsystemet"),
        max_length=100,
        help_text=_("Navnet som kundene kjenner og søker etter."),
    )
    application_type = forms.ChoiceField(
        label=_("Applikasjonstype"),
        choices=_types,
        widget=forms.RadioSelect,
        error_messages={"required": _("Forventet én applikasjonstype. Ingen er valgt.")},
    )
    tags = forms.MultipleChoiceField(
        label=_("Merkelapper"),
        choices=Tag.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Hjelper andre å finne systemet. Velg minst én."),
        error_messages={"required": _("Forventet minst én merkelapp. Ingen er valgt.")},
    )

    def clean_tags(self) -> tuple[str, ...]:
        chosen = self.cleaned_data["tags"]
        return tuple(tag for tag in Tag.values if tag in chosen)


class UriLines(forms.CharField):
    """Addresses, one on each line. Cleans to a tuple."""

    widget = forms.Textarea(attrs={"class": "code", "rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def clean(self, value: Any) -> Any:
        try:
            return uris.lines(super().clean(value))
        except uris.BadUri as error:
            raise forms.ValidationError(str(error)) from error


ALGORITHMS = [
    (_("Anbefalt"), [(name.value, name.label) for name in (Algorithm.PS256, Algorithm.ES384)]),
    (
        _("Like trygge"),
        [
            (name.value, name.label)
            for name in (Algorithm.PS384, Algorithm.PS512, Algorithm.ES256, Algorithm.ES512)
        ],
    ),
    (
        _("Eldre utfylling"),
        [(name.value, name.label) for name in (Algorithm.RS256, Algorithm.RS384, Algorithm.RS512)],
    ),
]


def _tenancies() -> list[tuple[str, Option]]:
    hints = {
        Tenancy.SINGLE: _("Hver virksomhet har sin egen klient."),
        Tenancy.MULTI: _("Én klient henter token for mange virksomheter, etter delegering."),
    }
    return [(kind.value, Option(kind.label, hint=hints[kind])) for kind in Tenancy]


class Authentication(Fresh):
    step = Step.AUTHENTICATION
    machine_to_machine = forms.BooleanField(
        label=_("API-kall"),
        required=False,
        help_text=_("Programvaren henter token selv, uten at noen logger inn."),
    )
    user_login = forms.BooleanField(
        label=_("Brukerpålogging"),
        required=False,
        help_text=_("En person logger inn med HelseID i nettleseren."),
    )
    redirect_uris = UriLines(
        label=_("Returadresser"),
        required=False,
        help_text=_(
            "Hit går nettleseren etter pålogging, og når en kunde har svart på en klientkladd. Én "
            "på hver linje. https://, eller http://localhost med eller uten port."
        ),
    )
    post_logout_uris = UriLines(
        label=_("Returadresser etter utlogging"),
        required=False,
        help_text=_("Hit går nettleseren etter utlogging. Én på hver linje."),
    )
    refresh_tokens = forms.BooleanField(
        label=_("Refresh-token"),
        required=False,
        help_text=_("Gir nye tilgangstokener uten ny pålogging. Krever brukerpålogging."),
    )
    tenancy = forms.ChoiceField(
        label=_("Virksomheter per klient"), choices=_tenancies, widget=forms.RadioSelect
    )
    algorithm = forms.ChoiceField(
        label=_("Algoritme"),
        choices=ALGORITHMS,
        help_text=_(
            "Klientene signerer med denne når de autentiserer seg. PS256 passer de fleste, "
            "ES384 gir kortere nøkler. Velg RS256 bare om biblioteket ditt mangler PS256."
        ),
    )


class Services(Fresh):
    """One choice for each scope of the APIs at hand. Cleans to `selections`."""

    step = Step.SERVICES

    def __init__(
        self,
        data: QueryDict | None,
        *,
        apis: Iterable[Api],
        selections: dict[UUID, str],
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, initial=initial)
        self.apis = list(apis)
        for api in self.apis:
            for scope in api.scopes.all():
                self.fields[f"scope-{scope.pk}"] = _choice(scope, selections.get(scope.pk, ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = {
            UUID(name.removeprefix("scope-")): cleaned[name]
            for name in self.fields
            if name.startswith("scope-") and name in self.data and name in cleaned
        }
        return {"seen": cleaned.get("seen"), "selections": chosen}

    def proposed(self, newer: Content) -> Content:
        names = {scope.pk: scope.name for api in self.apis for scope in api.scopes.all()}
        typed = {names[pk]: chosen for pk, chosen in self.cleaned_data["selections"].items()}
        scopes = {scope.name: scope.selection for scope in newer.scopes} | typed
        kept = sorted(ChosenScope(name, chosen) for name, chosen in scopes.items() if chosen)
        return replace(newer, scopes=tuple(kept))

    def groups(self) -> list[tuple[Api, list[forms.BoundField]]]:
        """Return each API with the fields of its scopes, for the page."""
        return [(api, [self[f"scope-{s.pk}"] for s in api.scopes.all()]) for api in self.apis]


def _choice(scope: Scope, selected: str) -> forms.ChoiceField:
    note = _("API-eier må godkjenne hver klient.") if scope.needs_approval else ""
    description = f"{scope.description.rstrip('.')}." if scope.description else ""
    return forms.ChoiceField(
        label=scope.name,
        choices=[("", _("Ikke med")), *Selection.choices],
        required=False,
        initial=selected,
        help_text=" ".join(str(text) for text in (description, note) if text),
    )
