"""What every signed text must be before anything in it is believed."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue.entry import Entry

_RULES: Final = (
    Entry(
        "size",
        _("Teksten er for lang"),
        _(
            "Vi leser høyst 8 kB av en client assertion eller et DPoP-bevis, og 16 kB av et "
            "tilgangstoken."
        ),
        (
            _("Headeren har med en sertifikatkjede (`x5c`)."),
            _("Flere tokener er limt inn der ett skulle stå."),
        ),
        (_("Ta bort alt som ikke trengs i header og innhold."),),
        wrong='{"alg": "PS256", "kid": "nordlys-2026", "x5c": ["…", "…", "…"]}',
        right='{"alg": "PS256", "kid": "nordlys-2026"}',
    ),
    Entry(
        "compact",
        _("Teksten har ikke tre deler"),
        _("En signert JWT skrives kompakt: header, innhold og signatur, med punktum mellom."),
        (
            _("Verdien er kortet av i en miljøvariabel eller et databasefelt."),
            _("Biblioteket laget JWS i JSON-form, eller en kryptert JWT med fem deler."),
        ),
        (
            _(
                "Be biblioteket om kompakt form, og send den uten linjeskift, anførselstegn "
                "eller ord foran."
            ),
        ),
        wrong='{"payload": "…", "signatures": [{"protected": "…", "signature": "…"}]}',
        right="header.content.signature",
    ),
    Entry(
        "base64url",
        _("Teksten er ikke base64url"),
        _(
            "Hver del er base64url: bindestrek og understrek i stedet for pluss og "
            "skråstrek, og ingen likhetstegn på slutten."
        ),
        (
            _("Delene er kodet med vanlig base64."),
            _("Verdien er endret på veien, for eksempel når pluss ble til mellomrom i et skjema."),
        ),
        (_("La et JWT-bibliotek sette sammen teksten."),),
        wrong="ab+/cd==",
        right="ab-_cd",
    ),
    Entry(
        "json",
        _("Header eller innhold er ikke ett JSON-objekt"),
        _("Både header og innhold må være ett JSON-objekt i UTF-8, der hvert navn står én gang."),
        (
            _("Samme navn står to ganger, for eksempel `aud`."),
            _("Et tall er NaN, eller det står tekst utenfor objektet."),
        ),
        (_("La biblioteket skrive JSON, og lim ikke sammen claims som tekst."),),
        wrong='{"aud": "a", "aud": "b"}',
        right='{"aud": "b"}',
    ),
    Entry(
        "critical",
        _("Headeren krever en utvidelse vi ikke har (`crit`, `b64`)"),
        _(
            "`crit` sier at mottakeren må forstå en utvidelse. Vi har ingen, og avviser "
            "den heller enn å overse den."
        ),
        (
            _("Biblioteket er satt opp for innhold som ikke er kodet (`b64`)."),
            _("Headeren er kopiert fra et annet system."),
        ),
        (_("Fjern `crit` og `b64` fra headeren."),),
        wrong='{"alg": "ES256", "b64": false, "crit": ["b64"]}',
        right='{"alg": "ES256"}',
    ),
    Entry(
        "compression",
        _("Innholdet er komprimert (`zip`)"),
        _(
            "`zip` hører til krypterte tokener. Vi pakker ikke ut noe før vi vet hvem "
            "det kommer fra."
        ),
        (_("Komprimering er slått på i JWT-biblioteket."),),
        (_("Slå av komprimeringen."),),
        wrong='{"alg": "ES256", "zip": "DEF"}',
        right='{"alg": "ES256"}',
    ),
    Entry(
        "embedded_key",
        _("Headeren har med en nøkkel"),
        _(
            "Vi tror bare på nøkler vi kjenner fra før, aldri på en nøkkel eller adresse "
            "som følger med (`jwk`, `jku`, `x5c`, `x5u`). DPoP-beviset er unntaket: der "
            "skal `jwk` stå."
        ),
        (
            _("Biblioteket legger ved sertifikatet eller nøkkelen av seg selv."),
            _("Et DPoP-bevis er sendt der noe annet skulle stå."),
        ),
        (_("Pek på nøkkelen med `kid` alene."),),
        wrong='{"alg": "ES256", "jwk": {"kty": "EC", "…": "…"}}',
        right='{"alg": "ES256", "kid": "nordlys-2026"}',
    ),
)


def entries(prefix: str) -> tuple[Entry, ...]:
    """Return the entries of these rules for what is read as a `prefix`, such as "assertion"."""
    return tuple(rule._replace(code=f"{prefix}.{rule.code}") for rule in _RULES)
