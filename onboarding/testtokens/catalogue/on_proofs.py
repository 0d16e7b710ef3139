"""Faults of DPoP proofs, and of how token and proof are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from onboarding.jose import b64
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
    on_proof,
    on_token,
    signed,
)
from onboarding.testtokens.tokens import Draft, Given, Part, Place, Signed

MINUTES: Final = 300
_PROOF_DUE: Final = Due((401,), ("invalid_dpop_proof", "invalid_token"))
_BINDING_DUE: Final = Due((401,), ("invalid_token", "invalid_dpop_proof"))
_NONCE_DUE: Final = Due((401,), ("use_dpop_nonce",))


def _other_path(known: Known) -> str:
    return f"{known.url.partition('?')[0].rstrip('/')}/et-annet-sted"


def _fault(row: str, title: Any, change: Any, source: str, **more: Any) -> Fault:
    due = more.pop("due", _PROOF_DUE)
    return Fault(row, title, Where.PROOF, on_proof(change), source, due, is_for_bound=True, **more)


PROOF: Final = (
    _fault("H08", _("Uten `htu`"), no_claim("htu"), "RFC 9449 §4.3(3)"),
    _fault("H09", _("Uten `htm`"), no_claim("htm"), "RFC 9449 §4.3(3)"),
    _fault(
        "H10",
        _("`iat` er fem minutter siden"),
        claim("iat", lambda known: known.now - MINUTES),
        "RFC 9449 §4.3(11)",
    ),
    _fault(
        "H11",
        _("`iat` er om fem minutter"),
        claim("iat", lambda known: known.now + MINUTES),
        "RFC 9449 §4.3(11)",
    ),
    _fault("H12", _("Uten `ath`"), no_claim("ath"), "RFC 9449 §4.3(12)"),
    _fault("H13", _("Uten `alg`"), no_member("alg"), "RFC 9449 §4.3(5)"),
    _fault("H14", _("Uten `jwk`"), no_member("jwk"), "RFC 9449 §4.3(3)"),
    _fault("H15", _("Uten `jti`"), no_claim("jti"), "RFC 9449 §4.3(3)"),
    _fault("H16", _("Symmetrisk `alg`"), signed(Signed.HMAC), "RFC 9449 §4.3(5)"),
    _fault(
        "H17",
        _("Privat nøkkel i `jwk`"),
        member("jwk", lambda known: Given.PRIVATE_JWK),
        "RFC 9449 §4.3(7)",
    ),
    _fault("H18", _("Feil `typ`"), member("typ", lambda known: "JWT"), "RFC 9449 §4.3(4)"),
    _fault("H19", _("Feil signatur"), signed(Signed.WRONG), "RFC 9449 §4.3(6)"),
    _fault(
        "H32",
        _("Uten `nonce`"),
        no_claim("nonce"),
        "RFC 9449 §9",
        due=_NONCE_DUE,
        is_for_nonces=True,
    ),
    _fault("H34", _("`htu` er en annen adresse"), claim("htu", _other_path), "RFC 9449 §4.3(9)"),
    _fault(
        "H35",
        _("`ath` er av et annet token"),
        claim("ath", lambda known: b64.digest(known.other_token.encode())),
        "RFC 9449 §4.3(12)",
        needs_other_token=True,
    ),
    _fault(
        "D12.htm",
        _("`htm` er en annen metode"),
        claim("htm", lambda known: "DELETE"),
        "RFC 9449 §4.3(8)",
    ),
)


def _request(row: str, title: Any, change: Any, source: str, **more: Any) -> Fault:
    return Fault(row, title, Where.REQUEST, change, source, **more)


def _instead(make: Callable[[Part, Known], Part]) -> Callable[[Draft, Known], Draft]:
    return on_token(make)


def _id_token(part: Part, known: Known) -> Part:
    """What a login gives: for the client, with the client as its audience."""
    claims = dict(part.claims)
    wanted = ("iss", "iat", "exp", "sub", "jti")
    found = tuple((name, claims[name]) for name in wanted if name in claims)
    client = str(claims.get("client_id", "klient"))
    header = (("alg", Given.ALG), ("kid", Given.KID), ("typ", "JWT"))
    return Part(header, (*found, ("aud", client), ("nonce", "n-0S6_WzA2Mj")))


def _assertion(part: Part, known: Known) -> Part:
    """What a client authenticates with: signed by itself, for the issuer."""
    claims = dict(part.claims)
    client = str(claims.get("client_id", "klient"))
    found = {"iss": client, "sub": client, "aud": claims.get("iss"), "jti": claims.get("jti")}
    times = {"iat": known.now, "exp": known.now + 30}
    header = (("alg", Given.ALG), ("kid", Given.KID), ("typ", "client-authentication+jwt"))
    return Part(header, tuple((found | times).items()), Signed.RETIRED)


def _unbound(draft: Draft, known: Known) -> Draft:
    """A token that is bound to no key, as such tokens are sent."""
    claims = tuple(pair for pair in draft.token.claims if pair[0] != "cnf")
    return replace(draft, token=replace(draft.token, claims=claims), proof=None, scheme="Bearer")


def _wrong_jkt(part: Part, known: Known) -> Part:
    return claim("cnf", lambda _known: {"jkt": b64.digest(b"another key")})(part, known)


REQUEST: Final = (
    _request(
        "H20",
        _("Tokenet er bundet til en annen nøkkel (`cnf.jkt`)"),
        on_token(_wrong_jkt),
        "RFC 9449 §7.1",
        due=_BINDING_DUE,
        is_for_bound=True,
    ),
    _request(
        "H33",
        _("Samme bevis to ganger"),
        lambda draft, known: replace(draft, is_repeated=True),
        "RFC 9449 §11.1",
        due=_PROOF_DUE,
        weight=Weight.REMARK,
        is_for_bound=True,
    ),
    _request(
        "H36",
        _("Bundet token sendt som `Bearer`"),
        lambda draft, known: replace(draft, scheme="Bearer"),
        "RFC 9449 §7.2",
        due=_BINDING_DUE,
        is_for_bound=True,
    ),
    _request(
        "D08",
        _("Uten bevis"),
        lambda draft, known: replace(draft, proof=None),
        "RFC 9449 §7.1",
        due=_PROOF_DUE,
        is_for_bound=True,
    ),
    _request(
        "D26",
        _("Token uten binding, sendt som `Bearer`"),
        _unbound,
        "FAPI 2.0 §5.3.4(5)",
        is_for_bound=True,
        is_for_required=True,
    ),
    _request(
        "D07",
        _("Tokenet i adressen"),
        lambda draft, known: replace(draft, place=Place.ADDRESS),
        "FAPI 2.0 §5.3.4(2)",
        due=Due((400, 401), ()),
    ),
    _request("D33.id_token", _("ID-token i stedet"), _instead(_id_token), "RFC 9068 §4"),
    _request("D33.assertion", _("Client assertion i stedet"), _instead(_assertion), "RFC 9068 §4"),
)
