"""Which rule proves which item, and what stands in the way of judging by traffic. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from onboarding.checklists.facts import ENOUGH, FEW, Facts, Finding, ids, share_text
from onboarding.checklists.items import Spec
from onboarding.checklists.rules import (
    api,
    authentication,
    dpop,
    login,
    operations,
    organisation,
    protocol,
    secrets,
    tokens,
)
from onboarding.checklists.states import Applies, Need, Verdict

Judge = Callable[[Facts], Finding]


@dataclass(frozen=True)
class Rule:
    """How the portal proves an item.

    `judge` None: nothing here can prove it yet, but `excluded` may still rule it out: it returns
    why the item does not concern the subject, or "". `by_requests` rules need enough token
    requests; `by_traffic` ones a period that holds, whose rows are all there.
    """

    judge: Judge | None = None
    by_requests: bool = True
    by_traffic: bool = True
    excluded: Callable[[Facts], str] = lambda facts: ""


def _registers(judge: Judge, excluded: Callable[[Facts], str] = lambda facts: "") -> Rule:
    """A rule over what is registered now, not over traffic."""
    return Rule(judge, by_requests=False, by_traffic=False, excluded=excluded)


RULES: Final[dict[str, Rule]] = {
    "P05": Rule(protocol.scopes_used),
    "A01": Rule(authentication.algorithms),
    "A02": Rule(authentication.audience),
    "A03": Rule(authentication.life),
    "A04": Rule(authentication.fresh),
    "A05": Rule(authentication.header),
    "A06": Rule(authentication.exceptions),
    "D01": Rule(dpop.bound, excluded=dpop.not_used),
    "D02": Rule(dpop.nonces, excluded=dpop.not_used),
    "D03": Rule(dpop.proofs, excluded=dpop.not_used),
    "D04": Rule(dpop.calls, by_requests=False, excluded=dpop.not_used),
    "T01": Rule(tokens.cached, excluded=tokens.not_asked_for),
    "K01": _registers(secrets.strength),
    "K02": _registers(secrets.proved),
    "K03": Rule(secrets.separate),
    "K04": _registers(secrets.origin),
    "K06": _registers(secrets.changed),
    "L06": _registers(login.redirects),
    "L07": Rule(excluded=login.no_refresh),
    "V01": _registers(api.signature),
    "V02": _registers(api.addressed),
    "V03": _registers(api.scope),
    "V04": _registers(api.binding, dpop.not_used),
    "V05": _registers(api.answers),
    "O01": Rule(operations.clock),
    "O02": Rule(operations.patience),
    "O03": _registers(operations.warned),
    "M01": Rule(organisation.details),
    "M02": Rule(organisation.delegated),
    "U05": _registers(operations.follows),
}


def prove(spec: Spec, facts: Facts) -> Finding:
    """Return what the portal can say about an item; no verdict where the fallback decides."""
    rule = RULES.get(spec.key)
    if rule is None:
        return Finding(None, "")
    if reason := rule.excluded(facts):
        return Finding(Verdict.NOT_APPLICABLE, reason)
    if rule.judge is None:
        return Finding(None, "")
    if lacking := set(spec.needs) - facts.available:
        said = _("Portalen har ingen trafikk å dokumentere punktet med.")
        return Finding(None, said if Need.TRACE in lacking else "")
    if not facts.clients and Applies.ALWAYS not in spec.applies:
        return Finding(
            Verdict.OPEN,
            _("Velg en klient i test som er laget av denne versjonen. Da begynner målingen."),
        )
    if not rule.by_traffic:
        return rule.judge(facts)
    found = _barrier(rule, facts) or rule.judge(facts)
    if found.rows:
        return found
    # What was counted can be looked at, also where nothing about it is wrong.
    return replace(found, rows=ids(facts.calls if rule.judge is dpop.calls else facts.requests))


def weigh(key: str, verdict: Verdict | None, facts: Facts, beside: Finding) -> Finding:
    """Return what a supplier's answer comes to, seen beside what the portal knows."""
    if verdict is None:
        why = f"{beside.why} {_('Leverandøren har ikke svart.')}".strip()
        return replace(beside, verdict=Verdict.OPEN, why=why)
    is_known = Need.RECORDS in facts.available and facts.records is not None
    if key == "U03" and verdict == Verdict.PASS and is_known:
        return operations.incidents(facts)
    return replace(beside, verdict=verdict, why=_("Etter svaret fra leverandøren."))


def _barrier(rule: Rule, facts: Facts) -> Finding | None:
    """What keeps the traffic from being judged: no period, a stale one, lost rows, too few."""
    period, counts = facts.period, {"requests": len(facts.answered)}
    if period is None:
        return Finding(Verdict.OPEN, _("Måleperioden er ikke begynt."))
    if period.is_other:
        why = _("Oppsettet er endret siden målingen. En ny måleperiode begynner av seg selv.")
        return Finding(Verdict.STALE, why, counts)
    if period.is_over:
        why = _("Målingen er eldre enn 30 dager. Begynn en ny måleperiode og kjør klienten.")
        return Finding(Verdict.STALE, why, counts)
    if facts.dropped:
        why = _(
            "Klienten har sendt så mange forespørsler på en dag at noen ikke er lagret. "
            "Begynn en ny måleperiode i morgen."
        )
        return Finding(Verdict.OPEN, why, counts)
    if rule.by_requests and not facts.is_enough:
        return Finding(Verdict.OPEN, _missing(facts), counts | {"needed": ENOUGH})
    return None


def _missing(facts: Facts) -> str:
    return _(
        "%(share)s tokenforespørsler er sett. Det trengs %(enough)d, eller %(few)d over sju dager."
    ) % {
        "share": share_text(len(facts.answered), ENOUGH),
        "enough": ENOUGH,
        "few": FEW,
    }
