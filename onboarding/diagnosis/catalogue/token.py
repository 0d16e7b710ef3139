"""What an access token must be, and how it is sent."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import words
from onboarding.diagnosis.catalogue.entry import Entry
from onboarding.smoketests.advice import advice

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        "token.type",
        advice("token.type").cause,
        _("Et tilgangstoken har `typ` lik `at+jwt`. Ellers kunne et ID-token åpne et API."),
        (_("Et ID-token er sendt i stedet for tilgangstokenet."),),
        (_("Send `access_token` fra svaret, ikke `id_token`."),),
        wrong='"typ": "JWT"',
        right='"typ": "at+jwt"',
    ),
    Entry(
        "token.algorithm",
        _("Tokenet er signert med en algoritme vi ikke godtar"),
        _(
            "Signaturen må være RSA eller EC: `RS`, `PS` eller `ES`. `none` og `HS256` "
            "blir alltid avvist."
        ),
        (words.FOREIGN,),
        (words.FETCH,),
        wrong='"alg": "none"',
        right='"alg": "PS256"',
    ),
    Entry(
        "token.signature",
        advice("token.signature").cause,
        _(
            "Tokenet er endret etter at det ble signert, eller signert av en annen enn "
            "den `kid` sier."
        ),
        (
            _("Tokenet er kortet av, eller kopiert med linjeskift."),
            words.FOREIGN,
        ),
        (words.FETCH,),
        wrong="Authorization: DPoP header.content.signa",
        right="Authorization: DPoP header.content.signature",
    ),
    Entry(
        "token.key",
        advice("token.key").cause,
        _(
            "API-et kjenner bare nøklene som utstederen har publisert, og `kid` i "
            "tokenet er ikke en av dem."
        ),
        (
            words.OTHER_ENVIRONMENT,
            _("API-et har mellomlagret nøklene, og utstederen har byttet."),
        ),
        (
            _("Hent token i samme miljø som API-et."),
            _("Drifter du API-et: hent `jwks_uri` på nytt når `kid` er ukjent."),
        ),
        wrong='"iss": "https://portal.example/production/sts"  → /test/cp-api',
        right='"iss": "https://portal.example/test/sts"  → /test/cp-api',
    ),
    Entry(
        "token.issuer",
        advice("token.issuer").cause,
        _("`iss` i tokenet må være utstederen som API-et stoler på, tegn for tegn."),
        (
            words.OTHER_ENVIRONMENT,
            _("Drifter du API-et: utstederen er skrevet med en skråstrek til slutt i oppsettet."),
        ),
        (_("Sjekk hvilket miljø klienten henter token fra."),),
        wrong='"iss": "https://portal.example/test/sts/"',
        right='"iss": "https://portal.example/test/sts"',
    ),
    Entry(
        "token.audience",
        advice("token.audience").cause,
        _("`aud` i tokenet er kortnavnet til det ene API-et som tokenet er til for."),
        (
            _("Ett token er hentet, og brukt mot flere API-er."),
            _("Scopene hører til et annet API enn det du kaller."),
        ),
        (_("Hent ett token for hvert API."),),
        wrong='"aud": "nhn:msh"',
        right='"aud": "nhn:cp-api"',
    ),
    Entry(
        "token.expiry",
        advice("token.expiry").cause,
        _("Et tilgangstoken varer kort: `expires_in` i svaret sier hvor mange sekunder."),
        (
            _("Tokenet er mellomlagret lenger enn det varer."),
            words.SLOW_CLOCK,
        ),
        (_("Hent et nytt token litt før det gamle går ut."),),
        wrong='"exp": 1795435200  (now: 1795435290)',
        right='"exp": 1795435800  (now: 1795435290)',
    ),
    Entry(
        "token.not_before",
        advice("token.not_before").cause,
        _("`nbf` i tokenet ligger mer enn 10 sekunder foran klokken til den som leser det."),
        (words.API_CLOCK,),
        (words.CLOCK,),
        wrong='"nbf": 1795435230  (now: 1795435200)',
        right='"nbf": 1795435200  (now: 1795435200)',
    ),
    Entry(
        "token.issued_at",
        advice("token.issued_at").cause,
        _("`iat` må finnes i tokenet, og kan ligge høyst 10 sekunder fram i tid."),
        (
            words.API_CLOCK,
            words.FOREIGN,
        ),
        (words.CLOCK,),
        wrong='"iat": 1795435230  (now: 1795435200)',
        right='"iat": 1795435200  (now: 1795435200)',
    ),
    Entry(
        "token.subject",
        _("`sub` mangler i tokenet"),
        _("Et tilgangstoken sier hvem det gjelder, med 1–256 tegn i `sub`."),
        (words.FOREIGN,),
        (words.FETCH,),
        wrong='{"client_id": "3f0a…"}',
        right='{"client_id": "3f0a…", "sub": "3f0a…"}',
    ),
    Entry(
        "token.client_id",
        _("`client_id` mangler i tokenet"),
        _("Et tilgangstoken sier hvilken klient det er utstedt til."),
        (words.FOREIGN,),
        (words.FETCH,),
        wrong='{"sub": "3f0a…"}',
        right='{"sub": "3f0a…", "client_id": "3f0a…"}',
    ),
    Entry(
        "token.jti",
        _("`jti` mangler i tokenet"),
        _("Et tilgangstoken har en egen ID, så det kan følges i logger."),
        (words.FOREIGN,),
        (words.FETCH,),
        wrong='{"sub": "3f0a…"}',
        right='{"sub": "3f0a…", "jti": "b81d…"}',
    ),
    Entry(
        "token.scope_syntax",
        _("`scope` i tokenet har feil form"),
        _("`scope` er én tekst med mellomrom mellom navnene, eller en liste av navn."),
        (words.FOREIGN,),
        (words.FETCH,),
        wrong='"scope": {"access": true}',
        right='"scope": "nhn:cp-api/access"',
    ),
    Entry(
        "token.confirmation",
        _("Tokenet er bundet på en måte vi ikke kjenner"),
        _(
            "`cnf` sier hvilken nøkkel tokenet er bundet til. Vi forstår bare `jkt` "
            "(DPoP), og later ikke som om andre tokener er ubundet."
        ),
        (_("Tokenet er bundet til et TLS-sertifikat."),),
        (_("Hent tokenet med et DPoP-bevis."),),
        wrong='"cnf": {"x5t#S256": "…"}',
        right='"cnf": {"jkt": "…"}',
    ),
    Entry(
        "token.header",
        _("Tokenet må stå ett sted"),
        _(
            "Tokenet står i headeren `Authorization`, én gang, og aldri i adressen eller "
            "i et skjema."
        ),
        (
            _("Tokenet er lagt i adressen, og havner da i logger."),
            _("Både koden og biblioteket setter `Authorization`."),
        ),
        (_("Send tokenet i `Authorization` alene."),),
        wrong="GET /CommunicationPartyEvents?access_token=…",
        right="GET /CommunicationPartyEvents\nAuthorization: DPoP …",
    ),
    Entry(
        "token.scheme",
        _("Det står feil ord foran tokenet"),
        _(
            "Et token som er bundet til en nøkkel, har `DPoP` foran og et DPoP-bevis ved "
            "siden av. Et ubundet har `Bearer`."
        ),
        (
            _("Biblioteket skriver alltid `Bearer`."),
            _("API-et krever tokener som er bundet, og dette er det ikke."),
        ),
        (_("Bruk ordet i `token_type` fra svaret."),),
        wrong="Authorization: Bearer …",
        right="Authorization: DPoP …\nDPoP: header.content.signature",
    ),
    Entry(
        "token.scope",
        _("Tokenet har ikke scopet som kallet krever"),
        _("API-et krever scopes som tokenet ikke har. Svaret nevner dem i `WWW-Authenticate`."),
        (
            _("Tokenforespørselen nevnte andre scopes."),
            _("API-eieren har ikke godkjent scopet ennå."),
        ),
        (words.ASK_FOR_SCOPE,),
        wrong='"scope": "nhn:cp-api/read"',
        right='"scope": "nhn:cp-api/access"',
    ),
)
