"""What each header member and claim of a token says, for whoever reads one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.jose import b64

_CLIENT: Final = "helseid://claims/client"
_IDENTITY: Final = "helseid://claims/identity"
EXPLANATIONS: Final[dict[str, Promise]] = {
    "alg": _("Algoritmen i signaturen. API-et godtar bare dem det har på listen sin."),
    "kid": _("Hvilken av utstederens nøkler som signerte."),
    "typ": _("Hva slags token dette er. Tilgangstoken har `at+jwt`, DPoP-bevis har `dpop+jwt`."),
    "jwk": _("Den offentlige nøkkelen som beviset er signert med."),
    "cty": _("Hva som ligger inni. Et tilgangstoken har ikke noe token inni seg."),
    "crit": _("Felt som leseren må forstå, ellers skal tokenet avvises."),
    "iss": _("Utstederen. Skal være lik den API-et stoler på, tegn for tegn."),
    "aud": _("Mottakeren: kortnavnet til API-et tokenet er ment for."),
    "sub": _("Hvem tokenet handler om: personen, eller klienten selv."),
    "exp": _("Gjelder til dette tidspunktet."),
    "nbf": _("Gjelder ikke før dette tidspunktet."),
    "iat": _("Da det ble laget."),
    "jti": _("Eget navn for dette ene. I et bevis kan det bare brukes én gang."),
    "client_id": _("Klienten som fikk tokenet."),
    "scope": _("Hva tokenet gir lov til. API-et sjekker det for hver handling."),
    "cnf": _("Tokenet er bundet til nøkkelen med dette fingeravtrykket, og er ubrukelig uten."),
    "htm": _("Metoden i kallet som beviset gjelder."),
    "htu": _("Adressen i kallet som beviset gjelder, uten spørredel."),
    "ath": _("Hash av tokenet som beviset hører til."),
    "nonce": _("Verdi fra tjeneren, som viser at beviset er nytt."),
    "act": _("Klienten som handler på vegne av den tokenet handler om."),
    "amr": _("Hvordan personen logget inn."),
    "idp": _("Hvem som gikk god for personen."),
    "sid": _("Økten hos autorisasjonstjeneren."),
    "name": _("Navnet på personen."),
    "given_name": _("Fornavnet til personen."),
    "middle_name": _("Mellomnavnet til personen."),
    "family_name": _("Etternavnet til personen."),
    "tillitsrammeverk": _("Hvem som behandler hvem, hvor og hvorfor, etter tillitsrammeverket."),
    "nhn:sfm:journal_id": _("Journalen som tokenet gjelder, for SFM."),
    "herid": _("HER-id i Adresseregisteret."),
    f"{_CLIENT}/client_name": _("Navnet på klienten."),
    f"{_CLIENT}/amr": _("Hvordan klienten viste hvem den er."),
    f"{_CLIENT}/claims/client_tenancy": _("Om klienten er for én virksomhet eller flere."),
    f"{_CLIENT}/claims/orgnr_parent": _("Virksomheten klienten handler for (hovedenhet)."),
    f"{_CLIENT}/claims/orgnr_child": _("Underenheten klienten handler for."),
    f"{_CLIENT}/claims/orgnr_supplier": _("Leverandøren som eier klienten."),
    f"{_IDENTITY}/pid": _("Fødselsnummeret til personen. I testtokener er det syntetisk."),
    f"{_IDENTITY}/pid_pseudonym": _("Pseudonym for fødselsnummeret. Fases ut."),
    f"{_IDENTITY}/security_level": _("Hvor sikkert personen ble identifisert. 4 er høyest."),
    f"{_IDENTITY}/assurance_level": _("Tillitsnivået til den elektroniske ID-en."),
    f"{_IDENTITY}/network": _("Nettet personen logget inn fra."),
    "helseid://claims/hpr/hpr_number": _("HPR-nummeret til personen."),
}
OWN: Final = _("Et claim som API-et selv har bedt om, eller som vi ikke kjenner.")
_TIMES: Final = frozenset({"exp", "nbf", "iat"})


class Line(NamedTuple):
    """One member of a token, with what it says."""

    name: str
    value: str
    at: datetime | None
    explanation: Promise


class Reading(NamedTuple):
    """A token taken apart for reading; nothing is judged."""

    header: list[Line]
    claims: list[Line]


def read(token: str) -> Reading | None:
    """Return a token's members with explanations, or None for what is no token."""
    parts = token.split(".")
    try:
        header, claims = (json.loads(b64.decode(part)) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Reading(_lines(header), _lines(claims))


def _lines(members: Mapping[str, Any]) -> list[Line]:
    return [
        Line(name, _value(value), _moment(name, value), EXPLANATIONS.get(name, OWN))
        for name, value in members.items()
    ]


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else f"{text[:400]}…"


def _moment(name: str, value: object) -> datetime | None:
    if name not in _TIMES or not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return datetime.fromtimestamp(value, UTC)
