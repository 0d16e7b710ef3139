"""What a public key must look like, and what it may say about itself."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue.entry import Entry, of_key

ENTRIES: Final[tuple[Entry, ...]] = (
    of_key(
        "key.size",
        _("Det er for stort til å være en nøkkel"),
        _("En offentlig nøkkel er noen få kilobyte. Vi leser høyst 64 kB."),
        (
            _(
                "Et nøkkellager, eller en fil med flere sertifikater, er valgt i stedet for "
                "nøkkelen."
            ),
        ),
        wrong="keystore.p12",
        right="offentlig.pem",
    ),
    of_key(
        "key.private",
        _("Den private nøkkelen er sendt"),
        _(
            "Den private delen skal aldri forlate den som eier den. Når den har nådd "
            "oss, kan nøkkelen aldri brukes hos noen klient."
        ),
        (
            _("Hele nøkkelparet er limt inn."),
            _("Filen med den private delen er valgt i stedet for den offentlige."),
        ),
        wrong="openssl pkey -in privat.pem",
        right="openssl pkey -in privat.pem -pubout",
    ),
    of_key(
        "key.encoding",
        _("Teksten er ikke ren UTF-8"),
        _("Nøkkelen må være UTF-8, uten usynlige tegn foran."),
        (_("Filen er lagret som «UTF-8 med BOM» eller UTF-16, slik noen teksteditorer gjør."),),
        wrong="EF BB BF 7B …",
        right="7B …",
    ),
    of_key(
        "key.json",
        _("Nøkkelen er ikke gyldig JSON"),
        _("Det som begynner med en krøllparentes, leser vi som JSON."),
        (
            _("Den siste krøllparentesen ble ikke med i kopien."),
            _("Et tekstprogram har gjort anførselstegnene krøllete."),
        ),
        wrong="{“kty”: “EC”, “crv”: “P-256”}",
        right='{"kty": "EC", "crv": "P-256"}',
    ),
    of_key(
        "key.shape",
        _("Dette er ikke én nøkkel eller ett nøkkelsett"),
        _("En JWK er ett objekt med `kty`. En JWKS er ett objekt med listen `keys`."),
        (
            _("Nøklene står i en liste uten objektet rundt."),
            _("Nøkkelen er JSON inne i en tekst, med anførselstegn rundt."),
        ),
        wrong='[{"kty": "EC", "…": "…"}]',
        right='{"keys": [{"kty": "EC", "…": "…"}]}',
    ),
    of_key(
        "key.pem",
        _("PEM-blokken kan ikke leses"),
        _("Vi tar imot én blokk: `PUBLIC KEY`, `RSA PUBLIC KEY` eller `CERTIFICATE`."),
        (
            _("Filen har flere blokker, eller forklarende tekst rundt."),
            _("Nøkkelen er i formen til OpenSSH eller .NET."),
        ),
        wrong="ssh-rsa AAAA…",
        right="-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----",
    ),
    of_key(
        "key.type",
        _("Vi støtter ikke nøkkeltypen"),
        _("Autorisasjonstjeneren og API-ene kontrollerer bare signaturer fra RSA og EC."),
        (_("Nøkkelen er Ed25519, eller en delt hemmelighet (`oct`)."),),
        wrong='{"kty": "OKP", "crv": "Ed25519"}',
        right='{"kty": "EC", "crv": "P-256"}',
    ),
    of_key(
        "key.curve",
        _("Vi støtter ikke kurven"),
        _("EC-nøkler må ligge på en av de tre kurvene som ES256, ES384 og ES512 bruker."),
        (_("Nøkkelen er laget på `secp256k1`, som likner P-256 i navnet, men ikke er det samme."),),
        wrong="openssl ecparam -name secp256k1 -genkey",
        right="openssl ecparam -name prime256v1 -genkey",
    ),
    of_key(
        "key.base64url",
        _("Tallene i nøkkelen er skrevet feil"),
        _("`n`, `e`, `x` og `y` er tall i base64url, og hvert tall kan bare skrives på én måte."),
        (
            _("Tallene er skrevet i vanlig base64."),
            _("`n` har en nullbyte foran, slik noen plattformer skriver store tall."),
        ),
        wrong='"e": "AAEAAQ=="',
        right='"e": "AQAB"',
    ),
    of_key(
        "key.point",
        _("Punktet ligger ikke på kurven"),
        _("`x` og `y` må høre til et punkt på kurven, og ha full lengde."),
        (_("`x` og `y` er byttet om, kortet av eller kopiert fra to nøkler."),),
        wrong='"crv": "P-384", "x": 32 B, "y": 32 B',
        right='"crv": "P-384", "x": 48 B, "y": 48 B',
    ),
    of_key(
        "key.algorithm",
        _("Algoritmen mangler, eller passer ikke nøkkelen"),
        _("Nøkkelen registreres for én algoritme, så ingen kan bytte den ut i en signatur."),
        (
            _("PEM sier aldri hvilken algoritme nøkkelen er til."),
            _("`alg` og kurven hører ikke sammen."),
        ),
        wrong='{"kty": "EC", "crv": "P-256", "alg": "ES384"}',
        right='{"kty": "EC", "crv": "P-256", "alg": "ES256"}',
    ),
    of_key(
        "key.use",
        _("Nøkkelen er merket for noe annet enn å signere"),
        _("`use` sier hva nøkkelen er til. Klienten skal signere med den."),
        (_("Nøkkelen er laget for kryptering (`enc`)."),),
        wrong='"use": "enc"',
        right='"use": "sig"',
    ),
    of_key(
        "key.operations",
        _("`key_ops` passer ikke en offentlig nøkkel"),
        _("Med den offentlige delen kan man bare verifisere. `sign` hører til den private."),
        (_("Feltet ble med fra den private nøkkelen."),),
        wrong='"key_ops": ["sign"]',
        right='"key_ops": ["verify"]',
    ),
    of_key(
        "key.kid",
        _("Vi kan ikke bruke nøkkel-ID-en (`kid`)"),
        _(
            "Nøkkel-ID-en går igjen i logger, filer og adresser, så den må være kort og "
            "uten spesialtegn."
        ),
        (_("`kid` er en adresse, et filnavn eller navnet i et sertifikat."),),
        wrong='"kid": "CN=Nordlys EPJ"',
        right='"kid": "nordlys-2026"',
    ),
    of_key(
        "key.duplicate",
        _("Samme nøkkel eller nøkkel-ID står to ganger"),
        _("I et nøkkelsett må hver `kid` peke på én nøkkel, og hver nøkkel ha én `kid`."),
        (_("Den nye nøkkelen har fått samme `kid` som den gamle."),),
        wrong='{"keys": [{"kid": "nordlys", "…": "…"}, {"kid": "nordlys", "…": "…"}]}',
        right='{"keys": [{"kid": "nordlys-2025", "…": "…"}, {"kid": "nordlys-2026", "…": "…"}]}',
    ),
    of_key(
        "key.certificate",
        _("Nøkkelen har med et sertifikat"),
        _("En JWK med sertifikat sier to ting om hvem som eier den. Vi tar bare imot nøkkelen."),
        (_("Verktøyet tok med `x5c` da nøkkelen ble hentet ut av et nøkkellager."),),
        wrong='{"kty": "RSA", "n": "…", "e": "AQAB", "x5c": ["…"]}',
        right='{"kty": "RSA", "n": "…", "e": "AQAB"}',
    ),
    Entry(
        "key.unknown_members",
        _("Noen felter i nøkkelen ble ikke lagret"),
        _(
            "Dette er en merknad: nøkkelen er godtatt. Vi lagrer bare feltene som "
            "standarden kjenner."
        ),
        (_("Verktøyet har lagt til felter av sine egne."),),
        (_("Du trenger ikke gjøre noe."),),
        wrong='{"kty": "EC", "…": "…", "createdBy": "kari"}',
        right='{"kty": "EC", "…": "…"}',
    ),
)
