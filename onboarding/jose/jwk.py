"""Judging one public JWK: its material, and every member that says how it may be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from onboarding.jose.algorithms import fitting
from onboarding.jose.checks import Check, judge, note, passed
from onboarding.jose.material import material, thumbprint_of
from onboarding.jose.private_parts import MEMBERS as PRIVATE
from onboarding.jose.weak import all_checks

KID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_KID_RULE: Final = "A-Z a-z 0-9 _ . - {1,128}"
_REQUIRED: Final = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}
_CERTIFICATES: Final = ("x5c", "x5t", "x5t#S256")
_KNOWN: Final = frozenset(
    {"kty", "n", "e", "crv", "x", "y", "alg", "use", "key_ops", "kid", *_CERTIFICATES}
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that passed every check.

    `crv` is empty for RSA; `thumbprint` is RFC 7638's, 43 characters; `jwk` has the
    required members and `alg`, `kid`, `use`, nothing else, all of them strings.
    """

    kid: str
    alg: str
    kty: str
    crv: str
    bits: int
    thumbprint: str
    jwk: dict[str, str]


class Judged(NamedTuple):
    """One JWK, judged: `key` only when all its checks let through.

    `choices` are the algorithms that would fit, when the JWK does not say one.
    """

    checks: list[Check]
    thumbprint: str
    kid: str
    choices: tuple[str, ...]
    key: PublicKey | None


def judge_jwk(jwk: Mapping[str, Any], alg: str | None = None) -> Judged:
    """Judge a JWK as an uploaded public key: every rule, whatever the others say.

    `alg` is what the user chose for a key that does not say (RFC 7517 §4.4); a key that
    says is taken at its word. Private members are not looked at here (`private_parts`).
    """
    public = material(jwk)
    says, kid = jwk.get("alg", alg), jwk.get("kid", public.thumbprint)
    choices = fitting(public.kty, public.crv)
    checks = [
        *all_checks(public),
        judge("key.algorithm", says in choices, " ".join(choices), says),
        judge("key.use", jwk.get("use", "sig") == "sig", "sig", jwk.get("use", "")),
        _operations(jwk),
        judge("key.kid", "kid" not in jwk or _is_kid(kid), _KID_RULE, kid),
        *_other_members(jwk),
    ]
    key = None
    if public.key and passed(checks):
        members = {name: str(jwk[name]) for name in _REQUIRED[public.kty]}
        stored = {**members, "alg": str(says), "kid": str(kid), "use": "sig"}
        key = PublicKey(
            str(kid), str(says), public.kty, public.crv, public.bits, public.thumbprint, stored
        )
    named = kid if isinstance(kid, str) else ""
    return Judged(checks, public.thumbprint, named, () if "alg" in jwk else choices, key)


def pick(keys: Iterable[Mapping[str, Any]], kid: str, alg: str) -> Mapping[str, Any] | None:
    """Return the key of a JWKS that a token with that `kid` and `alg` is judged by, or None.

    A name alone does not tell keys apart: type, curve, `alg` and `use` must fit as well, where
    the key has them (RFC 7517 §4.1 to §4.5). Never raises, whatever the keys are.
    """
    for key in keys:
        says = (key.get("kid"), key.get("alg", alg), key.get("use", "sig"))
        if says == (kid, alg, "sig") and alg in fitting(_text(key, "kty"), _text(key, "crv")):
            return key
    return None


def _text(jwk: Mapping[str, Any], name: str) -> str:
    value = jwk.get(name)
    return value if isinstance(value, str) else ""


def _operations(jwk: Mapping[str, Any]) -> Check:
    if "key_ops" not in jwk:
        return judge("key.operations", True, "verify", "")
    key_ops = jwk["key_ops"]
    listed = isinstance(key_ops, list) and all(isinstance(name, str) for name in key_ops)
    found = " ".join(key_ops) if listed else key_ops
    return judge("key.operations", key_ops == ["verify"], "verify", found)


def _is_kid(kid: Any) -> bool:
    return isinstance(kid, str) and KID.fullmatch(kid) is not None


def _other_members(jwk: Mapping[str, Any]) -> list[Check]:
    certificates = " ".join(name for name in _CERTIFICATES if name in jwk)
    private = {name for name in jwk if name.casefold() in PRIVATE}
    unknown = " ".join(sorted(jwk.keys() - _KNOWN - private))
    checks = [judge("key.certificate", not certificates, "", certificates)]
    if unknown:
        checks.append(note("key.unknown_members", "", unknown))
    return checks


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a JWK, 43 characters (RFC 7638 §3, RFC 8037 §2).

    Only the required members of its type count, so a private and a public JWK of one key
    have the same. Raises ValueError for an unknown type or when a member is missing.
    """
    try:
        members = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    except (KeyError, TypeError) as error:
        raise ValueError("not a public key with all its members") from error
    if not all(isinstance(value, str) and _PLAIN.fullmatch(value) for value in members.values()):
        raise ValueError("a member is not a plain string")
    return thumbprint_of(**members)
