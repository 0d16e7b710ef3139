"""What either side types into a case. Whether it may be done is the services' to judge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from onboarding.accounts.models import User
from onboarding.core.forms import LineField, ProseField
from onboarding.promotion.models import Case
from onboarding.promotion.queries.items import Row
from onboarding.promotion.reasons import REASONS
from onboarding.promotion.states import Risk, Turn
from onboarding.systems.states import UriKind

ADDRESSES = forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"})


class Answer(forms.Form):
    """The supplier's answer to one item: a choice where there is one, and what stands behind it."""

    text = ProseField(
        label=_("Hvor kan vi se det?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Fil og linje, innstilling eller dokument. Aldri nøkler eller passord."),
    )

    @classmethod
    def of(cls, row: Row, data: Any = None) -> Answer:
        """Return the form for an item as it is answered, or with what was sent."""
        known = row.answer
        form = cls(
            data,
            initial={"text": known.text, "choice": known.choice} if known else None,
            prefix=row.key,
        )
        choices = [(choice.key, str(choice.text)) for choice in row.result.item.spec.answers]
        if choices and not row.is_judged:
            form.fields["choice"] = forms.ChoiceField(
                label=_("Svar"), choices=choices, widget=forms.RadioSelect
            )
            form.order_fields(["choice", "text"])
        return form

    def clean(self) -> dict[str, Any]:
        return {"choice": "", "text": ""} | (super().clean() or {})


class Comment(forms.Form):
    """One line for a thread. The token makes a double click one comment."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    text = ProseField(
        label=_("Kommentar"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    @classmethod
    def to(cls, item: str, data: Any = None) -> Comment:
        return cls(data, initial={"token": uuid4()}, prefix=f"comment-{item or 'case'}")


class Addresses(forms.Form):
    """Where production sends people back to: test's own addresses do not go along."""

    redirect_uris = forms.CharField(
        label=_("Returadresser i produksjon"),
        required=False,
        widget=ADDRESSES,
        help_text=_("Én på hver linje. https, og hele adressen."),
    )
    post_logout_uris = forms.CharField(
        label=_("Returadresser etter utlogging i produksjon"),
        required=False,
        widget=ADDRESSES,
        help_text=_("Én på hver linje."),
    )

    @classmethod
    def of(cls, case: Case, data: Any = None) -> Addresses:
        def lines(kind: UriKind) -> str:
            return "\n".join(row.uri for row in case.uris.order_by("pk") if row.kind == kind)

        known = {
            "redirect_uris": lines(UriKind.REDIRECT),
            "post_logout_uris": lines(UriKind.POST_LOGOUT),
        }
        return cls(data, initial=known)

    def clean_redirect_uris(self) -> list[str]:
        return str(self.cleaned_data["redirect_uris"]).splitlines()

    def clean_post_logout_uris(self) -> list[str]:
        return str(self.cleaned_data["post_logout_uris"]).splitlines()


class TestAddress(forms.Form):
    """Of an API: what token tests may call in production."""

    __test__ = False  # no test case, whatever pytest makes of the name
    test_url = forms.CharField(
        label=_("Adresse for tokentest i produksjon"),
        required=False,
        max_length=500,
        help_text=_("En ufarlig GET som tokentester kan kalle. Adressen må begynne med https://."),
    )

    @classmethod
    def of(cls, case: Case, data: Any = None) -> TestAddress:
        return cls(data, initial={"test_url": case.test_url})


class Judge(forms.Form):
    """What a reviewer says of an item that no machine can see."""

    verdict = forms.ChoiceField(
        label=_("Din vurdering"),
        choices=[("pass", _("I orden")), ("warn", _("Merknad")), ("fail", _("Ikke i orden"))],
        widget=forms.RadioSelect,
    )
    note = ProseField(
        label=_("Begrunnelse"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @classmethod
    def of(cls, row: Row, data: Any = None) -> Judge:
        known = row.judgement
        initial = {"verdict": known.verdict, "note": known.note} if known else None
        return cls(data, initial=initial, prefix=f"judge-{row.key}")


class SetCondition(forms.Form):
    """On what an unmet item is let through."""

    due_on = forms.DateField(
        label=_("Frist"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = ProseField(
        label=_("Hvorfor avviket kan godtas"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    risk = ProseField(
        label=_("Risiko"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @classmethod
    def of(cls, row: Row, data: Any = None) -> SetCondition:
        """Return the form; a remark has a date only."""
        known = row.condition
        fields = ("due_on", "reason", "risk")
        initial = {name: getattr(known, name) for name in fields} if known else None
        form = cls(data, initial=initial, prefix=f"condition-{row.key}")
        if not row.is_failed:
            del form.fields["reason"], form.fields["risk"]
        return form

    def clean(self) -> dict[str, Any]:
        return {"reason": "", "risk": ""} | (super().clean() or {})


class Decide(forms.Form):
    """A yes or a no to exactly what was shown: `seen` is its digest."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    outcome = forms.ChoiceField(label=_("Vedtak"), widget=forms.RadioSelect)
    codes = forms.MultipleChoiceField(
        label=_("Grunner"),
        required=False,
        choices=[(code, reason.label) for code, reason in REASONS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Minst én når du avslår eller ber om endringer."),
    )
    message = ProseField(
        label=_("Melding til leverandøren"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Fylles ut fra grunnene. Du kan endre den."),
    )

    @classmethod
    def offering(cls, outcomes: Iterable[tuple[str, Any]], seen: str, data: Any = None) -> Decide:
        form = cls(data, initial={"seen": seen})
        form.offer(outcomes)
        return form

    def offer(self, outcomes: Iterable[tuple[str, Any]]) -> None:
        """Let these be the decisions to choose from, the first one chosen."""
        choices = list(outcomes)
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.initial["outcome"] = choices[0][0] if choices else ""

    def shown_again(self, *, seen: str, message: str | None = None) -> None:
        """Keep what was typed, but bind it to what is shown now, and perhaps fill the message."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = seen
        if message is not None:
            data["message"] = message
        self.data = data


class HandOver(forms.Form):
    to = forms.ChoiceField(label=_("Gi saken videre til"))

    @classmethod
    def among(cls, people: Iterable[User], data: Any = None) -> HandOver:
        form = cls(data)
        form.fields["to"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (str(person.pk), person.name) for person in people
        ]
        return form


class Look(forms.Form):
    note = ProseField(
        label=_("Hva du så"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class Queue(forms.Form):
    """What the queue is narrowed by."""

    use_required_attribute = False
    turn = forms.ChoiceField(
        label=_("Tur"),
        required=False,
        choices=[
            (Turn.REVIEWER, _("Vår")),
            ("mine", _("Mine")),
            (Turn.SUPPLIER, _("Leverandørens")),
            ("look", _("Etterkontroll")),
            ("all", _("Alle")),
        ],
    )
    risk = forms.ChoiceField(
        label=_("Risiko"), required=False, choices=[("", _("Alle")), *Risk.choices]
    )
    days = forms.TypedChoiceField(
        label=_("Alder"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("Alle")),
            ("1", _("Minst ett døgn")),
            ("3", _("Minst tre døgn")),
            ("7", _("Minst en uke")),
        ],
    )
    supplier = LineField(label=_("Leverandør eller fagsystem"), required=False, max_length=100)
