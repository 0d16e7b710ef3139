"""What the authorization server and the APIs answer when they refuse."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import words
from onboarding.diagnosis.catalogue.entry import Entry
from onboarding.smoketests.advice import advice

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        "oauth.invalid_request",
        _("Forespørselen er ikke satt riktig sammen"),
        _(
            "`error_description` sier hva som mangler, står to ganger eller ikke kan "
            "leses. Ingenting er utstedt."
        ),
        (
            _("Forespørselen er sendt som JSON."),
            _("Parametrene står i adressen."),
            _("En parameter står to ganger, eller `client_assertion_type` mangler."),
            _("Adressen begynner med http i stedet for https."),
        ),
        (
            _(
                "Send parametrene i et skjema (`application/x-www-form-urlencoded`), hver av "
                "dem én gang."
            ),
        ),
        wrong='Content-Type: application/json\n\n{"grant_type": "client_credentials", "…": "…"}',
        right=(
            "Content-Type: application/x-www-form-urlencoded\n\n"
            "grant_type=client_credentials&client_id=…"
        ),
        source="RFC 6749 §5.2, RFC 6750 §3.1",
        names=("invalid_request",),
    ),
    Entry(
        "oauth.invalid_client",
        _("Klienten ble ikke gjenkjent"),
        _(
            "Klienten må vise hvem den er, med en client assertion vi kan tro på. En "
            "ukjent klient og en feil signatur får samme svar, så ingen kan prøve seg "
            "fram."
        ),
        (
            _("Nøkkelen er byttet, sperret eller utløpt, og systemet bruker den gamle."),
            words.OTHER_ENVIRONMENT,
            _("Klienten er stanset, eller fortsatt en kladd."),
            _("Mottakeren (`aud`) er token-endepunktet i stedet for utstederen."),
            _("Samme client assertion er sendt to ganger."),
            _("Klienten bruker en delt hemmelighet (`client_secret`), som ikke godtas her."),
        ),
        (
            _(
                "Kjør tokentesten på klientens side med filen som systemet leser. Virker "
                "den, ligger feilen i koden."
            ),
            _("Les `error_description`, og gå gjennom reglene for client assertion under."),
        ),
        wrong="client_id=3f0a…&client_secret=…",
        right=(
            "client_id=3f0a…\n"
            "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\n"
            "&client_assertion=…"
        ),
        source="RFC 6749 §5.2, RFC 7521 §4.2.1",
        names=(
            "invalid_client",
            "HID-1007",
            "HID-1008",
        ),
        see=("assertion.",),
    ),
    Entry(
        "oauth.invalid_dpop_proof",
        advice("oauth.invalid_dpop_proof").cause,
        _(
            "Klienten er kjent, men DPoP-beviset holder ikke. `error_description` sier "
            "hvilken regel det gjelder."
        ),
        (
            _("Beviset mangler, eller er brukt før."),
            _("`htu` er en annen adresse enn den som ble kalt."),
            _("Klokkene er mer enn 10 sekunder fra hverandre."),
        ),
        (_("Lag et nytt DPoP-bevis for hver forespørsel, og gå gjennom reglene under."),),
        wrong='{"htm": "GET", "htu": "https://portal.example/test/sts"}',
        right='{"htm": "POST", "htu": "https://portal.example/test/sts/connect/token"}',
        source="RFC 9449 §5, §7.1",
        names=("invalid_dpop_proof",),
        see=("proof.",),
    ),
    Entry(
        "oauth.use_dpop_nonce",
        _("Forespørselen må gjentas med en nonce"),
        _(
            "Dette er ingen feil, men halve samtalen: tjeneren har gitt en verdi, og vil "
            "se den i neste DPoP-bevis."
        ),
        (
            _("Klienten spør for første gang."),
            _("Verdien den hadde, er mer enn fem minutter gammel."),
            _("Biblioteket støtter ikke nonce."),
        ),
        (
            _(
                "Send forespørselen én gang til, med verdien fra `DPoP-Nonce` i et nytt "
                "bevis og med ny client assertion."
            ),
            _("Ta vare på verdien i hvert svar, og bruk den neste gang."),
        ),
        wrong="POST /connect/token → 400 use_dpop_nonce, DPoP-Nonce: k3J…\n(stop)",
        right=(
            "POST /connect/token → 400 use_dpop_nonce, DPoP-Nonce: k3J…\nPOST "
            "/connect/token  nonce=k3J… → 200"
        ),
        source="RFC 9449 §8, §9",
        names=("use_dpop_nonce",),
        see=(
            "proof.nonce",
            "proof.nonce_syntax",
            "assertion.replay",
        ),
    ),
    Entry(
        "oauth.invalid_token",
        _("API-et godtok ikke tokenet"),
        _(
            "En av reglene for tilgangstoken holdt ikke. `error_description` fra API-er "
            "som bruker disse kodene, sier hvilken."
        ),
        (
            _("Tokenet er utløpt, eller til et annet API."),
            _("Tokenet er bundet til en nøkkel, men sendt som `Bearer`."),
        ),
        (_("Hent et nytt token for dette API-et, og gå gjennom reglene under."),),
        wrong="Authorization: Bearer …",
        right="Authorization: DPoP …\nDPoP: header.content.signature",
        source="RFC 6750 §3.1, RFC 9449 §7.1",
        names=("invalid_token",),
        see=("token.",),
    ),
    Entry(
        "oauth.invalid_scope",
        _("Scopet kan ikke gis"),
        _(
            "Forespørselen nevner et scope som er ukjent, som klienten ikke har, eller "
            "som API-eieren ikke har godkjent."
        ),
        (
            _("Tilgangsforespørselen er ikke besvart, eller svaret var nei."),
            _("Navnene er skilt med komma i stedet for mellomrom."),
            _("Scopet er valgt i klientsystemet, men ikke på klienten."),
        ),
        (advice("oauth.invalid_scope").fix,),
        wrong="scope=nhn:cp-api/access,nhn:cp-api/read",
        right="scope=nhn:cp-api/access nhn:cp-api/read",
        source="RFC 6749 §3.3, §5.2",
        names=("invalid_scope",),
    ),
    Entry(
        "oauth.invalid_target",
        advice("oauth.invalid_target").cause,
        _(
            "Et token er til ett API. Scopene må høre til det samme, og `resource` må "
            "være kortnavnet til et API som klienten har scopes hos."
        ),
        (
            _("Forespørselen nevner ingen scopes, og klienten har scopes hos flere API-er."),
            _("`resource` er adressen til API-et i stedet for kortnavnet."),
        ),
        (advice("oauth.invalid_target").fix,),
        wrong="scope=nhn:cp-api/access nhn:msh/api",
        right="scope=nhn:cp-api/access",
        source="RFC 8707 §2",
        names=("invalid_target",),
    ),
    Entry(
        "oauth.unsupported_grant_type",
        _("Denne måten å hente token på støttes ikke"),
        _(
            "Autorisasjonstjeneren gir token til klienten selv: `grant_type` er "
            "`client_credentials`."
        ),
        (
            _("Biblioteket er satt opp for brukerpålogging."),
            _("`grant_type` er skrevet feil."),
        ),
        (_("Sett `grant_type` til `client_credentials`."),),
        wrong="grant_type=authorization_code",
        right="grant_type=client_credentials",
        source="RFC 6749 §5.2",
        names=("unsupported_grant_type",),
    ),
    Entry(
        "oauth.insufficient_scope",
        _("Tokenet gir ikke rett til dette kallet"),
        _("Tokenet er gyldig, men API-et krever et scope til. `WWW-Authenticate` nevner det."),
        (_("Kallet krever et annet scope enn de andre kallene."),),
        (words.ASK_FOR_SCOPE,),
        wrong="scope=nhn:cp-api/read → 403",
        right="scope=nhn:cp-api/read nhn:cp-api/access → 200",
        source="RFC 6750 §3.1",
        names=("insufficient_scope",),
        see=("token.scope",),
    ),
    Entry(
        "oauth.temporarily_unavailable",
        _("Prøv igjen om litt"),
        _("Vi kan ikke svare nå (503), eller klienten spør for ofte (429). Ingenting er utstedt."),
        (
            _("Klienten henter et token for hvert kall, i stedet for å bruke det til det går ut."),
            _("Databasen er borte et øyeblikk."),
        ),
        (
            _(
                "Vent så lenge som `Retry-After` sier. Prøv så med ny client assertion og "
                "nytt DPoP-bevis."
            ),
            _("Bruk hvert token til det går ut."),
        ),
        wrong="POST /connect/token, GET /api, POST /connect/token, GET /api, …",
        right="POST /connect/token, GET /api, GET /api, GET /api, …",
        source="RFC 9110 §10.2.3, RFC 6585 §4",
        names=("temporarily_unavailable",),
    ),
    Entry(
        "oauth.server_error",
        _("Noe gikk galt hos oss"),
        _("Feilen er vår, og den er logget. Ingenting er utstedt."),
        (_("En feil i autorisasjonstjeneren."),),
        (
            _(
                "Prøv igjen om et minutt. Skjer det igjen, si fra til portalens drift når "
                "det skjedde."
            ),
        ),
        source="RFC 6749 §4.1.2.1",
        names=("server_error",),
    ),
    Entry(
        "oauth.not_found",
        _("Ingen autorisasjonstjener svarer her"),
        _("Miljøet bruker en annen autorisasjonstjener enn den som følger med portalen."),
        (_("Adressen er skrevet inn i koden."),),
        (
            _(
                "Bruk utstederadressen i konfigurasjonsfilen, og hent de andre adressene fra "
                "metadata."
            ),
        ),
        wrong="https://portal.example/production/sts/connect/token",
        right="authority → /.well-known/openid-configuration → token_endpoint",
        source="RFC 9110 §15.5.5",
    ),
)
