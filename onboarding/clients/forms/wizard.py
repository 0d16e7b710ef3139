"""The questions of «Ny klientkonfigurasjon». Field names are those of the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.apis.models import ApiClaim
from onboarding.clients.queries.offers import OfferedApi, OfferedScope
from onboarding.clients.services.configurations import CLAIM_LENGTH, field
from onboarding.clients.states import Access
from onboarding.core import formats
from onboarding.core.forms import LineField
from onboarding.core.options import Option
from onboarding.suppliers.models import Organization


class ChooseOrganization(forms.Form):
    """Whose client it will be."""

    organization_id = forms.TypedChoiceField(
        label=gettext_lazy("Virksomhet"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Velg en virksomhet."),
            "invalid_choice": gettext_lazy("Velg en av virksomhetene i listen."),
        },
    )

    def __init__(self, organizations: Iterable[Organization], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization_id"].choices = [  # type: ignore[attr-defined]  # a choice field
            (organization.pk, Option(organization.name, formats.org_number(organization.number)))
            for organization in organizations
        ]


class ChooseSystem(forms.Form):
    """Which client system the client is made from: the id is in the button pressed."""

    system_id = forms.UUIDField(
        label=gettext_lazy("Fagsystem"),
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Velg et fagsystem."),
            "invalid": gettext_lazy("Velg et av fagsystemene i listen."),
        },
    )


class ChooseScopes(forms.Form):
    """What the client shall have, of what the client system offers."""

    scope_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Scopes"),
        coerce=UUID,
        required=False,  # the service says what is missing, and knows when nothing is
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy(
                "Et av scopene tilbys ikke av fagsystemet. Velg på nytt."
            )
        },
    )
    use_required_attribute = False

    def __init__(self, apis: Iterable[OfferedApi], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.apis = list(apis)
        # Flat, so that the error summary finds the first box; the page shows them by API.
        self.fields["scope_ids"].choices = [  # type: ignore[attr-defined]  # a choice field
            _scope_choice(offered, scope) for offered in self.apis for scope in offered.scopes
        ]

    def groups(self) -> list[tuple[OfferedApi, list[BoundWidget]]]:
        """Return each API with its boxes."""
        boxes = iter(self["scope_ids"].subwidgets)
        return [(offered, [next(boxes) for _ in offered.scopes]) for offered in self.apis]


class FillClaims(forms.Form):
    """The API-specific claims: a field for each, named by `services.configurations.field`."""

    def __init__(self, claims: Iterable[ApiClaim], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claims = list(claims)
        for claim in self.claims:
            self.fields[field(claim.pk)] = LineField(
                label=claim.label,
                help_text=_("Blir med til %(api)s som %(claim)s. %(help)s")
                % {"api": claim.api.name, "claim": claim.claim_type, "help": claim.help_text},
                required=claim.is_required,
                max_length=CLAIM_LENGTH,
                error_messages={"required": _("Fyll ut %(label)s.") % {"label": claim.label}},
            )

    def values(self) -> dict[UUID, str]:
        """Return what a valid form holds, by the id of the claim."""
        return {claim.pk: self.cleaned_data[field(claim.pk)] for claim in self.claims}


def _scope_choice(offered: OfferedApi, scope: OfferedScope) -> tuple[UUID, Option]:
    owner = offered.api.organization.name
    said = (
        _("%(owner)s må godkjenne det først.") % {"owner": owner}
        if scope.access == Access.PENDING
        else _("Klar til bruk med en gang.")
    )
    described = scope.row.scope.description.rstrip(". ")
    hint = f"{described}. {said}" if described else said
    tag = scope.row.get_selection_display() if scope.preselected else ""
    return scope.row.scope_id, Option(scope.row.scope.name, hint, tag)
