"""What the Selvbetjening API can find wrong with a request."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue.entry import Entry

_EACH: Final = _("Listen `errors` i svaret sier hvor i innholdet hver feil er (`pointer`).")

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        "api.many",
        _("Flere ting er galt"),
        _("Innholdet har flere feil, og vi fant alle på én gang."),
        (_EACH,),
        (_("Rett alle feilene i `errors`, og send på nytt."),),
        wrong='{"apiScopes": ["x"], "organizationNumber": "1"}',
        right='{"apiScopes": ["nhn:cp-api/access"], "organizationNumber": "310123455"}',
        see=("api.scope", "api.claim", "api.value"),
    ),
    Entry(
        "api.json",
        _("Innholdet er ikke streng JSON"),
        _("To som leser innholdet, kan komme til å forstå det ulikt. Da leser vi det ikke."),
        (
            _("Et felt står to ganger."),
            _("Et tall er `NaN`, uendelig eller for langt."),
            _("Teksten er ikke UTF-8, eller den er kuttet."),
        ),
        (_("Lag innholdet med et JSON-bibliotek, ikke ved å sette sammen tekst."),),
        wrong='{"apiScopes": [], "apiScopes": null}',
        right='{"apiScopes": []}',
        source="RFC 8259 §4",
    ),
    Entry(
        "api.member",
        _("Et felt er ukjent"),
        _("Innholdet har et felt som API-et ikke kjenner. Det kan være skrevet feil."),
        (_("Feltet er stavet feil, eller hører til en annen operasjon."),),
        (_("Sjekk navnet i beskrivelsen av API-et, og fjern det som ikke står der."),),
        wrong='{"apiScope": ["nhn:cp-api/access"]}',
        right='{"apiScopes": ["nhn:cp-api/access"]}',
    ),
    Entry(
        "api.value",
        _("En verdi har feil type eller form"),
        _("Feltet er kjent, men verdien er ikke slik API-et venter."),
        (_("Et tall er sendt der det skal være tekst, eller én verdi der vi venter en liste."),),
        (_("Se i beskrivelsen av API-et hvilken type feltet har."),),
        wrong='{"organizationNumber": 310123455}',
        right='{"organizationNumber": "310123455"}',
    ),
    Entry(
        "api.missing",
        _("Noe som må være med, mangler"),
        _("Operasjonen trenger et felt eller et innhold som ikke ble sendt."),
        (_("Feltet er utelatt, eller innholdet er tomt."),),
        (_("Legg til feltet som `pointer` peker på."),),
        wrong='{"publicJwk": "…"}',
        right='{"publicJwk": "…", "organizationNumber": "310123455"}',
    ),
    Entry(
        "api.automation_key",
        _("Automatiseringsnøkkelen mangler, er ukjent eller avsluttet"),
        _("Kladder lages med en nøkkel fra klientsystemets fane Automatisering."),
        (
            _("Feltet `api-key` er ikke med i forespørselen."),
            _("Nøkkelen er avsluttet, eller hører til et annet miljø."),
        ),
        (_("Lag en ny nøkkel på fanen Automatisering, og bruk den i riktig miljø."),),
        wrong="POST /test/api/v1/client-drafts",
        right="POST /test/api/v1/client-drafts\napi-key: …",
    ),
    Entry(
        "api.system",
        _("Nøkkelen hører til et annet klientsystem"),
        _("Adressen nevner et klientsystem (`clientSystemId`) som nøkkelen ikke gjelder for."),
        (_("Nøklene til to systemer er forvekslet."),),
        (_("Bruk nøkkelen fra fanen Automatisering på det klientsystemet."),),
        wrong="client-drafts?clientSystemId=b9aa…",
        right="client-drafts?clientSystemId=309a…",
    ),
    Entry(
        "api.multi_tenant",
        _("Klientsystemet kan ikke gi kladder"),
        _("Kladder lages bare fra klientsystemer som er publisert og single-tenant."),
        (_("En klient som handler for mange virksomheter, er én klient og trenger ingen kladd."),),
        (_("Endre klientsystemet til single-tenant, og publiser en ny versjon."),),
        wrong="multi-tenant",
        right="single-tenant",
    ),
    Entry(
        "api.organization",
        _("Det er ikke et organisasjonsnummer"),
        _("Vi forventet ni sifre, der det siste er et kontrollsiffer."),
        (_("Et siffer er feil eller mangler."), _("Nummeret er skrevet med mellomrom eller MVA.")),
        (_("Skriv nummeret som ni sifre, slik det står i Enhetsregisteret."),),
        wrong='"organizationNumber": "310 123 455"',
        right='"organizationNumber": "310123455"',
        see=("hid.1004",),
    ),
    Entry(
        "api.scope",
        _("Scopet kan ikke velges"),
        _("En klient får bare scopes som klientsystemets gjeldende versjon tilbyr, og minst ett."),
        (
            _("Scopet er ikke lagt til i klientsystemet."),
            _("Scopet er lagt til i en versjon som ikke er publisert ennå."),
        ),
        (_("Legg scopet til i klientsystemet, publiser, og send på nytt."),),
        wrong='"apiScopes": ["nhn:cp-api/write"]',
        right='"apiScopes": ["nhn:cp-api/access"]',
        see=("oauth.invalid_scope",),
    ),
    Entry(
        "api.claim",
        _("API-opplysningen passer ikke"),
        _("API-er kan kreve opplysninger om hver klient, for eksempel et HER-id."),
        (
            _("En påkrevd opplysning mangler."),
            _("Ingen av API-ene til de valgte scopene ber om opplysningen."),
        ),
        (_("Send de opplysningene som API-ene ber om, hver én gang."),),
        wrong='"apiScopes": ["nhn:msh/api"]',
        right='"audienceSpecificClientClaims": [{"key": "…/herid", "value": "0"}]',
    ),
    Entry(
        "api.uri",
        _("Adressen kan ikke registreres"),
        _("En returadresse er `https`, eller `http` på brukerens egen maskin."),
        (_("Adressen bruker `http` til en annen maskin, eller har `#` eller `*` i seg."),),
        (_("Send hele adressen, slik nettleseren skal åpne den."),),
        wrong='"redirectUris": ["http://journal.example/callback"]',
        right='"redirectUris": ["https://journal.example/callback"]',
        source="RFC 6749 §3.1.2, RFC 8252 §7.3",
    ),
    Entry(
        "api.redirect_uris",
        _("Returadressene mangler i en oppdatering som erstatter alt"),
        _(
            "`PUT` erstatter hele oppsettet: det som ikke er med, forsvinner. Med klientsystemet "
            "logger folk inn, og da ville klienten stått uten returadresser."
        ),
        (_("`redirectUris` er utelatt eller `null`."),),
        (
            _("Send listen, eller en tom liste for å bruke klientsystemets adresser."),
            _("Bruk `PATCH` for å endre bare det du nevner."),
        ),
        wrong='"redirectUris": null',
        right='"redirectUris": []',
    ),
    Entry(
        "api.return_address",
        _("Nettleseren kan ikke sendes til denne adressen"),
        _(
            "Etter bekreftelsen går nettleseren til programvaren på samme maskin, eller til en "
            "tjener som klientsystemet har registrert en adresse hos."
        ),
        (
            _("Porten mangler eller er under 1024."),
            _("Adressen er `https` hos en tjener som klientsystemet ikke kjenner."),
        ),
        (_("Lytt på `http://localhost` med en port fra 1024 til 65535."),),
        wrong='"postClientConfirmationRedirectUri": "http://localhost/callback"',
        right='"postClientConfirmationRedirectUri": "http://localhost:1337/callback"',
        source="RFC 8252 §7.3",
    ),
    Entry(
        "api.client",
        _("Klienten er ikke i bruk"),
        _("Tokenet er ekte, men klienten er stanset etter at det ble utstedt."),
        (_("Noen i virksomheten har stanset klienten."),),
        (_("Be virksomheten starte klienten igjen på siden til klienten."),),
        wrong="GET /test/api/v1/client",
        right="POST /test/sts/connect/token",
    ),
    Entry(
        "api.production",
        _("Virksomheten kan ikke opprette eller endre noe i produksjon nå"),
        _(
            "Det gjelder virksomheten som eier klienten, og leverandøren av klientsystemet. Det "
            "som finnes fra før, kan leses, stanses og sperres."
        ),
        (
            _("Bruksvilkårene som gjelder nå, er ikke godtatt for virksomheten."),
            _("Virksomheten er suspendert eller avsluttet som leverandør."),
        ),
        (
            _("La en person med signaturrett godta vilkårene på siden «Bruksvilkår»."),
            _("Se på siden «Leverandørgodkjenning» hvorfor godkjenningen ikke gjelder."),
        ),
        wrong="POST /production/api/v1/client-drafts",
        right="POST /test/api/v1/client-drafts",
    ),
    Entry(
        "api.keys",
        _("Klienten har så mange nøkler den kan ha"),
        _("Nye nøkler kommer i tillegg til de gamle, som virker til de går ut eller sperres."),
        (_("Programvaren registrerer en ny nøkkel oftere enn de gamle går ut."),),
        (_("Sperr nøkler som ikke er i bruk, på siden til klienten."),),
        wrong="POST client-secret",
        right="GET client-secret",
    ),
    Entry(
        "api.version",
        _("Klienten er endret etter at du leste den"),
        _("`If-Match` nevner en versjon som ikke er den gjeldende, så ingenting er endret."),
        (_("To prosesser endrer klienten samtidig."),),
        (_("Les klienten på nytt, gjør endringen på det du leste, og bruk `ETag` derfra."),),
        wrong='If-Match: "0a1b"',
        right='If-Match: "2c3d"',
        source="RFC 9110 §13.1.1",
    ),
    Entry(
        "api.idempotency_key",
        _("Nøkkelen i `Idempotency-Key` er brukt til noe annet"),
        _("Samme nøkkel står for samme forespørsel i et døgn. Denne hadde et annet innhold."),
        (_("Nøkkelen er laget av noe som gjentar seg, som et kundenummer eller en dato."),),
        (_("Lag en ny tilfeldig nøkkel for hver ny forespørsel."),),
        wrong="Idempotency-Key: 2026-11-28",
        right="Idempotency-Key: 309a39e0-9397-4027-896d-16d5a3bfde3a",
    ),
    Entry(
        "api.pace",
        _("For mange forespørsler"),
        _("Hver automatiseringsnøkkel og hver klient får svar på så mange i minuttet."),
        (_("En løkke spør uten å vente."),),
        (_("Vent så mange sekunder som `Retry-After` sier."),),
        wrong="GET client-status, 20/s",
        right="Retry-After: 12",
        source="RFC 6585 §4",
    ),
    Entry(
        "api.not_found",
        _("API-et er ikke her"),
        _("Miljøet er ikke åpnet, eller tjeneren svarer ikke for noe miljø ved roten."),
        (_("Adressen mangler miljøet, eller verten er ikke satt opp."),),
        (_("Bruk adressen med miljøet i, som `/test/api/v1/`."),),
        wrong="https://portal.example/v1/client",
        right="https://portal.example/test/api/v1/client",
    ),
    Entry(
        "api.method",
        _("Metoden passer ikke til adressen"),
        _("Adressen finnes, men ikke med denne HTTP-metoden. `Allow` sier hvilke som går."),
        (_("En lesing er sendt som `POST`, eller omvendt."),),
        (_("Bruk en av metodene i `Allow`."),),
        wrong="GET client-drafts",
        right="POST client-drafts",
        source="RFC 9110 §15.5.6",
    ),
    Entry(
        "api.too_large",
        _("Innholdet er for stort"),
        _("Ingen forespørsel til API-et trenger så mye."),
        (_("Noe annet enn JSON ble sendt, eller en liste vokste i en løkke."),),
        (_("Send bare feltene som operasjonen har."),),
        wrong="Content-Length: 20000000",
        right="Content-Length: 900",
        source="RFC 9110 §15.5.14",
    ),
    Entry(
        "api.https",
        _("Forespørselen kom i klartekst"),
        _("API-et svarer bare over `https`. Vi viderefører ikke: da fortsatte det i klartekst."),
        (_("Adressen begynner med `http://`."),),
        (_("Bytt til `https://`, og bytt nøkler som er sendt i klartekst."),),
        wrong="http://portal.example/test/api/v1/client",
        right="https://portal.example/test/api/v1/client",
    ),
)
