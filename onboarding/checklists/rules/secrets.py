"""Proof of the items about keys. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.facts import Change, Facts, Finding
from onboarding.checklists.states import Verdict

STRONG: Final = 3072  # bits of an RSA key
RECENT: Final = timedelta(days=180)


def strength(facts: Facts) -> Finding:
    """K01: RSA of 3072 bits or more, or a NIST curve, and no known weakness."""
    if not facts.keys:
        return _no_key()
    kinds = Counter(f"{key.kty} {key.bits}" for key in facts.keys)
    counts = {"keys": dict(sorted(kinds.items()))}
    if any(key.is_weak for key in facts.keys):
        return Finding(Verdict.FAIL, _("En nøkkel er svak. Sperr den og lag en ny."), counts)
    short = sum(key.kty == "RSA" and key.bits < STRONG for key in facts.keys)
    if short:
        why = ngettext(
            "%(count)d RSA-nøkkel er kortere enn 3072 biter.",
            "%(count)d RSA-nøkler er kortere enn 3072 biter.",
            short,
        )
        return Finding(Verdict.WARN, why % {"count": short}, counts)
    return Finding(Verdict.PASS, _("Alle nøklene er sterke nok."), counts)


def proved(facts: Facts) -> Finding:
    """K02: whoever registered a key has shown that they hold its private half."""
    if not facts.keys:
        return _no_key()
    missing = sum(not key.is_proved for key in facts.keys)
    counts = {"keys": len(facts.keys), "unproved": missing}
    if missing:
        why = ngettext(
            "%(count)d nøkkel er ikke verifisert.", "%(count)d nøkler er ikke verifisert.", missing
        )
        return Finding(Verdict.FAIL, why % {"count": missing}, counts)
    return Finding(Verdict.PASS, _("Alle nøklene er verifisert med en signatur."), counts)


def separate(facts: Facts) -> Finding:
    """K03: no other client, in whatever environment, has or uses the same keys."""
    sharing = facts.sharing
    counts = sharing._asdict()
    if sharing.shared_keys or sharing.shared_jkts:
        why = _("Minst én nøkkel brukes også av en annen klient eller i et annet miljø.")
        return Finding(Verdict.FAIL, why, counts)
    why = _("Ingen andre klienter har de samme nøklene, heller ikke for DPoP.")
    return Finding(Verdict.PASS, why, counts)


def origin(facts: Facts) -> Finding:
    """K04: the private half was made where it is used."""
    if not facts.keys:
        return _no_key()
    origins = Counter(key.origin for key in facts.keys)
    counts = {"origins": dict(sorted(origins.items()))}
    if origins["portal"]:
        why = _("Portalen har laget en av nøklene, så den private delen har reist.")
        return Finding(Verdict.WARN, why, counts)
    return Finding(Verdict.PASS, _("Ingen av nøklene er laget av portalen."), counts)


def changed(facts: Facts) -> Finding:
    """K06: the newest key change within 180 days went without a refusal or a gap."""
    recent = [change for change in facts.changes if facts.at - change.retired_at <= RECENT]
    if not recent:
        why = _("Ikke noe nøkkelbytte er sett de siste 180 dagene. Prøv et bytte i test.")
        return Finding(Verdict.WARN, why, {"changes": 0})
    newest = max(recent, key=lambda change: change.retired_at)
    counts = {
        "changes": len(recent),
        "tokens_old": newest.tokens_old,
        "tokens_new": newest.tokens_new,
        "refused": newest.refused,
    }
    if newest.refused:
        why = ngettext(
            "%(count)d forespørsel ble avvist under det siste nøkkelbyttet.",
            "%(count)d forespørsler ble avvist under det siste nøkkelbyttet.",
            newest.refused,
        )
        return Finding(Verdict.FAIL, why % {"count": newest.refused}, counts)
    if not _is_smooth(newest):
        why = _("Den gamle nøkkelen ble tatt ut før den nye var i bruk.")
        return Finding(Verdict.FAIL, why, counts)
    return Finding(Verdict.PASS, _("Det siste nøkkelbyttet gikk uten avvisninger."), counts)


def _is_smooth(change: Change) -> bool:
    first = change.new_first_used_at
    in_order = first is not None and first <= change.retired_at
    return bool(change.tokens_old and change.tokens_new and in_order)


def _no_key() -> Finding:
    return Finding(Verdict.OPEN, _("Klientene har ingen nøkkel som kan brukes."), {"keys": 0})
