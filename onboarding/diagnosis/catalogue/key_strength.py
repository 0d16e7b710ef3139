"""Which keys are too weak, or have been used before."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue.entry import MAKE_RSA, Entry, of_key

ENTRIES: Final[tuple[Entry, ...]] = (
    of_key(
        "key.bits",
        _("Nøkkelen har feil lengde"),
        _(
            "RSA 2048 virker, med en merknad. Kortere nøkler kan knekkes, og lengre enn "
            "4096 gjør alle kall tregere."
        ),
        (_("Et eldre verktøy lager 1024 biter når ingenting er sagt."),),
        wrong="openssl genrsa 1024",
        right=MAKE_RSA,
    ),
    of_key(
        "key.exponent",
        _("Den offentlige eksponenten er uvanlig"),
        _("Små eksponenter har gjort mange biblioteker sårbare, så vi godtar bare den vanlige."),
        (_("Nøkkelen er laget med eksponenten 3."),),
        wrong='"e": 3',
        right='"e": 65537',
    ),
    of_key(
        "key.modulus",
        _("Modulusen er ikke to primtall"),
        _(
            "Modulusen er et partall, et primtall eller et kvadrat. Da er den private "
            "delen ingen hemmelighet."
        ),
        (_("Nøkkelen er satt sammen for hånd, eller av et verktøy med feil."),),
        wrong="n = p · p",
        right=MAKE_RSA,
    ),
    of_key(
        "key.small_factors",
        _("Modulusen har små faktorer"),
        _("Modulusen kan deles på et lite tall. Et riktig nøkkelpar har to store primtall."),
        (_("Verktøyet lette ikke etter primtall, men tok tilfeldige tall."),),
        wrong="n = 3 · 11 · …",
        right=MAKE_RSA,
    ),
    of_key(
        "key.fermat",
        _("Primtallene ligger for tett"),
        _("Når de to primtallene er nesten like, finner hvem som helst dem på sekunder."),
        (_("Noen skrivere og innebygde systemer har laget slike nøkler."),),
        wrong="q = next_prime(p)",
        right=MAKE_RSA,
    ),
    of_key(
        "key.roca",
        _("Nøkkelen er laget med ROCA-feilen"),
        _(
            "Nøkler fra et bibliotek i mange smartkort og TPM-er har en form som gjør at "
            "de kan knekkes."
        ),
        (_("Nøkkelen er laget på en brikke fra før 2018, eller en som ikke er oppdatert siden."),),
        fixes=(_("Oppdater brikken først, eller lag nøkkelen utenfor den."),),
        wrong="TPM 1.2, firmware 2016",
        right=MAKE_RSA,
    ),
    of_key(
        "key.shared_primes",
        _("Nøkkelen deler et primtall med en annen"),
        _("Et av primtallene er kjent fra en nøkkel som er funnet på nettet."),
        (
            _(
                "Maskinen hadde for lite tilfeldighet, ofte fordi nøkkelen ble laget ved "
                "første oppstart."
            ),
        ),
        wrong="n₁ = p · q₁,  n₂ = p · q₂",
        right=MAKE_RSA,
    ),
    of_key(
        "key.pattern",
        _("Nøkkelen har et mønster"),
        _("Modulusen følger et mønster som bare en generator med feil lager."),
        (_("Nøkkelen er fra et eksempel, eller maskinens generator er ødelagt."),),
        wrong="n = AAAA AAAA AAAA …",
        right=MAKE_RSA,
    ),
    Entry(
        "key.bias",
        _("Bitene i nøkkelen er skjevt fordelt"),
        _(
            "Dette er en merknad: nøkkelen er godtatt. Så skjev fordeling er sjelden, og "
            "kan komme av en dårlig generator."
        ),
        (_("Som regel er det tilfeldig."),),
        (_("Lag en ny nøkkel hvis du ikke kjenner verktøyet som laget denne."),),
        wrong="44 %",
        right="50 %",
    ),
    of_key(
        "key.barred",
        _("Nøkkelen er utestengt"),
        _("Fingeravtrykket står på listen over nøkler som aldri kan brukes igjen."),
        (_("Hele nøkkelparet ble en gang lastet opp, i stedet for den offentlige delen."),),
        wrong="privat.pem → portal\nprivat.pem → offentlig.pem → portal",
        right="ny-privat.pem → ny-offentlig.pem → portal",
        source="RFC 7517 §9.2",
    ),
    of_key(
        "key.used_elsewhere",
        _("Nøkkelen er registrert et annet sted"),
        _("En nøkkel hører til én klient i ett miljø. Vi sier ikke hvor den ellers er registrert."),
        (
            _("Samme nøkkel er tenkt brukt i både test og produksjon."),
            _("Nøkkelen er kopiert fra et eksempel."),
        ),
        wrong="test: key A, production: key A",
        right="test: key A, production: key B",
        source="RFC 9700",
    ),
    of_key(
        "key.retired",
        _("Nøkkelen er brukt opp på denne klienten"),
        _("En nøkkel som er sperret eller utløpt, kan ikke tas i bruk igjen."),
        (_("Den gamle filen ble lastet opp på nytt da nøkkelen gikk ut."),),
        wrong="nordlys-2024.pem",
        right="nordlys-2026.pem",
        source="RFC 9700",
    ),
    of_key(
        "key.kid_taken",
        _("Nøkkel-ID-en (`kid`) er opptatt"),
        _("Klienten har en annen nøkkel med samme `kid`, og en signatur må peke på én av dem."),
        (_("Verktøyet gir alle nøkler samme navn."),),
        wrong='"kid": "client-key"',
        right='"kid": "nordlys-2026"',
        source="RFC 7517 §4.5",
    ),
    Entry(
        "key.making_gave_up",
        _("Portalen fikk ikke laget nøkkelen"),
        _(
            "Vi prøvde flere ganger, og ble avbrutt hver gang. Nøkler som klienten har "
            "fra før, virker som før."
        ),
        (_("Det var driftsstans hos oss mens nøkkelen ble laget."),),
        (_("Trykk «Prøv igjen» på klientens side, eller lag nøkkelen i nettleseren."),),
    ),
)
