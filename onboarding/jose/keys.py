"""Keys that are uploaded: whatever was pasted in, public keys or reasons out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from onboarding.jose import private_parts
from onboarding.jose.checks import Check, fail, judge, passed
from onboarding.jose.generation import KINDS, generate
from onboarding.jose.jwk import Judged, PublicKey, judge_jwk, thumbprint
from onboarding.jose.pem import read_pem
from onboarding.jose.strict import BadJson, strict_json

__all__ = ["KINDS", "PublicKey", "Upload", "generate", "read_keys", "thumbprint"]

LARGEST: Final = 64 * 1024  # octets
MOST: Final = 10
DEEPEST: Final = 5
_SHAPE: Final = "JWK | JWKS [1..10]"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """What was uploaded.

    `keys` is empty unless every check let through: one bad key refuses them all.
    `private_thumbprints` are to be barred, whatever else happens. `needs_alg` names, for
    each thumbprint whose key does not say its algorithm, those that would fit; ask, and
    call again with the answer.
    """

    keys: list[PublicKey]
    checks: list[Check]
    private_thumbprints: list[str] = field(default_factory=list)
    needs_alg: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_keys(text: str, alg: str | None = None) -> Upload:
    """Read public keys from a JWK, a JWKS of at most ten, or exactly one PEM block.

    All findings come at once, in an order that puts the graver ones first; for a set each
    says `[index]` first. `alg` is what the user chose for keys that do not say one. Never
    raises. At most 64 kB; an RSA key costs some 5 to 20 ms. The rules are those of RFC
    7517 and 7518, and of the security profile: RSA 2048 (noted), 3072, 4096 with exponent
    65537, and P-256, P-384, P-521.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    checks = [judge("key.size", size <= LARGEST, f"<= {LARGEST}", size)]
    if size > LARGEST:
        return Upload([], checks)
    private = private_parts.find(text)
    checks.append(judge("key.private", not private.names, "", " ".join(private.names)))
    checks.append(_encoding(text))
    members = _read(text, checks)
    judged = [judge_jwk(jwk, alg) for jwk in members]
    for index, one in enumerate(judged):
        place = f"[{index}] " if len(judged) > 1 else ""
        checks.extend(check._replace(found=place + check.found) for check in one.checks)
    if judged:
        checks.append(_duplicates(judged))
    keys = [one.key for one in judged if one.key] if passed(checks) else []
    needs = {one.thumbprint: one.choices for one in judged if one.choices and one.thumbprint}
    return Upload(keys, checks, private.thumbprints, {} if alg else needs)


def _encoding(text: str) -> Check:
    found = ""
    if text.startswith(private_parts.BOM):
        found = "BOM"
    elif "\0" in text:
        found = "NUL"
    elif _SURROGATE.search(text):
        found = "surrogate"
    return judge("key.encoding", not found, "UTF-8", found or "UTF-8")


def _read(text: str, checks: list[Check]) -> list[Mapping[str, Any]]:
    """The JWKs in the text, however they were written; what is wrong goes to `checks`."""
    if not text.lstrip().startswith(("{", "[", '"')):
        pem = read_pem(text)
        checks.extend(pem.checks)
        return [pem.members] if pem.members else []
    try:
        value = strict_json(text.encode("utf-8", "replace"), depth=DEEPEST)
    except BadJson as error:
        checks.append(fail("key.json", "JSON", str(error)))
        return []
    checks.append(judge("key.json", True, "JSON", "JSON"))
    keys, found = _shape(value)
    checks.append(judge("key.shape", bool(keys), _SHAPE, found))
    return keys


def _shape(value: Any) -> tuple[list[Mapping[str, Any]], str]:
    if not isinstance(value, dict):
        return [], "array" if isinstance(value, list) else "string"
    if "keys" not in value:
        return ([value], "JWK") if "kty" in value else ([], "object")
    keys = value["keys"]
    if "kty" in value or not isinstance(keys, list):
        return [], "JWK + JWKS" if "kty" in value else "object"
    if not all(isinstance(key, dict) for key in keys) or not 1 <= len(keys) <= MOST:
        return [], f"JWKS [{len(keys)}]"
    return keys, f"JWKS [{len(keys)}]"


def _duplicates(judged: list[Judged]) -> Check:
    """No name twice, and no key twice under two names."""
    kids = Counter(one.kid for one in judged if one.kid)
    prints = Counter(one.thumbprint for one in judged if one.thumbprint)
    twice = [name for count in (kids, prints) for name, times in count.items() if times > 1]
    return judge("key.duplicate", not twice, "", " ".join(dict.fromkeys(twice)))
