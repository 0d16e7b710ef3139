"""The form of one item of a draft: every member of its block, as plain fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.checklists.items import LANGUAGES
from onboarding.checklists.states import Applies, Group, Kind, Need, Verdict
from onboarding.core.forms import LineField, ProseField

_TEXTS: Final = ("requirement", "why", "fix")
_LINES: Final = ("own_choice", "proof", "evidence")
_RULE: Final = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
_PARTS: Final = ("key", "verdict", *LANGUAGES)
# Which field tells of a member that several fields make up.
FIRST_FIELD: Final = {name: f"{name}_nb" for name in _TEXTS} | {
    "rule": "rule_pass",
    "source": "source",
}


def _prose(label: Any, rows: int = 2, *, required: bool = True, help_text: Any = "") -> ProseField:
    area = forms.Textarea(attrs={"rows": rows})
    return ProseField(
        label=label, widget=area, max_length=1000, required=required, help_text=help_text
    )


class EditItem(forms.Form):
    """One item. `initial` comes from initial_of, what the form says from `block`."""

    id = LineField(
        label=gettext_lazy("Nummer"),
        max_length=3,
        help_text=gettext_lazy("En stor bokstav og to siffer, for eksempel A07."),
    )
    group = forms.ChoiceField(label=gettext_lazy("Gruppe"), choices=Group.choices)
    applies = forms.MultipleChoiceField(
        label=gettext_lazy("Gjelder"), choices=Applies.choices, widget=forms.CheckboxSelectMultiple
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Hvem avklarer"), choices=Kind.choices, widget=forms.RadioSelect
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("Portalen trenger"),
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Bare for punkter som portalen dokumenterer."),
    )
    fallback = forms.ChoiceField(
        label=gettext_lazy("Der portalen ikke kan"),
        choices=[("", gettext_lazy("Ingen")), *Kind.choices[1:]],
        required=False,
    )
    requirement_nb = _prose(gettext_lazy("Krav, bokmål"))
    requirement_en = _prose(gettext_lazy("Krav, engelsk"))
    why_nb = _prose(gettext_lazy("Hvorfor, bokmål"))
    why_en = _prose(gettext_lazy("Hvorfor, engelsk"))
    fix_nb = _prose(gettext_lazy("Slik retter du det, bokmål"))
    fix_en = _prose(gettext_lazy("Slik retter du det, engelsk"))
    source = _prose(
        gettext_lazy("Kilder"), 3, help_text=gettext_lazy("Én på hver linje, med avsnitt.")
    )
    own_choice = _prose(
        gettext_lazy("Vårt eget valg"),
        required=False,
        help_text=gettext_lazy("Det ingen kilde sier. Tomt der regelen ikke legger noe til."),
    )
    proof = _prose(gettext_lazy("Målt på"))
    rule_pass = _prose(gettext_lazy("Oppfylt når"))
    rule_warn = _prose(gettext_lazy("Anmerkning når"), required=False)
    rule_fail = _prose(gettext_lazy("Ikke oppfylt når"), required=False)
    evidence = _prose(gettext_lazy("Dokumentasjon"))
    answers = _prose(
        gettext_lazy("Svar"),
        5,
        required=False,
        help_text=gettext_lazy(
            "Ett på hver linje: nøkkel | pass, warn eller fail | bokmål | engelsk."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_answers(self) -> list[dict[str, str]]:
        found = []
        for line in self.cleaned_data["answers"].splitlines():
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != len(_PARTS) or not all(parts):
                raise forms.ValidationError(
                    _("Forventet fire deler med | mellom. Fant «%(line)s».") % {"line": line}
                )
            found.append(dict(zip(_PARTS, parts, strict=True)))
        return found

    def block(self) -> dict[str, Any]:
        """Return the item that a valid form describes, without what it leaves empty."""
        given = self.cleaned_data
        rule = {verdict.value: given[f"rule_{verdict.value}"] for verdict in _RULE}
        block: dict[str, Any] = {
            "id": given["id"],
            "group": given["group"],
            "applies": given["applies"],
            "kind": given["kind"],
            "needs": given["needs"],
            "fallback": given["fallback"],
            "source": given["source"].splitlines(),
            "rule": {verdict: text for verdict, text in rule.items() if text},
            "answers": given["answers"],
        }
        block |= {name: given[name] for name in _LINES}
        for name in _TEXTS:
            block[name] = {language: given[f"{name}_{language}"] for language in LANGUAGES}
        return {name: value for name, value in block.items() if value}


def initial_of(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields hold for an item."""
    found = {name: block.get(name, "") for name in ("id", "group", "kind", "fallback", *_LINES)}
    found |= {name: block.get(name, []) for name in ("applies", "needs")}
    found["source"] = "\n".join(block.get("source", []))
    for name in _TEXTS:
        found |= {f"{name}_{language}": block[name][language] for language in LANGUAGES}
    for verdict in _RULE:
        found[f"rule_{verdict.value}"] = block["rule"].get(verdict.value, "")
    answers = block.get("answers", [])
    found["answers"] = "\n".join(" | ".join(row[part] for part in _PARTS) for row in answers)
    return found
