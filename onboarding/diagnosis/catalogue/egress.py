"""Calls from the portal to others that got no answer to work with."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue.entry import Entry, of_test

ENTRIES: Final[tuple[Entry, ...]] = (
    of_test(
        "egress.refused",
        _(
            "Vi kaller bare offentlige adresser, så portalen ikke kan brukes til å nå "
            "nettene den selv står i."
        ),
        (
            _("Adressen er intern, har et portnummer eller er skrevet som tall."),
            _("Navnet peker til en privat adresse i DNS."),
        ),
        wrong="http://10.0.0.7:8080/ping",
        right="https://api.example/ping",
    ),
    of_test(
        "egress.unreachable",
        _("Navnet finnes ikke, eller ingen tok imot på adressen."),
        (
            _("Tjenesten er stoppet."),
            _("En brannmur slipper ikke portalen inn."),
            _("Navnet er skrevet feil."),
        ),
        wrong="https://api.exmaple/ping",
        right="https://api.example/ping",
    ),
    of_test(
        "egress.timeout",
        _("Vi venter tre sekunder på forbindelsen, fem på hver del av svaret og ti på alt."),
        (
            _("Tjenesten er overbelastet, eller starter opp."),
            _("En brannmur kaster forespørselen uten å svare."),
        ),
        wrong="GET /ping → …",
        right="GET /ping → 200, 120 ms",
    ),
    of_test(
        "egress.tls",
        _(
            "Sertifikatet må være gyldig, utstedt til navnet i adressen og av en "
            "utsteder som nettlesere kjenner."
        ),
        (
            _("Sertifikatet er utløpt, eller til et annet navn."),
            _("Tjeneren sender ikke mellomsertifikatet."),
        ),
        wrong="api.example: CN=localhost",
        right="api.example: CN=api.example",
        source="RFC 9525 §6",
    ),
    of_test(
        "egress.too_large",
        _("Vi slutter å lese når svaret blir for stort, så ingen kan fylle minnet vårt."),
        (_("Adressen gir hele datasettet, og ikke et lite svar."),),
        wrong="GET /export → 40 MB",
        right="GET /ping → 2 kB",
    ),
)
