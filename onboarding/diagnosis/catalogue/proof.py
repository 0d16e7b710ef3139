"""What a DPoP proof must be: by the key that it carries, for this request, now and once."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import words
from onboarding.diagnosis.catalogue.entry import Entry

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        "proof.count",
        _("Det skal være ett DPoP-bevis"),
        _("Forespørselen har nøyaktig én header `DPoP`, med ett bevis i."),
        (
            _("Klienten er satt opp uten DPoP."),
            _("Både biblioteket og koden legger til headeren."),
        ),
        (_("Slå på DPoP i klientbiblioteket, og la bare det legge til headeren."),),
        wrong="POST /test/sts/connect/token",
        right="POST /test/sts/connect/token\nDPoP: header.content.signature",
    ),
    Entry(
        "proof.type",
        _("`typ` er ikke `dpop+jwt`"),
        _("`typ` skiller et DPoP-bevis fra alle andre JWT-er."),
        (
            _("En client assertion er sendt som DPoP-bevis."),
            _("Biblioteket setter `JWT` når ingenting er sagt."),
        ),
        (_("Sett `typ` til `dpop+jwt` i headeren."),),
        wrong='"typ": "JWT"',
        right='"typ": "dpop+jwt"',
    ),
    Entry(
        "proof.algorithm",
        _("DPoP-beviset er signert med en algoritme vi ikke godtar"),
        _("Metadata sier hvilke algoritmer som gjelder, i `dpop_signing_alg_values_supported`."),
        (_("Beviset er signert med `EdDSA`, `HS256` eller `none`."),),
        (_("Bruk ES256, eller en annen fra listen i metadata."),),
        wrong='"alg": "EdDSA"',
        right='"alg": "ES256"',
    ),
    Entry(
        "proof.jwk",
        _("Den offentlige nøkkelen mangler"),
        _("Et DPoP-bevis har med sin offentlige nøkkel, som et objekt i `jwk` i headeren."),
        (
            _("`kid` er brukt i stedet, slik det er i en client assertion."),
            _("`jwk` er skrevet som tekst, eller lagt i innholdet."),
        ),
        (_("Legg den offentlige delen av DPoP-nøkkelen i `jwk` i headeren."),),
        wrong='{"typ": "dpop+jwt", "alg": "ES256", "kid": "nordlys-2026"}',
        right=(
            '{"typ": "dpop+jwt", "alg": "ES256",\n "jwk": {"kty": "EC", "crv": "P-256", '
            '"x": "…", "y": "…"}}'
        ),
    ),
    Entry(
        "proof.private_key",
        _("DPoP-beviset har med den private nøkkelen"),
        _(
            "Hele nøkkelen står i `jwk`, så den private delen er sendt over nettet. "
            "Slutt å bruke nøkkelen nå."
        ),
        (_("Nøkkelen er skrevet ut hel, i stedet for bare den offentlige delen."),),
        (
            _("Lag en ny DPoP-nøkkel."),
            _("Skriv bare `kty`, `crv`, `x` og `y` i `jwk`, eller `kty`, `n` og `e` for RSA."),
        ),
        wrong="jwk: kty, crv, x, y, d",
        right="jwk: kty, crv, x, y",
    ),
    Entry(
        "proof.key",
        _("DPoP-nøkkelen er for svak, eller passer ikke algoritmen"),
        _(
            "DPoP-nøkler må holde de samme kravene som registrerte nøkler: RSA fra 2048 "
            "biter, eller P-256, P-384 eller P-521."
        ),
        (
            _("Kurven og algoritmen hører ikke sammen: ES256 krever P-256."),
            _("Nøkkelen er merket for kryptering, eller for en annen algoritme."),
        ),
        (_("Lag en nøkkel på P-256, og signer med ES256."),),
        wrong='{"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-384", "…": "…"}}',
        right='{"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "…": "…"}}',
    ),
    Entry(
        "proof.signature",
        _("Signaturen er ikke laget med nøkkelen i beviset"),
        _("Den som sender et DPoP-bevis, viser at den har den private delen av nøkkelen i `jwk`."),
        (
            _("Beviset er signert med klientens nøkkel, mens `jwk` er en annen."),
            _("Innholdet er endret etter at beviset ble signert."),
        ),
        (_("Signer med den samme nøkkelen som du legger i `jwk`."),),
        wrong="sign(key A), jwk: key B",
        right="sign(key A), jwk: key A",
    ),
    Entry(
        "proof.nonce_syntax",
        _("`nonce` er ikke en gyldig verdi"),
        _("En nonce er 1–256 synlige ASCII-tegn, slik tjeneren ga den."),
        (_("Verdien er kopiert med anførselstegn, eller gjort om til et tall."),),
        (_("Bruk verdien i headeren `DPoP-Nonce` uendret."),),
        wrong='"nonce": "\\"k3J…\\""',
        right='"nonce": "k3J…"',
    ),
    Entry(
        "proof.jti",
        _("`jti` mangler i DPoP-beviset"),
        _("Hvert DPoP-bevis har sin egen, tilfeldige `jti` på 1–256 tegn."),
        (_("`jti` er utelatt, eller er et tall."),),
        (_("Sett `jti` til en ny UUID for hvert bevis."),),
        wrong='{"htm": "POST", "htu": "…", "iat": 1795435200}',
        right='{"jti": "9c0e4d1a-…", "htm": "POST", "htu": "…", "iat": 1795435200}',
    ),
    Entry(
        "proof.method",
        _("`htm` er en annen metode"),
        _("`htm` er metoden i forespørselen, med store bokstaver."),
        (
            _("Beviset ble laget for et annet kall."),
            _("`htm` er skrevet med små bokstaver."),
        ),
        (
            _(
                "Lag beviset av forespørselen du sender: `POST` til token-endepunktet, og "
                "kallets egen metode til API-et."
            ),
        ),
        wrong='"htm": "post"',
        right='"htm": "POST"',
    ),
    Entry(
        "proof.url",
        _("`htu` er en annen adresse"),
        _(
            "`htu` er adressen du kaller, slik den er kjent utenfra, uten det som følger "
            "etter spørsmålstegnet."
        ),
        (
            _("`htu` er en intern adresse bak en proxy, mens tjeneren kjenner den offentlige."),
            _("`htu` er utstederadressen i stedet for token-endepunktet."),
            words.SLASH,
        ),
        (_("Lag `htu` av den adressen som forespørselen sendes til."),),
        wrong='"htu": "http://10.0.0.7:8080/test/sts/connect/token"',
        right='"htu": "https://portal.example/test/sts/connect/token"',
    ),
    Entry(
        "proof.issued_at",
        _("DPoP-beviset er for gammelt, eller fra framtiden"),
        _(
            "Et DPoP-bevis er ferskt i 60 sekunder, og `iat` kan ligge høyst 10 sekunder "
            "foran klokken vår."
        ),
        (
            _("Beviset ble laget på forhånd, og ventet."),
            words.SLOW_CLOCK,
            words.FAST_CLOCK,
        ),
        (
            _("Lag beviset rett før forespørselen sendes."),
            words.CLOCK,
        ),
        wrong='"iat": 1795435200  (13.00.00 → 13.02.10)',
        right='"iat": 1795435330  (13.02.10 → 13.02.10)',
    ),
    Entry(
        "proof.expiry",
        _("DPoP-beviset er utløpt (`exp`)"),
        _("Et DPoP-bevis trenger ikke `exp`. Står den der, holder vi oss til den."),
        (_("Biblioteket setter en svært kort `exp`."),),
        (_("Utelat `exp` i beviset."),),
        wrong='{"jti": "…", "iat": 1795435200, "exp": 1795435201}',
        right='{"jti": "…", "iat": 1795435200}',
    ),
    Entry(
        "proof.not_before",
        _("DPoP-beviset gjelder ikke ennå (`nbf`)"),
        _("Et DPoP-bevis trenger ikke `nbf`. Står den foran klokken vår, er beviset ikke gyldig."),
        (words.FAST_CLOCK,),
        (
            _("Utelat `nbf` i beviset."),
            words.CLOCK,
        ),
        wrong='{"jti": "…", "iat": 1795435200, "nbf": 1795435230}',
        right='{"jti": "…", "iat": 1795435200}',
    ),
    Entry(
        "proof.token_hash",
        _("`ath` stemmer ikke med tokenet"),
        _(
            "I kall til et API er `ath` SHA-256 av tilgangstokenet, i base64url. Da kan "
            "ikke beviset brukes med et annet token."
        ),
        (
            _("Tokenet er fornyet, men beviset er laget for det forrige."),
            _(
                "Hashen er skrevet med sifre i 16-tallssystemet, eller regnet med ordet "
                "`DPoP` foran."
            ),
        ),
        (_("Regn ut `ath` av tokenet alene, slik det sendes."),),
        wrong='"ath": "9f86d081…"',
        right='"ath": "n4bQgYhM…"',
    ),
    Entry(
        "proof.binding",
        _("Beviset er signert med en annen nøkkel enn tokenet er bundet til"),
        _(
            "`cnf.jkt` i tokenet er fingeravtrykket av nøkkelen som ble brukt da tokenet "
            "ble hentet. Kallet til API-et må bruke den samme."
        ),
        (
            _("Det lages en ny DPoP-nøkkel for hvert kall."),
            _("Tokenet ble hentet av én prosess og brukt av en annen."),
        ),
        (_("Behold DPoP-nøkkelen så lenge tokenet varer, og bruk den i alle kall."),),
        wrong="POST /connect/token  key A\nGET /api  key B",
        right="POST /connect/token  key A\nGET /api  key A",
    ),
    Entry(
        "proof.nonce",
        _("Beviset mangler en fersk nonce"),
        _("Tjeneren ga en verdi i headeren `DPoP-Nonce`, og vil ha den som `nonce` i neste bevis."),
        (
            _("Det var den første forespørselen, som aldri har en nonce."),
            _("Koden leste svaret, men ikke headeren."),
            _("Verdien er fra en annen tjener, eller eldre enn fem minutter."),
        ),
        (
            _(
                "Les `DPoP-Nonce` i svaret, lag nytt DPoP-bevis og ny client assertion, og "
                "prøv én gang til."
            ),
        ),
        wrong='{"jti": "…", "htm": "POST", "htu": "…", "iat": 1795435200}',
        right='{"jti": "…", "htm": "POST", "htu": "…", "iat": 1795435200, "nonce": "k3J…"}',
    ),
    Entry(
        "proof.replay",
        _("DPoP-beviset er brukt før"),
        _("Et DPoP-bevis kan brukes én gang på hver adresse."),
        (
            _("Beviset lages én gang og brukes til flere kall."),
            words.SENT_AGAIN,
        ),
        (_("Lag et nytt bevis, med ny `jti`, for hvert kall."),),
        wrong="GET /api  jti=a\nGET /api  jti=a",
        right="GET /api  jti=a\nGET /api  jti=b",
    ),
)
