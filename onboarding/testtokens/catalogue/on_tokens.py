"""Faults of access tokens: wrong key, wrong words about the key, wrong claims."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from onboarding.testtokens.catalogue.fault import (
    Due,
    Fault,
    Known,
    Weight,
    Where,
    claim,
    member,
    no_claim,
    no_member,
    on_token,
    repeated_claim,
    repeated_member,
    signed,
)
from onboarding.testtokens.tokens import Part, Signed, with_member

HOUR: Final = 3600
# No such host, for ever (RFC 6761): nothing must be fetched from there.
NOWHERE: Final = "https://nokler.invalid/jwks"
LARGE: Final = 24 * 1024
_LET_IN: Final = Due((200,), ())
_SCOPE_DUE: Final = Due((403,), ("insufficient_scope",))


def _past(part: Part, known: Known) -> Part:
    """All its times an hour ago: a token that was right then."""
    claims = part.claims
    for name, value in claims:
        if name in ("iat", "nbf", "exp"):
            claims = with_member(claims, name, value - HOUR)
    return replace(part, claims=claims)


def _as_text(part: Part, known: Known) -> Part:
    value = dict(part.claims).get("exp")
    return replace(part, claims=with_member(part.claims, "exp", str(value)))


def _nested(part: Part, known: Known) -> Part:
    return replace(part, is_nested=True)


def _fault(row: str, title: Any, change: Any, source: str, **more: Any) -> Fault:
    return Fault(row, title, Where.TOKEN, on_token(change), source, **more)


SIGNATURE: Final = (
    _fault("H01", _("Signert med feil nøkkel"), signed(Signed.WRONG), "RFC 9068 §4"),
    _fault(
        "H07",
        _("`alg` er en annen enn nøkkelens"),
        member("alg", lambda known: "RS512"),
        "RFC 8725 §3.1",
    ),
    _fault("H21", _("`alg` er `none`, uten signatur"), signed(Signed.UNSIGNED), "RFC 8725 §3.2"),
    _fault(
        "H22",
        _("`HS256` med den offentlige nøkkelen som hemmelighet"),
        signed(Signed.HMAC),
        "RFC 8725 §3.1",
    ),
    _fault(
        "H37",
        _("Signert med en nøkkel som ikke lenger er publisert"),
        signed(Signed.RETIRED),
        "OpenID Connect Core §10.1.1",
    ),
)
# No faults: whenever the issuer changes its key it shows two, and tokens of both are good.
ROLL: Final = (
    _fault(
        "D37.previous",
        _("Signert med utstederens forrige nøkkel, som fortsatt er publisert"),
        signed(Signed.PREVIOUS),
        "OpenID Connect Core §10.1.1",
        due=_LET_IN,
        is_right=True,
        needs_key=Signed.PREVIOUS,
    ),
    _fault(
        "D37.next",
        _("Signert med utstederens neste nøkkel, som nettopp er publisert"),
        signed(Signed.FOLLOWING),
        "OpenID Connect Core §10.1.1",
        due=_LET_IN,
        is_right=True,
        needs_key=Signed.FOLLOWING,
        weight=Weight.REMARK,
    ),
)
HEADER: Final = (
    _fault(
        "H29.jwk",
        _("Signert med en nøkkel som `jwk` har med"),
        signed(Signed.CARRIED),
        "RFC 8725 §3.10",
    ),
    _fault(
        "H29.x5c",
        _("Signert med en nøkkel som `x5c` har med"),
        signed(Signed.CERTIFIED),
        "RFC 8725 §3.10",
    ),
    _fault(
        "H06.jwt",
        _("`typ` er `JWT`"),
        member("typ", lambda known: "JWT"),
        "RFC 9068 §4",
        weight=Weight.REMARK,
    ),
    _fault("H06.none", _("Uten `typ`"), no_member("typ"), "RFC 9068 §4", weight=Weight.REMARK),
    _fault(
        "H27",
        _("`crit` krever noe ingen kjenner"),
        member("crit", lambda known: ["urn:test:unknown"]),
        "RFC 7515 §4.1.11",
    ),
    _fault(
        "H28.jku",
        _("`jku` peker på andre nøkler"),
        member("jku", lambda known: NOWHERE),
        "RFC 8725 §3.10",
        weight=Weight.REMARK,
    ),
    _fault(
        "H28.x5u",
        _("`x5u` peker på et annet sertifikat"),
        member("x5u", lambda known: NOWHERE),
        "RFC 8725 §3.10",
        weight=Weight.REMARK,
    ),
    _fault(
        "H31",
        _("`kid` står to ganger"),
        repeated_member("kid", lambda known: "ukjent"),
        "RFC 7515 §4",
        weight=Weight.REMARK,
    ),
)
CLAIMS: Final = (
    _fault(
        "H02",
        _("Feil utsteder (`iss`)"),
        claim("iss", lambda known: "https://utsteder.invalid"),
        "RFC 9068 §4",
    ),
    _fault(
        "D21.environment",
        _("Utstederen i det andre miljøet (`iss`)"),
        claim("iss", lambda known: known.other_issuer),
        "RFC 9068 §4",
    ),
    _fault(
        "H03",
        _("Feil mottaker (`aud`)"),
        claim("aud", lambda known: f"{known.audience}-feil"),
        "RFC 9068 §4",
    ),
    _fault("D22.missing", _("Uten mottaker (`aud`)"), no_claim("aud"), "RFC 9068 §4"),
    _fault(
        "H24",
        _("En mottaker til i `aud`"),
        claim("aud", lambda known: [known.audience, "nhn:en-annen"]),
        "RFC 9068 §3",
        weight=Weight.REMARK,
    ),
    _fault("H04", _("Utløpt: `nbf`, `iat` og `exp` er fortid"), _past, "RFC 9068 §4"),
    _fault(
        "H05",
        _("Gjelder ikke ennå: `nbf` er om fem minutter"),
        claim("nbf", lambda known: known.now + 300),
        "RFC 7519 §4.1.5",
    ),
    _fault("H23.exp", _("Uten `exp`"), no_claim("exp"), "RFC 9068 §2.2"),
    _fault("H38", _("`exp` er tekst, ikke et tall"), _as_text, "RFC 7519 §2"),
    _fault("H23.sub", _("Uten `sub`"), no_claim("sub"), "RFC 9068 §2.2", weight=Weight.REMARK),
    _fault(
        "H23.client_id",
        _("Uten `client_id`"),
        no_claim("client_id"),
        "RFC 9068 §2.2",
        weight=Weight.REMARK,
    ),
    _fault("H23.jti", _("Uten `jti`"), no_claim("jti"), "RFC 9068 §2.2", weight=Weight.REMARK),
    _fault("H25", _("Uten scope"), no_claim("scope"), "RFC 6750 §3.1", due=_SCOPE_DUE),
    _fault(
        "H26",
        _("Scope hos et annet API"),
        claim("scope", lambda known: [f"{known.audience}-annet/scope"]),
        "RFC 6750 §3.1",
        due=_SCOPE_DUE,
    ),
    _fault(
        "H30",
        _("`aud` står to ganger, den siste er feil"),
        repeated_claim("aud", lambda known: f"{known.audience}-feil"),
        "RFC 7519 §4",
    ),
    _fault("H39", _("Et token inni et token"), _nested, "RFC 9068 §2.1"),
    _fault(
        "H40",
        _("Altfor stort"),
        claim("fyll", lambda known: "x" * LARGE),
        "OWASP ASVS 5.0 4.2.5",
        due=Due((400, 401, 413, 414, 431), ()),
        weight=Weight.REMARK,
    ),
)
