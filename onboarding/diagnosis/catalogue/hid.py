"""The numbers of HelseID that have no code of ours yet: all about organisation details."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue.entry import Entry

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        "hid.1001",
        _("Hovedenheten er ikke tillatt på klienten"),
        _("Hovedenheten i `assertion_details` står ikke på klientens liste."),
        (
            _("Klienten er satt opp for en annen virksomhet."),
            _("Virksomheten har ikke delegert til leverandøren."),
        ),
        (_("Sjekk nummeret, og at virksomheten har delegert i Altinn."),),
        wrong='"value": "NO:ORGNR:310000001"',
        right='"value": "NO:ORGNR:310123455"',
        names=("HID-1001",),
    ),
    Entry(
        "hid.1002",
        _("Underenheten er ikke tillatt på klienten"),
        _("Underenheten i `assertion_details` er ikke blant klientens tillatte underenheter."),
        (_("Behandlingsstedet er nytt."),),
        (_("Legg underenheten til på klienten."),),
        wrong='"value": "NO:ORGNR:310123455:310000002"',
        right='"value": "NO:ORGNR:310123455:310123463"',
        names=("HID-1002",),
    ),
    Entry(
        "hid.1003",
        _("Hovedenheten har en egen liste uten underenheten"),
        _(
            "Klienten har en liste over underenheter for hver hovedenhet, og denne "
            "underenheten mangler."
        ),
        (_("Underenheten hører til en annen hovedenhet."),),
        (_("Sjekk i Enhetsregisteret hvilken hovedenhet underenheten hører til."),),
        wrong='"value": "NO:ORGNR:310123455:310000003"',
        right='"value": "NO:ORGNR:310123455:310123463"',
        names=("HID-1003",),
    ),
    Entry(
        "hid.1004",
        _("Organisasjonsnummeret har feil form"),
        _("Et organisasjonsnummer er ni sifre, der det siste er et kontrollsiffer."),
        (_("Nummeret er skrevet med mellomrom, eller med `NO` eller `MVA`."),),
        (_("Send bare de ni sifrene."),),
        wrong='"value": "NO:ORGNR:310 123 455 MVA"',
        right='"value": "NO:ORGNR:310123455"',
        names=("HID-1004",),
    ),
    Entry(
        "hid.1005",
        _("Klienten får ikke oppgi hovedenhet"),
        _("Klienten er ikke satt opp til å sende hovedenhet."),
        (_("Klienten er single-tenant: da setter HelseID hovedenheten selv."),),
        (_("Send bare underenheten."),),
        wrong='"value": "NO:ORGNR:310123455:310123463"',
        right='"value": "310123463"',
        names=("HID-1005",),
    ),
    Entry(
        "hid.1006",
        _("Klienten får ikke oppgi underenhet"),
        _("Klienten er ikke satt opp til å sende underenhet."),
        (_("Klientsystemet er laget uten underenheter."),),
        (_("Utelat underenheten, eller be leverandøren om å slå på underenheter."),),
        wrong='"value": "NO:ORGNR:310123455:310123463"',
        right='"value": "NO:ORGNR:310123455"',
        names=("HID-1006",),
    ),
    Entry(
        "hid.1009",
        _("Organisasjonsdata er sendt feil sted ved brukerpålogging"),
        _(
            "Ved brukerpålogging står organisasjonsdata i request-objektet, ikke i "
            "client assertion."
        ),
        (_("Koden for API-kall er gjenbrukt til brukerpålogging."),),
        (_("Flytt organisasjonsdata til request-objektet."),),
        wrong="client_assertion: authorization_details",
        right="request: authorization_details",
        names=("HID-1009",),
    ),
    Entry(
        "hid.1010",
        _("Klienten er ikke satt opp for organisasjonsdata"),
        _("Klienten sendte organisasjonsdata, men oppsettet tillater det ikke."),
        (_("Samme kode brukes til flere klienter, og bare noen av dem er satt opp for det."),),
        (_("Utelat organisasjonsdata, eller be leverandøren slå det på i klientsystemet."),),
        wrong="client_assertion: assertion_details",
        right="client_assertion: –",
        names=("HID-1010",),
    ),
)
