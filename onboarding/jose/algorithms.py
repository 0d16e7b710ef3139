"""The nine signature algorithms of the security profile (RFC 7518 §3), and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from onboarding.jose import b64
from onboarding.jose.material import CURVES, Material, material

RSA_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi")


class Algorithm(NamedTuple):
    """How a name of RFC 7518 §3.1 signs: key type, the one curve that fits, hash, padding."""

    name: str
    kty: str
    crv: str
    hash: hashes.HashAlgorithm
    padding: padding.AsymmetricPadding | None
    ecdsa: ec.ECDSA | None

    def fits(self, kty: str, crv: str) -> bool:
        """Tell whether a key of that type and curve may sign with this algorithm."""
        return kty == self.kty and crv == self.crv


def _algorithms() -> dict[str, Algorithm]:
    table: dict[str, Algorithm] = {}
    kinds = ((hashes.SHA256(), "P-256"), (hashes.SHA384(), "P-384"), (hashes.SHA512(), "P-521"))
    for hashing, crv in kinds:
        size = hashing.digest_size * 8
        pss = padding.PSS(mgf=padding.MGF1(hashing), salt_length=hashing.digest_size)
        for made in (
            Algorithm(f"RS{size}", "RSA", "", hashing, padding.PKCS1v15(), None),
            Algorithm(f"PS{size}", "RSA", "", hashing, pss, None),
            Algorithm(f"ES{size}", "EC", crv, hashing, None, ec.ECDSA(hashing)),
        ):
            table[made.name] = made
    return dict(sorted(table.items(), key=lambda item: ("RPE".index(item[0][0]), item[0])))


ALGORITHMS: Final = _algorithms()


def fitting(kty: str, crv: str) -> tuple[str, ...]:
    """Return the names of the algorithms that a key of that type and curve may use."""
    return tuple(name for name, algorithm in ALGORITHMS.items() if algorithm.fits(kty, crv))


def verify(alg: str, jwk: Mapping[str, Any], signing_input: bytes, signature: bytes) -> bool:
    """Tell whether `signature` is that of `jwk` over `signing_input` with exactly `alg`.

    False for an unknown algorithm, a key that does not fit it, a key that cannot be loaded
    and a signature of the wrong length; never raises. ECDSA signatures are r‖s of full
    length, PSS salts are as long as the hash (RFC 7518 §3.3 to §3.5).
    """
    return verify_with(alg, material(jwk), signing_input, signature)


def verify_with(alg: str, public: Material, signing_input: bytes, signature: bytes) -> bool:
    """The same as `verify`, with a key that is already loaded."""
    algorithm = ALGORITHMS.get(alg)
    if algorithm is None or not algorithm.fits(public.kty, public.crv):
        return False
    if len(signature) != signature_size(public):
        return False
    try:
        if algorithm.padding and isinstance(public.key, rsa.RSAPublicKey):
            public.key.verify(signature, signing_input, algorithm.padding, algorithm.hash)
        elif algorithm.ecdsa and isinstance(public.key, ec.EllipticCurvePublicKey):
            public.key.verify(_der(signature), signing_input, algorithm.ecdsa)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def digest_of(alg: str, signing_input: bytes) -> bytes:
    """Return the hash that a signature with `alg` is over; b"" for an unknown algorithm."""
    algorithm = ALGORITHMS.get(alg)
    return hashlib.new(algorithm.hash.name, signing_input).digest() if algorithm else b""


def verify_digest(alg: str, jwk: Mapping[str, Any], digest: bytes, signature: bytes) -> bool:
    """The same as `verify`, where of what was signed only the hash was kept."""
    algorithm, public = ALGORITHMS.get(alg), material(jwk)
    if algorithm is None or len(digest) != algorithm.hash.digest_size:
        return False
    if not takes_time(public, alg, signature):
        return False
    hashed = Prehashed(algorithm.hash)
    try:
        if algorithm.padding and isinstance(public.key, rsa.RSAPublicKey):
            public.key.verify(signature, digest, algorithm.padding, hashed)
        elif algorithm.ecdsa and isinstance(public.key, ec.EllipticCurvePublicKey):
            public.key.verify(_der(signature), digest, ec.ECDSA(hashed))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def signature_size(public: Material) -> int:
    """Return how many octets a signature of that key has."""
    return 2 * CURVES[public.crv].size if public.crv else (public.bits + 7) // 8


def spend_the_same(alg: str, signing_input: bytes, signature: bytes) -> None:
    """Do the work of one verification that is bound to fail.

    For callers who have no key to verify with: an unknown client must cost what a wrong
    signature costs. The length of the signature says which size of key that would be.
    """
    verify_with(alg, _nobody(alg, len(signature)), signing_input, signature)


def takes_time(public: Material, alg: str, signature: bytes) -> bool:
    """Tell whether verifying will cost a whole verification, not just a look at the length.

    A number not below the modulus is turned away at once, which would tell one client's
    key from nobody's.
    """
    algorithm = ALGORITHMS.get(alg)
    if algorithm is None or not algorithm.fits(public.kty, public.crv):
        return False
    if len(signature) != signature_size(public):
        return False
    return public.kty == "EC" or int.from_bytes(signature, "big") < public.modulus


@lru_cache(maxsize=64)
def _nobody(alg: str, size: int) -> Material:
    """A key that is nobody's: for RSA any odd number will do, nothing was ever signed with it."""
    algorithm = ALGORITHMS.get(alg)
    if algorithm is None or (algorithm.kty == "RSA" and size not in (256, 384, 512)):
        return Material("", "", 0, "", None, 0, ())
    if algorithm.kty == "RSA":
        return material({"kty": "RSA", "n": b64.octets(2 ** (8 * size) - 1), "e": "AQAB"})
    return material(ec_members(ec.generate_private_key(CURVES[algorithm.crv].curve).public_key()))


def ec_members(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return the required members of an EC key as a JWK; KeyError for another curve."""
    crv = {curve.curve.name: curve for curve in CURVES.values()}[key.curve.name]
    numbers = key.public_numbers()
    x, y = b64.octets(numbers.x, crv.size), b64.octets(numbers.y, crv.size)
    return {"kty": "EC", "crv": crv.name, "x": x, "y": y}


def rsa_members(key: rsa.RSAPublicKey) -> dict[str, str]:
    """Return the required members of an RSA key as a JWK."""
    numbers = key.public_numbers()
    return {"kty": "RSA", "n": b64.octets(numbers.n), "e": b64.octets(numbers.e)}


def _der(raw: bytes) -> bytes:
    half = len(raw) // 2
    r, s = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    return encode_dss_signature(r, s)


class PrivateKey:
    """A private key, loaded once from a JWK that has `alg`; it never shows what it holds.

    Raises ValueError for a JWK without a fitting `alg` or without its private members.
    """

    __slots__ = ("_key", "_public", "alg", "kid")

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        public = material(jwk)
        algorithm = ALGORITHMS.get(jwk.get("alg", ""))
        if algorithm is None or not algorithm.fits(public.kty, public.crv) or not public.key:
            raise ValueError("the key does not say an algorithm that fits it")
        self.alg = algorithm.name
        self.kid: str = jwk.get("kid") or public.thumbprint
        names = ("crv", "kty", "x", "y") if public.crv else ("e", "kty", "n")
        self._public = {name: str(jwk[name]) for name in names}
        self._key = _load_private(jwk, public.key)

    def __repr__(self) -> str:
        return f"<PrivateKey {self.kid} {self.alg}>"

    def jwk_public(self) -> dict[str, str]:
        """Return the public half as a JWK with `alg`, `kid` and `use`."""
        return {**self._public, "alg": self.alg, "kid": self.kid, "use": "sig"}

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`, as a JWS carries it."""
        algorithm = ALGORITHMS[self.alg]
        if algorithm.padding and isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, algorithm.padding, algorithm.hash)
        if algorithm.ecdsa and isinstance(self._key, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(self._key.sign(data, algorithm.ecdsa))
            size = CURVES[algorithm.crv].size
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        raise TypeError(f"{self!r} does not fit its algorithm")


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], private: PrivateKey) -> str:
    """Return a compact JWS over `claims`.

    `alg` and `kid` come from the key unless `header` says otherwise (which is how tokens
    that are wrong on purpose are made); the signature always is the key's own.
    """
    members = {"alg": private.alg, "kid": private.kid, **header}
    signing_input = f"{_part(members)}.{_part(claims)}"
    return f"{signing_input}.{b64.encode(private.sign(signing_input.encode('ascii')))}"


# Made once: `json.dumps` makes one at each call that asks for anything but its defaults.
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _part(value: Mapping[str, Any]) -> str:
    return b64.encode(_compact(value).encode())


def _load_private(
    jwk: Mapping[str, Any], public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            secret = int.from_bytes(b64.decode(jwk["d"]), "big")
            return ec.EllipticCurvePrivateNumbers(secret, public.public_numbers()).private_key()
        d, p, q, dp, dq, qi = (b64.unsigned(jwk[name]) for name in RSA_PRIVATE)
    except KeyError as error:
        raise ValueError("the key lacks private members") from error
    numbers = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public.public_numbers())
    return numbers.private_key()
