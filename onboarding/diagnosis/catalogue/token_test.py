"""What a token test can find, and how it can go wrong itself."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import words
from onboarding.diagnosis.catalogue.entry import Entry, of_test

ENTRIES: Final[tuple[Entry, ...]] = (
    of_test(
        "test.status",
        _("Metadata og nøkler skal kunne hentes av alle, med status 200."),
        (_("Tjeneren er nede, eller krever innlogging foran metadata."),),
        wrong="GET /.well-known/openid-configuration → 503",
        right="GET /.well-known/openid-configuration → 200",
    ),
    of_test(
        "test.issuer",
        _(
            "Adressen i `issuer` må være den vi hentet metadata fra. Ellers kunne en "
            "annen tjener gi seg ut for å være denne."
        ),
        (
            words.SLASH,
            _("Metadata er laget bak en proxy, med det interne navnet."),
        ),
        wrong='"issuer": "https://sts.example/"',
        right='"issuer": "https://sts.example"',
        source="RFC 8414 §3.3",
    ),
    of_test(
        "test.metadata",
        _("`token_endpoint` og `jwks_uri` må finnes, og ligge hos utstederen."),
        (_("Adressene peker til et annet vertsnavn, eller til http."),),
        wrong='"token_endpoint": "https://other.example/token"',
        right='"token_endpoint": "https://sts.example/token"',
        source="RFC 8414 §2",
    ),
    of_test(
        "test.jwks",
        _("Nøkkelsettet er ett objekt med minst én nøkkel i listen `keys`."),
        (_("Listen er tom, eller står uten objektet rundt."),),
        wrong="[]",
        right='{"keys": [{"kty": "RSA", "kid": "…", "…": "…"}]}',
        source="RFC 7517 §5",
    ),
    of_test(
        "test.redirect",
        _("En videresending kan føre en nøkkel eller et token til en annen enn den som ble spurt."),
        (_("Adressen mangler en skråstrek, eller er flyttet."),),
        wrong="GET https://api.example/ping → 301",
        right="GET https://api.example/ping/ → 200",
    ),
    of_test(
        "test.not_json",
        _("Vi ventet ett JSON-objekt, og fikk noe annet."),
        (_("En proxy svarte med en nettside."),),
        wrong="<html>Bad gateway</html>",
        right='{"issuer": "https://sts.example", "…": "…"}',
    ),
    of_test(
        "test.answer",
        _(
            "Svaret fra token-endepunktet mangler noe som standarden krever, som "
            "`access_token` eller `error`."
        ),
        (_("Tjeneren svarer i en form av sin egen."),),
        wrong='{"message": "no"}',
        right='{"error": "invalid_client"}',
        source="RFC 6749 §5.1, §5.2",
    ),
    of_test(
        "test.token_type",
        _(
            "Et bundet token kan bare brukes av den som har nøkkelen. API-er uten DPoP "
            "kan ikke kontrollere bindingen, og trenger et ubundet."
        ),
        (_("Tjeneren støtter ikke DPoP, eller det er slått av for klienten."),),
        wrong='"token_type": "Bearer"',
        right='"token_type": "DPoP"',
        source="RFC 9449 §5",
    ),
    of_test(
        "test.expires_in",
        _(
            "Dette er en merknad: testen gikk videre. Uten `expires_in` vet ikke "
            "klienten når den trenger et nytt token."
        ),
        (_("Tjeneren utelater feltet, som standarden anbefaler."),),
        wrong='{"access_token": "…", "token_type": "DPoP"}',
        right='{"access_token": "…", "token_type": "DPoP", "expires_in": 600}',
        source="RFC 6749 §5.1",
    ),
    of_test(
        "test.scopes",
        _("Vi ba om scopes som ikke er i tokenet."),
        (
            _("Tilgangen er trukket tilbake eller endret mens testen gikk."),
            _("Tjeneren utelater scopes den ikke vil gi, uten å si fra."),
        ),
        wrong='"scope": ""',
        right='"scope": "nhn:cp-api/access"',
        source="RFC 6749 §3.3",
    ),
    of_test(
        "test.binding",
        _("Tokenet sier selv hvilken nøkkel det er bundet til, og det er ikke nøkkelen vi viste."),
        (_("Tjeneren binder tokenet til klientens nøkkel i stedet for DPoP-nøkkelen."),),
        wrong='"cnf": {"jkt": "key A"}',
        right='"cnf": {"jkt": "key B"}',
        source="RFC 9449 §6.1",
    ),
    of_test(
        "test.scope_pending",
        _(
            "Klienten er i orden, men får ikke token for dette API-et før eieren har "
            "svart på tilgangsforespørselen."
        ),
        (_("API-eieren har ikke behandlet forespørselen ennå."),),
        wrong="scope=nhn:msh/api → invalid_scope",
        right="scope=nhn:msh/api → 200",
    ),
    of_test(
        "test.no_url",
        _("Dette er en merknad: siste steg ble ikke kjørt."),
        (_("API-eieren har ikke registrert en adresse som tåler å bli prøvd."),),
        wrong="Test-URL: –",
        right="Test-URL: https://api.example/ping",
    ),
    of_test(
        "test.api_status",
        _(
            "API-et svarte med noe annet enn 2xx, med et token som autorisasjonstjeneren "
            "nettopp hadde utstedt."
        ),
        (
            _("API-et venter en annen mottaker, en annen `htu` eller et annet scope."),
            _("API-et godtar ikke tokener fra dette miljøet."),
        ),
        wrong='401 WWW-Authenticate: DPoP error="invalid_token"',
        right="200",
    ),
    of_test(
        "test.clock_skew",
        _(
            "Dette er en merknad: testen gikk videre. Klokken hos tjeneren og vår er mer "
            "enn fem sekunder fra hverandre."
        ),
        (_("En av maskinene henter ikke tiden fra en tidstjener."),),
        wrong="Date: 13.00.00  (13.00.09)",
        right="Date: 13.00.09  (13.00.09)",
    ),
    of_test(
        "test.signatures_spent",
        _(
            "Nettleseren signerer to ganger, én for hver side av nonce-runden. Testen "
            "trengte flere."
        ),
        (_("Tjeneren ba om ny nonce mer enn én gang."),),
        wrong="sign, sign, …",
        right="sign, sign",
    ),
    of_test(
        "test.signatures_old",
        _("Signaturene er gode i 60 sekunder, og testen kom ikke i gang før de gikk ut."),
        (
            _("Det var kø hos oss."),
            _("Klokken på maskinen med nettleseren går for sakte."),
        ),
        wrong="13.00.00 → 13.01.10",
        right="13.00.00 → 13.00.02",
    ),
    of_test(
        "test.overtaken",
        _("Testen ble avsluttet fordi portalen laget en ny nøkkel, og den blir alltid testet."),
        (_("Noen ba om en ny nøkkel mens testen gikk."),),
    ),
    of_test(
        "test.interrupted",
        _(
            "Arbeideren som kjørte testen, ble borte. Signaturene finnes ikke lenger, så "
            "testen kan ikke gjenopptas."
        ),
        (_("Portalen ble startet på nytt mens testen gikk."),),
    ),
    of_test(
        "test.fault",
        _("Det skjedde noe vi ikke hadde forutsett. Det sier ingenting om klienten."),
        (_("En feil i portalen."),),
    ),
    of_test(
        "test.too_slow",
        _("En hel test får 18 sekunder, uansett hvor mange steg som er igjen."),
        (_("Tjeneren eller API-et svarer langsomt."),),
    ),
    of_test(
        "test.host_busy",
        _("Portalen sender aldri mer enn to kall om gangen til samme tjener."),
        (_("Andre tester eller en API-sjekk brukte tjeneren så lenge testen varte."),),
    ),
)
