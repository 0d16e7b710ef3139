"""Test tokens before they are signed, so that exactly one thing of one can be changed.

Headers and claims are lists of pairs, because a member that stands there twice is a fault of its
own. What follows from something else (`alg` and `kid` from the key, `ath` from the token) is said
by a placeholder, so that a change of one thing takes along what depends on it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey
from onboarding.jose.jwk import thumbprint
from onboarding.jose.material import material

Pairs = tuple[tuple[str, Any], ...]


class Given(Enum):
    """Values that are known when the parts are signed."""

    ALG = auto()
    KID = auto()
    JWK = auto()
    PRIVATE_JWK = auto()
    JKT = auto()
    ATH = auto()


class Signed(StrEnum):
    """With what a part is signed; the member `alg` follows."""

    RIGHT = auto()  # by the key that should
    WRONG = auto()  # by another one, under the name of the right one
    RETIRED = auto()  # by another one, under that one's own name
    UNSIGNED = auto()  # alg none, and nothing where the signature stands
    HMAC = auto()  # HS256, with the public key as the secret
    CARRIED = auto()  # by another one, which the header brings along as `jwk`
    CERTIFIED = auto()  # by another one, which the header brings along as `x5c`
    PREVIOUS = auto()  # by the issuer's key of before, which is still shown
    FOLLOWING = auto()  # by the issuer's next key, which is shown already


class Place(StrEnum):
    """Where in the request the token stands."""

    HEADER = auto()
    ADDRESS = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A JWS to be: of the access token, or of the proof."""

    header: Pairs
    claims: Pairs
    signed: Signed = Signed.RIGHT
    is_nested: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A request to an API to be: its token, its proof, and how they are sent."""

    token: Part
    proof: Part | None
    scheme: str
    place: Place = Place.HEADER
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Signers:
    """The keys of a request: the issuer's and the holder's, and others that are nobody's."""

    issuer: PrivateKey
    holder: PrivateKey
    holder_private: Mapping[str, str]
    stranger: PrivateKey
    stranger_certificate: str
    holder_stranger: PrivateKey
    # The issuer's keys beside the one that signs, while there are any.
    rolled: Mapping[Signed, PrivateKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Minted:
    """A request, signed; `proof` is empty where there is none."""

    token: str
    proof: str
    scheme: str
    place: Place
    is_repeated: bool


def pairs(members: Mapping[str, Any]) -> Pairs:
    return tuple(members.items())


def with_member(members: Pairs, name: str, value: object) -> Pairs:
    """Return the members with one of them changed, or added at the end."""
    if any(known == name for known, _ in members):
        return tuple((known, value if known == name else old) for known, old in members)
    return (*members, (name, value))


def without_member(members: Pairs, name: str) -> Pairs:
    return tuple(pair for pair in members if pair[0] != name)


def mint(draft: Draft, signers: Signers) -> Minted:
    """Sign a draft."""
    given: dict[Given, Any] = {Given.JKT: thumbprint(public_members(signers.holder))}
    right = signers.rolled.get(draft.token.signed, signers.issuer)
    issuer = _Keys(right, signers.stranger, signers.stranger_certificate)
    token = _sealed(draft.token, issuer, given)
    if draft.token.is_nested:
        outer = Part(
            (("typ", "at+jwt"), ("alg", Given.ALG), ("kid", Given.KID), ("cty", "JWT")), ()
        )
        token = _sealed(outer, issuer, given, payload=token.encode())
    proof = ""
    if draft.proof:
        given |= {
            Given.ATH: b64.digest(token.encode()),
            Given.JWK: public_members(signers.holder),
            Given.PRIVATE_JWK: dict(signers.holder_private),
        }
        proof = _sealed(draft.proof, _Keys(signers.holder, signers.holder_stranger), given)
    return Minted(token, proof, draft.scheme, draft.place, draft.is_repeated)


def public_members(key: PrivateKey) -> dict[str, str]:
    """Return the public half of a key, and nothing that names it."""
    named = ("alg", "kid", "use")
    return {name: value for name, value in key.jwk_public().items() if name not in named}


@dataclass(frozen=True, slots=True)
class _Keys:
    right: PrivateKey
    wrong: PrivateKey
    certificate: str = ""


_OTHERS: Final = frozenset({Signed.WRONG, Signed.RETIRED, Signed.CARRIED, Signed.CERTIFIED})


def _sealed(
    part: Part, keys: _Keys, given: Mapping[Given, Any], *, payload: bytes | None = None
) -> str:
    key = keys.wrong if part.signed in _OTHERS else keys.right
    named = keys.wrong if part.signed == Signed.RETIRED else keys.right
    algorithms = {Signed.UNSIGNED: "none", Signed.HMAC: "HS256"}
    known = {**given, Given.ALG: algorithms.get(part.signed, key.alg), Given.KID: named.kid}
    header = part.header
    if part.signed == Signed.CARRIED:
        header = (*header, ("jwk", public_members(key)))
    elif part.signed == Signed.CERTIFIED:
        header = (*header, ("x5c", [keys.certificate]))
    body = written(part.claims, known) if payload is None else payload
    text = f"{b64.encode(written(header, known))}.{b64.encode(body)}"
    return f"{text}.{b64.encode(_signature(part.signed, key, text.encode()))}"


def _signature(signed: Signed, key: PrivateKey, text: bytes) -> bytes:
    if signed == Signed.UNSIGNED:
        return b""
    if signed == Signed.HMAC:
        return hmac.digest(_pem(key), text, "sha256")
    return key.sign(text)


def _pem(key: PrivateKey) -> bytes:
    """The public key as the text that servers keep it in, which is no secret."""
    public = material(key.jwk_public()).key
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) if public else b""


def written(members: Pairs, known: Mapping[Given, Any]) -> bytes:
    """Return members as the JSON object that they are, each in its place and as often as given."""
    texts = (f"{_json(name)}:{_json(_filled(value, known))}" for name, value in members)
    return f"{{{','.join(texts)}}}".encode()


def _filled(value: object, known: Mapping[Given, Any]) -> object:
    if isinstance(value, Given):
        return known[value]
    if isinstance(value, dict):
        return {name: _filled(inner, known) for name, inner in value.items()}
    return value


# Made once: `json.dumps` makes one at each call that asks for anything but its defaults.
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


_BOUND: Final = {"jkt": Given.JKT}


def token_part(claims: Mapping[str, Any], *, is_bound: bool, typ: str = "at+jwt") -> Part:
    """Return an access token to be, bound to the holder's key or not."""
    bound = {"cnf": _BOUND} if is_bound else {}
    return Part(pairs({"alg": Given.ALG, "kid": Given.KID, "typ": typ}), pairs({**claims, **bound}))


def proof_part(*, method: str, url: str, jti: str, iat: int, nonce: str = "") -> Part:
    """Return a DPoP proof to be (RFC 9449 §4.2), for a request with the token."""
    claims = {"jti": jti, "htm": method, "htu": url, "iat": iat, "ath": Given.ATH}
    header = {"typ": "dpop+jwt", "alg": Given.ALG, "jwk": Given.JWK}
    return Part(pairs(header), pairs({**claims, **({"nonce": nonce} if nonce else {})}))


def valid(claims: Mapping[str, Any], proof: Part | None) -> Draft:
    """Return a request that is right: bound with a proof, or plain."""
    scheme = "DPoP" if proof else "Bearer"
    return Draft(token_part(claims, is_bound=proof is not None), proof, scheme)
