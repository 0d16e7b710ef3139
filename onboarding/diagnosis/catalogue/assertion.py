"""What a client assertion must be: by this client, for this server, now and once."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import words
from onboarding.diagnosis.catalogue.entry import Entry

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        "assertion.type",
        _("`typ` er av et annet slag"),
        _(
            "En client assertion har `typ` lik `client-authentication+jwt`, så ingen "
            "annen JWT kan brukes i stedet. Mangler den, eller står det `JWT`, godtar vi "
            "det med en merknad."
        ),
        (
            _("Et tilgangstoken eller DPoP-bevis er sendt i `client_assertion`."),
            _("Biblioteket har satt en verdi av sin egen."),
        ),
        (_("Sett `typ` til `client-authentication+jwt` i headeren."),),
        wrong='{"alg": "PS256", "kid": "nordlys-2026", "typ": "at+jwt"}',
        right='{"alg": "PS256", "kid": "nordlys-2026", "typ": "client-authentication+jwt"}',
    ),
    Entry(
        "assertion.kid",
        _("`kid` mangler"),
        _("Headeren må si hvilken nøkkel som har signert: 1–128 tegn i `kid`."),
        (
            _("Nøkkelen er gjort om til PEM, som ikke har plass til `kid`."),
            _("`kid` er lagt i innholdet i stedet for i headeren."),
        ),
        (_("Ta nøkkel-ID-en fra «Nøkler» på klientens side, og sett den som `kid` i headeren."),),
        wrong='{"alg": "PS256"}',
        right='{"alg": "PS256", "kid": "nordlys-2026"}',
    ),
    Entry(
        "assertion.client",
        _("Klienten er ikke i bruk her"),
        _("`sub` må være klient-ID-en til en klient som er i bruk i dette miljøet."),
        (
            _("Klienten er en kladd, eller den er stanset."),
            words.OTHER_ENVIRONMENT,
            _("Navnet på klienten er sendt i stedet for klient-ID-en."),
        ),
        (words.COPY_CLIENT_ID,),
        wrong='"sub": "Nordlys EPJ"',
        right='"sub": "3f0a1c52-7d0e-4f7a-9a51-0c8f2f6f4a10"',
    ),
    Entry(
        "assertion.key",
        _("Nøkkelen er ikke i bruk på klienten"),
        _(
            "`kid` må være en nøkkel som er registrert på denne klienten, i dette "
            "miljøet, og som verken er utløpt eller sperret."
        ),
        (
            _("Nøkkelen er byttet, og systemet leser fortsatt den gamle filen."),
            _("Filen er fra en annen klient, eller fra det andre miljøet."),
            _("Biblioteket regner ut `kid` selv, og får en annen verdi enn den registrerte."),
        ),
        (
            _("Se hvilke nøkler som er i bruk under «Nøkler» på klientens side."),
            _("Last opp en ny nøkkel hvis ingen er det."),
        ),
        wrong='"kid": "nordlys-2024"',
        right='"kid": "nordlys-2026"',
    ),
    Entry(
        "assertion.algorithm",
        _("Algoritmen er ikke den nøkkelen er registrert med"),
        _(
            "Hver nøkkel har én algoritme, og `alg` i headeren må være den. `none` og "
            "delte hemmeligheter (`HS256`) godtar vi aldri."
        ),
        (
            _("Biblioteket velger RS256 når ingenting er sagt."),
            _("Algoritmen står fast i koden, og nøkkelen er byttet siden."),
        ),
        (_("Les `alg` av nøkkelen, ikke av koden."),),
        wrong='"alg": "RS256"',
        right='"alg": "PS256"',
    ),
    Entry(
        "assertion.signature",
        _("Signaturen stemmer ikke"),
        _(
            "Teksten er ikke signert med den private nøkkelen som hører til `kid`, eller "
            "den er endret etterpå."
        ),
        (
            _("Filen har en ny nøkkel, men den gamle `kid` står fast i koden."),
            _("To systemer deler klient-ID, og bare det ene har fått den nye filen."),
            _(
                "Signaturen fra en EC-nøkkel er skrevet som DER, ikke som `r` og `s` etter "
                "hverandre."
            ),
        ),
        (
            _("Bruk privat nøkkel og `kid` fra samme fil."),
            _("Kjør tokentesten på klientens side med filen som systemet leser."),
        ),
        wrong="ES256: DER, 70–72 B",
        right="ES256: r || s, 64 B",
    ),
    Entry(
        "assertion.issuer",
        _("Utstederen (`iss`) er ikke klienten"),
        _("Klienten utsteder sin egen client assertion, så `iss` er klient-ID-en."),
        (_("`iss` er adressen til autorisasjonstjeneren, slik den er i et tilgangstoken."),),
        (_("Sett både `iss` og `sub` til klient-ID-en."),),
        wrong='"iss": "https://portal.example/test/sts"',
        right='"iss": "3f0a1c52-7d0e-4f7a-9a51-0c8f2f6f4a10"',
    ),
    Entry(
        "assertion.subject",
        _("`sub` er ikke klienten"),
        _("Det er klienten som viser hvem den er, så `sub` er klient-ID-en, tegn for tegn."),
        (
            _("`sub` er en person eller et brukernavn."),
            _("Klient-ID-en har fått store bokstaver eller et mellomrom."),
        ),
        (words.COPY_CLIENT_ID,),
        wrong='"sub": "3F0A1C52-7D0E-4F7A-9A51-0C8F2F6F4A10"',
        right='"sub": "3f0a1c52-7d0e-4f7a-9a51-0c8f2f6f4a10"',
    ),
    Entry(
        "assertion.client_id",
        _("`client_id` i skjemaet er en annen enn `sub`"),
        _("Sender du `client_id` ved siden av, må den være den samme som i client assertion."),
        (_("Programmet har flere klienter, og verdiene er blandet."),),
        (_("Les klient-ID-en fra ett sted i oppsettet, eller utelat `client_id`."),),
        wrong="client_id=0b7d…&client_assertion=(sub: 3f0a…)",
        right="client_id=3f0a…&client_assertion=(sub: 3f0a…)",
    ),
    Entry(
        "assertion.audience",
        _("Mottakeren (`aud`) er ikke utstederadressen"),
        _(
            "`aud` er adressen til autorisasjonstjeneren, nøyaktig slik `issuer` står i "
            "metadata, og skrevet som én tekst."
        ),
        (
            _("`aud` er token-endepunktet. Slik var det før, og mange eksempler gjør det ennå."),
            words.SLASH,
            _("`aud` er en liste, eller adressen til det andre miljøet."),
        ),
        (_("Hent `issuer` fra metadata, og bruk den uendret."),),
        wrong='"aud": "https://portal.example/test/sts/connect/token"',
        right='"aud": "https://portal.example/test/sts"',
    ),
    Entry(
        "assertion.expiry",
        _("Den er utløpt, eller `exp` er ikke et tall"),
        _("`exp` er sekunder siden 1970, som tall. Klokkene kan avvike med høyst 10 sekunder."),
        (
            _("En client assertion er lagret og brukt igjen."),
            words.SLOW_CLOCK,
            _("`exp` er skrevet som tekst."),
        ),
        (
            _("Lag en ny client assertion rett før hver forespørsel."),
            words.CLOCK,
        ),
        wrong='"exp": "1795435260"',
        right='"exp": 1795435260',
    ),
    Entry(
        "assertion.lifetime",
        _("Levetiden er for lang"),
        _(
            "Det kan være høyst 60 sekunder fra `iat` til `exp`. En kopi på avveie er da "
            "verdiløs om et minutt."
        ),
        (
            _("Biblioteket gir fem minutter eller en time når ingenting er sagt."),
            _("`exp` er regnet i millisekunder, eller i lokal tid i stedet for UTC."),
        ),
        (_("Sett `exp` til `iat` pluss 30."),),
        wrong='"iat": 1795435200, "exp": 1795438800',
        right='"iat": 1795435200, "exp": 1795435230',
    ),
    Entry(
        "assertion.not_before",
        _("Den gjelder ikke ennå (`nbf`)"),
        _(
            "`nbf` er tidspunktet den gjelder fra, og kan ligge høyst 10 sekunder foran "
            "klokken vår."
        ),
        (
            words.FAST_CLOCK,
            _("`nbf` er skrevet som tekst."),
        ),
        (
            words.CLOCK,
            _("Utelat `nbf`, eller sett den lik `iat`."),
        ),
        wrong='"iat": 1795435200, "nbf": 1795435230',
        right='"iat": 1795435200, "nbf": 1795435200',
    ),
    Entry(
        "assertion.issued_at",
        _("`iat` er foran klokken vår, eller ikke et tall"),
        _("`iat` er tidspunktet den ble laget: sekunder siden 1970, som tall."),
        (
            _("`iat` er skrevet som tekst, slik eldre eksempler gjør."),
            words.FAST_CLOCK,
        ),
        (
            _("Skriv `iat` uten anførselstegn."),
            words.CLOCK,
        ),
        wrong='"iat": "1795435200"',
        right='"iat": 1795435200',
    ),
    Entry(
        "assertion.jti",
        _("`jti` mangler"),
        _(
            "`jti` er en tilfeldig tekst på 1–256 tegn som skiller hver client assertion "
            "fra alle andre."
        ),
        (
            _("Biblioteket setter ikke `jti` uten at du ber om det."),
            _("`jti` er et tall."),
        ),
        (_("Sett `jti` til en ny UUID hver gang."),),
        wrong='"jti": 1',
        right='"jti": "5f2b8d0e-52a1-4c1e-8f0a-6e7c9d3b2a10"',
    ),
    Entry(
        "assertion.replay",
        _("Den er brukt før"),
        _(
            "En client assertion kan brukes én gang. Forespørselen bruker den opp også "
            "når svaret er `use_dpop_nonce`."
        ),
        (
            _("Biblioteket sender den samme på nytt i nonce-runden."),
            _("Den blir mellomlagret til den går ut."),
            words.SENT_AGAIN,
        ),
        (_("Lag en ny for hvert forsøk, med ny `jti`."),),
        wrong="POST /connect/token  jti=a  → use_dpop_nonce\nPOST /connect/token  jti=a",
        right="POST /connect/token  jti=a  → use_dpop_nonce\nPOST /connect/token  jti=b",
    ),
)
