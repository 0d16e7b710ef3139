"""What the page of a subject's evidence shows: items by group, with what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onboarding.checklists.items import Spec
from onboarding.checklists.queries.evaluation import ItemResult
from onboarding.checklists.states import UNDECIDED, Group, Kind, Verdict
from onboarding.core import formats

# In the order in which they want to be seen.
ORDER = (Verdict.FAIL, Verdict.STALE, Verdict.WARN, Verdict.OPEN, Verdict.PASS)
_STATES = {
    Verdict.PASS: "ok",
    Verdict.WARN: "warn",
    Verdict.FAIL: "fail",
    Verdict.STALE: "warn",
    Verdict.NOT_APPLICABLE: "none",
}
# What the counts of a result are called.
COUNTS = {
    "battery": gettext_lazy("Utgave av API-sjekken"),
    "tried": gettext_lazy("Forsøk som gjelder punktet"),
    "let_in": gettext_lazy("Sluppet inn"),
    "silent": gettext_lazy("Uten WWW-Authenticate som den skal være"),
    "leaks": gettext_lazy("Røpet noe"),
    "requests": gettext_lazy("Tokenforespørsler"),
    "needed": gettext_lazy("Trengs"),
    "given": gettext_lazy("Scopes som er gitt"),
    "unused": gettext_lazy("Scopes som ikke er brukt"),
    "without_scope": gettext_lazy("Forespørsler uten scope"),
    "algorithms": gettext_lazy("Per algoritme"),
    "audiences": gettext_lazy("Per mottaker"),
    "smallest": gettext_lazy("Minste (sekunder)"),
    "median": gettext_lazy("Median (sekunder)"),
    "largest": gettext_lazy("Største (sekunder)"),
    "too_long": gettext_lazy("For lenge"),
    "nonce_rounds": gettext_lazy("Runder med nonce"),
    "repeated": gettext_lazy("Brukt om igjen"),
    "types": gettext_lazy("Per typ"),
    "on": gettext_lazy("Testunntak som er på"),
    "dpop": gettext_lazy("Per DPoP"),
    "rounds": gettext_lazy("Runder med nonce"),
    "unanswered": gettext_lazy("Uten svar"),
    "longest_run": gettext_lazy("Flest på rad"),
    "forgotten": gettext_lazy("Glemte nonce"),
    "share": gettext_lazy("Andel"),
    "proofs": gettext_lazy("DPoP-bevis"),
    "calls": gettext_lazy("API-kall"),
    "schemes": gettext_lazy("Per skjema"),
    "tokens": gettext_lazy("Tokener"),
    "early": gettext_lazy("Hentet for tidlig"),
    "instances": gettext_lazy("Programmer i parallell"),
    "groups": gettext_lazy("Tokener per gruppe"),
    "keys": gettext_lazy("Nøkler"),
    "unproved": gettext_lazy("Ikke verifisert"),
    "shared_keys": gettext_lazy("Nøkler som andre har"),
    "jkts": gettext_lazy("Nøkler for DPoP"),
    "shared_jkts": gettext_lazy("DPoP-nøkler som andre bruker"),
    "origins": gettext_lazy("Per opphav"),
    "changes": gettext_lazy("Nøkkelbytter"),
    "tokens_old": gettext_lazy("Tokener med den gamle nøkkelen"),
    "tokens_new": gettext_lazy("Tokener med den nye nøkkelen"),
    "refused": gettext_lazy("Avvist"),
    "addresses": gettext_lazy("Returadresser"),
    "loose": gettext_lazy("Ikke nøyaktige"),
    "shared_hosts": gettext_lazy("Felles med produksjon"),
    "slowed": gettext_lazy("Bedt om å vente (429 og 503)"),
    "software_version": gettext_lazy("Versjon av programvaren"),
    "days": gettext_lazy("Døgn siden måleperioden begynte"),
    "fewer_scopes": gettext_lazy("Fikk færre scopes enn det ba om"),
    "asked_the_same": gettext_lazy("Ba om det samme igjen etterpå"),
    "with_own_token": gettext_lazy("Virksomheter med egne tokener"),
    "undelegated": gettext_lazy("Virksomheter som ikke har delegert"),
    "undelegated_requests": gettext_lazy("Forespørsler for dem"),
    "busiest_minute": gettext_lazy("Flest avviste på ett minutt"),
    "too_early": gettext_lazy("Før ventetiden var over"),
    "endless": gettext_lazy("Gjelder for lenge"),
    "contacts": gettext_lazy("Kontaktpunkter"),
    "security_contacts": gettext_lazy("Kontakter for sikkerhetshendelser"),
    "followers": gettext_lazy("Følger endringsvarsler"),
    "unacknowledged": gettext_lazy("Venter på kvittering"),
    "details": gettext_lazy("Per form"),
    "organisations": gettext_lazy("Virksomheter"),
}
_OPEN = {Kind.PORTAL: "run", Kind.SUPPLIER: "you", Kind.REVIEWER: "wait"}


class Line(NamedTuple):
    """One item: its result, the key of its icon, and the word for how it stands."""

    result: ItemResult
    state: str
    word: str


class Section(NamedTuple):
    """A group of items, with the state that its heading tells."""

    group: str
    lines: list[Line]
    state: str
    word: str
    is_open: bool


@dataclass(frozen=True)
class Overview:
    """All items of a subject. `proved` counts those that the portal has settled by itself."""

    sections: list[Section]
    proved: int
    provable: int
    total: int
    tally: list[tuple[str, int, str]]


def overview(results: Sequence[ItemResult]) -> Overview:
    """Return the results by group. No queries."""
    lines = [line(result) for result in results]
    portal = [result for result in results if result.kind == Kind.PORTAL]
    return Overview(
        sections=[section for group in Group if (section := _section(group, lines))],
        proved=sum(result.verdict not in UNDECIDED for result in portal),
        provable=len(portal),
        total=len(results),
        tally=_tally(results),
    )


def line(result: ItemResult) -> Line:
    """Return one item as a page shows it."""
    if result.verdict == Verdict.OPEN:
        return Line(result, _OPEN[result.kind], _word(result.kind))
    return Line(result, _STATES[result.verdict], str(result.verdict.label))


class Described(NamedTuple):
    """An item as a reader sees it: answers and rule with the key of the icon of each verdict."""

    spec: Spec
    answers: list[tuple[str, str, str]]
    rule: list[tuple[str, str, str]]


def described(spec: Spec) -> Described:
    """Return what an item says, for a page."""
    return Described(
        spec,
        [(_STATES[each.verdict], str(each.verdict.label), str(each.text)) for each in spec.answers],
        [(_STATES[verdict], str(verdict.label), text) for verdict, text in spec.rule],
    )


def counted(counts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the counts of a result in words."""
    return [(str(COUNTS.get(name, name)), _value(name, value)) for name, value in counts.items()]


def _value(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {count}" for key, count in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if name == "share":
        return f"{round(float(value) * 100)} %"
    return formats.number(value) if isinstance(value, int) else str(value)


def _word(kind: Kind) -> str:
    words = {
        Kind.PORTAL: _("Mangler grunnlag"),
        Kind.SUPPLIER: _("Besvares av dere"),
        Kind.REVIEWER: _("Vurderes av saksbehandler"),
    }
    return words[kind]


def _section(group: Group, lines: list[Line]) -> Section | None:
    mine = [each for each in lines if each.result.item.spec.group == group]
    if not mine:
        return None
    verdicts = Counter(each.result.verdict for each in mine)
    for verdict, state in ((Verdict.FAIL, "fail"), (Verdict.STALE, "warn"), (Verdict.WARN, "warn")):
        if verdicts[verdict]:
            is_open = verdict != Verdict.WARN
            word = _count(verdict, verdicts)
            return Section(str(group.label), mine, state, word, is_open)
    settled = len(mine) - verdicts[Verdict.OPEN]
    word = _("%(settled)d av %(total)d avklart") % {"settled": settled, "total": len(mine)}
    return Section(str(group.label), mine, "ok" if settled == len(mine) else "none", word, False)


def _count(verdict: Verdict, verdicts: Counter[Verdict]) -> str:
    count = verdicts[verdict]
    words = {
        Verdict.FAIL: ngettext("%(count)d ikke oppfylt", "%(count)d ikke oppfylt", count),
        Verdict.STALE: ngettext("%(count)d utdatert", "%(count)d utdaterte", count),
        Verdict.WARN: ngettext("%(count)d anmerkning", "%(count)d anmerkninger", count),
    }
    return words[verdict] % {"count": count}


def _tally(results: Sequence[ItemResult]) -> list[tuple[str, int, str]]:
    """What the legend counts: state, how many, and the words."""
    verdicts = Counter(result.verdict for result in results)
    settled = [
        (_STATES[verdict], verdicts[verdict], str(verdict.label).lower())
        for verdict in (Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.STALE)
    ]
    kinds = Counter(result.kind for result in results if result.verdict == Verdict.OPEN)
    waiting = [
        ("run", kinds[Kind.PORTAL], _("mangler grunnlag")),
        ("you", kinds[Kind.SUPPLIER], _("besvares av dere")),
        ("wait", kinds[Kind.REVIEWER], _("vurderes av saksbehandler")),
    ]
    return [row for row in settled + waiting if row[1]]
