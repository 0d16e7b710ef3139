"""What a finding of a token test means and what to do about it, by its code."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Advice(NamedTuple):
    """The cause in a few words, and the way out."""

    cause: str | Promise
    fix: str | Promise


_UNKNOWN = Advice(
    _("Svaret var ikke som ventet"),
    _("Åpne «Sendt og mottatt» og sammenlign med det som var forventet. Kjør så testen på nytt."),
)
_SIGN_AGAIN = _("Velg konfigurasjonsfilen og kjør testen på nytt. Nettleseren signerer på nytt.")
_SERVER_FAULT = _("Feilen ligger hos autorisasjonstjeneren. Si fra til den som drifter portalen.")
_CLOCK = _("Still klokken etter en tidstjener (NTP). Over 10 sekunder blir signaturer avvist.")
ADVICE: Final[dict[str, Advice]] = {
    "egress.refused": Advice(
        _("Adressen er ikke en vi kan kalle"),
        _("Bruk en https-adresse med et offentlig navn, uten portnummer."),
    ),
    "egress.unreachable": Advice(
        _("Adressen svarte ikke"),
        _("Sjekk adressen, og at tjenesten kjører. Ingenting er endret; prøv igjen."),
    ),
    "egress.timeout": Advice(
        _("Svaret kom ikke innen ti sekunder"),
        _(
            "Ingenting er endret. Prøv igjen; skjer det to ganger, "
            "si fra til den som drifter API-et."
        ),
    ),
    "egress.tls": Advice(
        _("Sertifikatet kunne ikke godtas"),
        _("Sjekk at sertifikatet er gyldig nå, og at det er utstedt til dette navnet."),
    ),
    "egress.too_large": Advice(
        _("Svaret var større enn vi leser"),
        _("Velg en adresse som gir et lite svar, under 256 kB."),
    ),
    "test.status": Advice(_("Adressen svarte med en feil"), _SERVER_FAULT),
    "test.issuer": Advice(
        _("Metadata oppgir en annen utsteder"),
        _("Utstederen må være lik den registrerte, tegn for tegn. Si fra til den som drifter den."),
    ),
    "test.metadata": Advice(
        _("Metadata mangler en adresse, eller peker et annet sted"), _SERVER_FAULT
    ),
    "test.jwks": Advice(_("Nøkkelsettet kunne ikke leses"), _SERVER_FAULT),
    "test.redirect": Advice(
        _("Adressen sendte oss videre"),
        _("Vi følger ikke videresendinger. Registrer adressen som svarer selv."),
    ),
    "test.not_json": Advice(_("Svaret var ikke et JSON-objekt"), _SERVER_FAULT),
    "test.answer": Advice(_("Svaret manglet noe"), _SERVER_FAULT),
    "test.clock_skew": Advice(
        _("Klokkene er ikke enige"),
        _CLOCK,
    ),
    "test.signatures_spent": Advice(_("Signaturene er brukt opp"), _SIGN_AGAIN),
    "test.signatures_old": Advice(_("Signaturene ble for gamle mens de ventet"), _SIGN_AGAIN),
    "test.overtaken": Advice(_("En nyere test tok over"), _("Se den nyeste testen av klienten.")),
    "test.interrupted": Advice(
        _("Testen ble avbrutt hos oss"),
        _("Ingenting er endret, og du har ikke gjort noe feil. Kjør testen på nytt."),
    ),
    "test.fault": Advice(
        _("Testen feilet hos oss"),
        _("Feilen er logget. Kjør testen på nytt; skjer det igjen, si fra til portalens drift."),
    ),
    "test.too_slow": Advice(
        _("Testen tok for lang tid"), _("Ingenting er endret. Kjør testen på nytt.")
    ),
    "test.host_busy": Advice(
        _("API-et var opptatt med andre tester"),
        _("Vi sender aldri mer enn to kall om gangen til samme tjener. Kjør testen på nytt."),
    ),
    "test.token_type": Advice(
        _("Tokenet er av en annen type enn vi ba om"),
        _("Et API som bruker DPoP, skal ha bundne tokener. Si fra til den som drifter tjeneren."),
    ),
    "test.expires_in": Advice(
        _("Svaret sier ikke hvor lenge tokenet varer"),
        _("Les exp i tokenet i stedet, og be ikke om et nytt før det går ut."),
    ),
    "test.scopes": Advice(
        _("Tokenet mangler et scope"),
        _("Sjekk på klientens side hvilke scopes som er klare til bruk."),
    ),
    "test.binding": Advice(
        _("Tokenet er bundet til en annen nøkkel"),
        _(
            "cnf.jkt må være fingeravtrykket av nøkkelen i DPoP-beviset. "
            "Si fra til tjenerens drift."
        ),
    ),
    "test.scope_pending": Advice(
        _("Scopet venter på API-eieren"),
        _("Du trenger ikke gjøre noe nå. Kjør testen igjen når API-eieren har svart."),
    ),
    "test.no_url": Advice(
        _("API-et har ingen adresse vi kan prøve"),
        _("Tokenet er hentet og kontrollert. API-eieren kan registrere et harmløst GET-kall."),
    ),
    "test.api_status": Advice(
        _("API-et avviste kallet"),
        _("Les WWW-Authenticate i svaret: det sier hva API-et ventet. Si fra til API-eieren."),
    ),
    "oauth.invalid_client": Advice(
        _("Autorisasjonstjeneren kjente ikke igjen signaturen"),
        _(
            "Bruk filen som hører til denne klienten, med nøkkelen som står under «Nøkler». "
            "Signaturen er god i 60 sekunder og kan brukes én gang."
        ),
    ),
    "oauth.invalid_scope": Advice(
        _("Klienten har ikke scopet"),
        _("Se under «Scopes» hva som er klart til bruk, og hvem som må godkjenne resten."),
    ),
    "oauth.invalid_target": Advice(
        _("Scopene hører til flere API-er"),
        _("Be om scopes for ett API om gangen, eller oppgi resource."),
    ),
    "oauth.invalid_dpop_proof": Advice(_("DPoP-beviset ble avvist"), _SERVER_FAULT),
    "oauth.use_dpop_nonce": Advice(
        _("Tjeneren ba om en ny nonce igjen og igjen"),
        _("Vi prøver én gang til med verdien vi får, og gir oss da. Si fra til tjenerens drift."),
    ),
    "oauth.temporarily_unavailable": Advice(
        _("Autorisasjonstjeneren er utilgjengelig akkurat nå"),
        _("Ingenting er endret. Prøv igjen om et minutt."),
    ),
    "token.type": Advice(_("Tokenet er ikke merket som et access token"), _SERVER_FAULT),
    "token.key": Advice(
        _("Nøkkelen tokenet er signert med, er ikke i nøkkelsettet"), _SERVER_FAULT
    ),
    "token.issued_at": Advice(_("Tokenet er datert etter vår klokke"), _CLOCK),
    "token.not_before": Advice(_("Tokenet gjelder ikke ennå"), _CLOCK),
    "token.signature": Advice(_("Signaturen på tokenet stemmer ikke"), _SERVER_FAULT),
    "token.issuer": Advice(_("Tokenet kommer fra en annen utsteder"), _SERVER_FAULT),
    "token.audience": Advice(
        _("Tokenet er til en annen mottaker"),
        _("Mottakeren (aud) må være kortnavnet til API-et. Sjekk hvilket API scopene hører til."),
    ),
    "token.expiry": Advice(_("Tokenet er utløpt"), _SERVER_FAULT),
}


def advice(code: str) -> Advice:
    """Return what to tell about a finding; there is something for every code."""
    return ADVICE.get(code, _UNKNOWN)
