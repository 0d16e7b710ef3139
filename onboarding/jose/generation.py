"""Making key pairs. The caller seals the private part away; nothing here keeps it."""

from typing import Final

from jwcrypto.jwk import JWK

from onboarding.jose.algorithms import ALGORITHMS
from onboarding.jose.jwk import thumbprint
from onboarding.jose.material import RSA_BITS

# What can be asked for: an algorithm, and for RSA a size in bits as well.
KINDS: Final = (
    *(f"{alg}/{bits}" for alg in ALGORITHMS if alg[0] != "E" for bits in RSA_BITS),
    *(alg for alg in ALGORITHMS if alg[0] == "E"),
)


def generate(kind: str) -> dict[str, str]:
    """Make a private JWK with `alg`, `kid` (its thumbprint) and `use`.

    `kind` is one of KINDS: "PS256/3072", "ES384". The curve follows from the algorithm, so
    "ES384/P-384" and "ES384/384" are understood too. Raises ValueError for anything else.
    Costs what the key itself costs: jwcrypto has OpenSSL make it.
    """
    alg, _, size = kind.partition("/")
    algorithm = ALGORITHMS.get(alg)
    if algorithm is None:
        raise ValueError(f"no such algorithm: {kind}")
    if algorithm.kty == "EC":
        if size not in ("", algorithm.crv, algorithm.crv.removeprefix("P-")):
            raise ValueError(f"no such kind of key: {kind}")
        key = JWK.generate(kty="EC", crv=algorithm.crv)
    elif kind in KINDS:
        key = JWK.generate(kty="RSA", size=int(size))
    else:
        raise ValueError(f"no such kind of key: {kind}")
    members: dict[str, str] = key.export(as_dict=True)
    return {**members, "alg": alg, "kid": thumbprint(members), "use": "sig"}
