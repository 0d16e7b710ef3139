"""The neighbours' mistakes: what is almost right, told in words. Pure: no query, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.diagnosis.catalogue.words import CLOCK
from onboarding.jose.checks import Check, printable
from onboarding.jose.compact import numeric_date

_TYPES: Final = {
    "dpop+jwt": lambda: _("et DPoP-bevis"),
    "at+jwt": lambda: _("et tilgangstoken"),
    "client-authentication+jwt": lambda: _("en client assertion"),
    "id+jwt": lambda: _("et ID-token"),
    "JWT": lambda: _("en JWT uten egen type"),
}


@dataclass(frozen=True)
class Told:
    """A finding in words: `expected` and `found` "" where the check says it well enough."""

    title: str
    fixes: tuple[str, ...] = ()
    expected: str = ""
    found: str = ""


@dataclass(frozen=True)
class Case:
    """A token with the addresses and the moment (seconds since the epoch) it was judged for.

    `issuers` are those of all environments by name, `endpoints` their token endpoints. `was_sent`
    says that the moment is when the server got it, not when somebody pasted it.
    """

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    issuer: str
    endpoint: str
    issuers: Mapping[str, str]
    endpoints: Mapping[str, str]
    now: float
    was_sent: bool = False


def tell(check: Check, case: Case) -> Told | None:
    """Return what a failed check comes from, where what stands beside it is known; else None."""
    teller = _TELLERS.get(check.code)
    return teller(check, case) if teller else None


def _type(check: Check, case: Case) -> Told | None:
    kind = _TYPES.get(str(case.header.get("typ")))
    if kind is None:
        return None
    return Told(_("`typ` sier at dette er %(kind)s") % {"kind": kind()})


def _audience(check: Check, case: Case) -> Told | None:
    audience = case.claims.get("aud")
    if isinstance(audience, list):
        return Told(
            _("`aud` er en liste, og skal være én tekst"),
            (_("Skriv `aud` som tekst, ikke som liste. Da kan den bare gjelde én mottaker."),),
        )
    if not isinstance(audience, str):
        return None
    fix = (_("Sett `aud` til `%(issuer)s`, tegn for tegn.") % {"issuer": case.issuer},)
    if audience == case.endpoint:
        return Told(_("`aud` er adressen til tokenendepunktet, ikke utstederen"), fix)
    if audience.rstrip("/") == case.issuer:
        return Told(_("`aud` har en skråstrek for mye på slutten"), fix)
    if audience.casefold() == case.issuer.casefold():
        return Told(_("`aud` har andre store og små bokstaver enn utstederen"), fix)
    for name, issuer in case.issuers.items():
        if audience in (issuer, case.endpoints[name]) and issuer != case.issuer:
            return Told(_("`aud` er utstederen i et annet miljø"), fix)
    return None


def _url(check: Check, case: Case) -> Told | None:
    given = case.claims.get("htu")
    if not isinstance(given, str):
        return None
    title = _wrong_address(given.partition("?")[0], case)
    fix = _("Sett `htu` til `%(url)s`, adressen klienten kaller utenfra.") % {"url": case.endpoint}
    return Told(title, (fix,)) if title else None


def _wrong_address(given: str, case: Case) -> str:
    """How an address differs from the token endpoint, "" where in too much."""
    if given.rstrip("/") == case.endpoint:
        return _("`htu` har en skråstrek for mye på slutten")
    if given == case.issuer:
        return _("`htu` er utstederen, ikke tokenendepunktet")
    if given in case.endpoints.values():
        return _("`htu` er tokenendepunktet i et annet miljø")
    try:
        found, wanted = urlsplit(given), urlsplit(case.endpoint)
    except ValueError:
        return ""
    if found.netloc.lower() != wanted.netloc.lower():
        return _("`htu` har en annen maskin enn den som ble kalt, kanskje en intern adresse")
    if found.scheme != wanted.scheme:
        return _("`htu` har feil protokoll, for eksempel `http` i stedet for `https`")
    if found.path.casefold() == wanted.path.casefold():
        return _("`htu` har andre store og små bokstaver i stien")
    return ""


def _moment(name: str) -> Callable[[Check, Case], Told | None]:
    return lambda check, case: _clock(name, case)


def _clock(name: str, case: Case) -> Told | None:
    value = case.claims.get(name)
    if isinstance(value, str):
        return Told(
            _("`%(name)s` er tekst, og skal være et tall") % {"name": name},
            (
                _("Skriv `%(name)s` som et tall: sekunder siden 1970, uten anførselstegn.")
                % {"name": name},
            ),
        )
    moment = numeric_date(value)
    if moment is None:
        if isinstance(value, int | float) and value > case.now * 500:
            return Told(
                _("`%(name)s` er i millisekunder, og skal være i sekunder") % {"name": name}
            )
        return None
    if moment > case.now * 500:
        return Told(_("`%(name)s` er i millisekunder, og skal være i sekunder") % {"name": name})
    seconds = round(abs(moment - case.now))
    if name != "exp" and moment > case.now:
        return Told(
            ngettext(
                "Klokken på maskinen går %(seconds)s sekund for fort, etter `%(name)s` å dømme",
                "Klokken på maskinen går %(seconds)s sekunder for fort, etter `%(name)s` å dømme",
                seconds,
            )
            % {"seconds": seconds, "name": name},
            (str(CLOCK),),
        )
    if moment > case.now or name == "nbf":
        return None
    return _old(name, seconds, was_sent=case.was_sent)


def _old(name: str, seconds: int, *, was_sent: bool) -> Told:
    title = (
        ngettext(
            "Den gikk ut for %(seconds)s sekund siden",
            "Den gikk ut for %(seconds)s sekunder siden",
            seconds,
        )
        if name == "exp"
        else ngettext(
            "Den ble laget for %(seconds)s sekund siden",
            "Den ble laget for %(seconds)s sekunder siden",
            seconds,
        )
    )
    again = _("Lag en ny til hver forespørsel, rett før den sendes.")
    pasted = _(
        "Er det lenge siden den ble sendt, er dette ikke grunnen til at den ble avvist den gangen. "
        "Lim inn en helt ny."
    )
    return Told(
        title % {"seconds": seconds},
        (
            again if was_sent else pasted,
            _(
                "Er den helt ny, går klokken på maskinen for sakte. La operativsystemet "
                "stille klokken, for eksempel med NTP."
            ),
        ),
    )


def _algorithm(check: Check, case: Case) -> Told | None:
    if not check.expected or " " in check.expected:
        return None
    return Told(
        _("Nøkkelen er registrert for %(expected)s, men signaturen er laget med %(found)s")
        % {"expected": check.expected, "found": printable(case.header.get("alg")) or "–"},
        (
            _(
                "Sett biblioteket til å signere med %(alg)s, eller registrer en nøkkel for "
                "den andre algoritmen."
            )
            % {"alg": check.expected},
        ),
    )


def _subject(check: Check, case: Case) -> Told | None:
    if case.claims.get("iss") == case.claims.get("sub"):
        return None
    return Told(_("`iss` og `sub` er ikke like"), (_("Sett begge til klient-ID-en."),))


_TELLERS: Final[dict[str, Callable[[Check, Case], Told | None]]] = {
    "assertion.type": _type,
    "proof.type": _type,
    "token.type": _type,
    "assertion.audience": _audience,
    "assertion.algorithm": _algorithm,
    "assertion.issuer": _subject,
    "assertion.subject": _subject,
    "proof.url": _url,
    "assertion.expiry": _moment("exp"),
    "assertion.not_before": _moment("nbf"),
    "assertion.issued_at": _moment("iat"),
    "proof.issued_at": _moment("iat"),
    "proof.expiry": _moment("exp"),
    "proof.not_before": _moment("nbf"),
    "token.expiry": _moment("exp"),
    "token.not_before": _moment("nbf"),
    "token.issued_at": _moment("iat"),
}
