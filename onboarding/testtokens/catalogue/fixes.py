"""What an API's author does about each fault that got in."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.testtokens.catalogue.fault import Fault, Where

_KEYS: Final = _(
    "Verifiser signaturen med nøklene i utstederens nøkkelsett og en fast liste over algoritmer. "
    "Bruk aldri en nøkkel som tokenet selv har med."
)
_HEADER: Final = _("La biblioteket avvise hoder det ikke forstår, og krev `typ` lik `at+jwt`.")
_ADDRESSED: Final = _("Krev nøyaktig riktig `iss`, og API-ets eget kortnavn alene i `aud`.")
_TIMES: Final = _("Krev `exp`, og `nbf` når den finnes, som tall. Noen sekunders avvik er nok.")
_NAMES: Final = _("Krev claimene som RFC 9068 krever.")
_SCOPES: Final = _("Sjekk scope for hver handling, og svar 403 når det mangler.")
_TWICE: Final = _("Avvis JSON der et navn står to ganger.")
_SIZE: Final = _("Sett en grense for hvor stort et token kan være, før det leses.")
_PROOF: Final = _(
    "Valider beviset etter RFC 9449 §4.3, mot dette ene kallet. La et bibliotek gjøre det."
)
_BINDING: Final = _(
    "Sammenlign `cnf.jkt` med fingeravtrykket av nøkkelen i beviset, og godta et bundet token "
    "bare med skjemaet `DPoP`."
)
_REPLAY: Final = _("Husk `jti` i et felles lager lenger enn `iat` godtas.")
_PLACE: Final = _("Les tokenet bare fra `Authorization`: adresser havner i logger.")
_KIND: Final = _("Krev `typ` lik `at+jwt`, så andre tokener ikke kan brukes som tilgangstoken.")

_ROLL: Final = _(
    "Godta alle nøklene i utstederens nøkkelsett, og hent det på nytt når `kid` er ukjent, men "
    "ikke mer enn én gang i minuttet."
)

_BY_ID: Final = {
    **dict.fromkeys(("D37.previous", "D37.next"), _ROLL),
    **dict.fromkeys(("H01", "H07", "H21", "H22", "H37", "H29.jwk", "H29.x5c"), _KEYS),
    **dict.fromkeys(("H02", "D21.environment", "H03", "D22.missing", "H24"), _ADDRESSED),
    **dict.fromkeys(("H04", "H05", "H23.exp", "H38"), _TIMES),
    **dict.fromkeys(("H23.sub", "H23.client_id", "H23.jti"), _NAMES),
    **dict.fromkeys(("H25", "H26"), _SCOPES),
    **dict.fromkeys(("H30", "H31"), _TWICE),
    **dict.fromkeys(("H20", "H36", "D26", "D08"), _BINDING),
    **dict.fromkeys(("D33.id_token", "D33.assertion", "H39"), _KIND),
    "H33": _REPLAY,
    "H40": _SIZE,
    "D07": _PLACE,
}


def fix(fault: Fault) -> Promise:
    """Return what to do so that this fault is refused."""
    otherwise = _PROOF if fault.where == Where.PROOF else _HEADER
    return _BY_ID.get(fault.id, otherwise)
