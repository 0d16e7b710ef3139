"""What a finding of an API check means and what to do about it."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.testtokens.catalogue import Fault
from onboarding.testtokens.catalogue.fixes import fix as fix_of
from onboarding.testtokens.states import Finding, Verdict

_FIXES: Final[dict[str, Promise]] = {
    Finding.SHUT_OUT: _(
        "Sjekk at API-et stoler på utstederen i testmiljøet, kortnavnet som står i oppsettet, og "
        "scopene der. Adressen må svare 200 på en GET."
    ),
    Finding.STATUS: _("Svar 401 når token eller bevis er galt, og 403 når bare scopet mangler."),
    Finding.BROKEN: _("Fang det som går galt når tokenet leses, og svar 401."),
    Finding.NO_HEADER: _("Svar med WWW-Authenticate: skjemaet, og `error` med koden."),
    Finding.SCHEME: _("Skriv skjemaet som API-et tar imot: `DPoP`, eller `Bearer` uten binding."),
    Finding.ERROR: _(
        "Skriv `error` med koden i WWW-Authenticate, så kalleren vet hva som er galt."
    ),
    Finding.LEAK: _("Svar uten stabelspor og uten å gjenta tokenet."),
}
FAILURES: Final[dict[str, Promise]] = {
    "check.findings": _("API-et slapp inn noe det skal avvise, eller avviste noe gyldig."),
    "check.changed": _("Oppsettet ble endret før sjekken var ferdig. Kjør en ny."),
    "check.no_caller": _("Klienten som sjekken kaller med, er ikke lenger i bruk."),
    "check.no_issuer": _("En annen tjener utsteder token i testmiljøet, så vi kan ikke lage dem."),
    "check.fault": _("Noe gikk galt hos oss. Ingenting er sagt om API-et. Kjør sjekken på nytt."),
    "egress.refused": _(
        "Adressen er ikke en vi kan kalle. Bruk en https-adresse med et offentlig navn."
    ),
    "egress.timeout": _("API-et svarte ikke innen fire sekunder på det gyldige kallet."),
    "egress.tls": _("API-ets sertifikat kan ikke verifiseres. Sjekk kjeden, navnet og datoene."),
    "egress.too_large": _("Svaret er over 1 MiB. Velg en adresse som svarer kort."),
}
_SILENT: Final = _("Svar på alle kall, også når tokenet er galt. Se i loggen hvor kallet stanset.")
_NO_ANSWER: Final[dict[str, Promise]] = {
    "egress.refused": _("Adressen er ikke en vi kan kalle"),
    "egress.timeout": _("Ikke noe svar innen fire sekunder"),
    "egress.tls": _("Et sertifikat som ikke kan verifiseres"),
    "egress.too_large": _("Et svar på over 1 MiB"),
}
_BROKEN_OFF: Final = _("Forbindelsen ble brutt før svaret kom")
_UNREACHABLE: Final = _("Adressen svarte ikke. Sjekk den, og at tjenesten kjører.")


def fix(verdict: str, finding: str, fault: Fault | None) -> Promise | str:
    """Return what to do about a finding; for a request of the catalogue that was let in, or
    shut out, what that says."""
    if finding in (Finding.LET_IN, Finding.SHUT_OUT) and fault:
        return fix_of(fault)
    return _SILENT if verdict == Verdict.UNANSWERED else _FIXES.get(finding, "")


def no_answer(code: str) -> Promise:
    """Return what was found where no answer came, in the words of the page."""
    return _NO_ANSWER.get(code, _BROKEN_OFF)


def failure(code: str) -> Promise:
    """Return why a check ended without passing."""
    return FAILURES.get(code, _UNREACHABLE)


def expected(fault: Fault | None) -> str:
    """Return the answer that is due, as it is written on the wire."""
    if fault is None:
        return "200"
    statuses = ", ".join(str(status) for status in fault.due.statuses)
    return f'{statuses} error="{fault.due.errors[0]}"' if fault.due.errors else statuses
