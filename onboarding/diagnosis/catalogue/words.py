"""What several pages say: one sentence, one place."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.smoketests.advice import advice

CLOCK: Final = advice("test.clock_skew").fix
FAST_CLOCK: Final = _("Klokken på maskinen går for fort.")
SLOW_CLOCK: Final = _("Klokken på maskinen går for sakte.")
API_CLOCK: Final = _("Klokken til API-et går for sakte.")
SENT_AGAIN: Final = _("HTTP-klienten eller en proxy har gjentatt forespørselen av seg selv.")
OTHER_ENVIRONMENT: Final = _(
    "Test og produksjon er blandet: hvert miljø har sine egne klienter, nøkler og adresser."
)
SLASH: Final = _("En skråstrek for mye eller for lite på slutten.")
FOREIGN: Final = _("Tokenet er laget av et annet system enn autorisasjonstjeneren.")
FETCH: Final = _("Hent tokenet fra autorisasjonstjeneren, og send det uendret.")
ASK_FOR_SCOPE: Final = _(
    "Be om scopet når du henter token. «Scopes» på klientens side sier hva som er klart til bruk."
)
COPY_CLIENT_ID: Final = _("Kopier klient-ID-en fra klientens side, i riktig miljø.")
