"""RSA moduli that should never have been made (the mathematics is badkeys' and gmpy2's)."""

from functools import lru_cache

import gmpy2
from badkeys.rsakeys import (
    fermat,
    pattern,
    roca,
    rsabias,
    rsapoly,
    sharedprimes,
    smallfactors,
    xzbackdoor,
)

from onboarding.jose.checks import Check, judge, note, passed
from onboarding.jose.material import Material


@lru_cache(maxsize=2048)
def modulus_checks(n: int) -> tuple[Check, ...]:
    """Judge an RSA modulus of an allowed size: some milliseconds, remembered.

    Even, prime or a square (so not a product of two primes), small factors, primes too
    close to each other, ROCA, primes that others have published, and patterns that only a
    broken generator leaves behind.
    """
    composite = n % 2 == 1 and not gmpy2.is_prime(n) and not gmpy2.is_square(n)
    small = bool(smallfactors(n))
    patterned = bool(rsapoly(n)) or bool(pattern(n)) or bool(xzbackdoor(n))
    return (
        judge("key.modulus", composite, "p*q", "p*q" if composite else _shape(n)),
        judge("key.small_factors", not small, "", "<= 65537" if small else ""),
        _none_found("key.fermat", bool(fermat(n))),
        _none_found("key.roca", bool(roca(n))),
        _none_found("key.shared_primes", bool(sharedprimes(n))),
        _none_found("key.pattern", patterned),
        note("key.bias", "50 %", f"{n.bit_count() * 100 // n.bit_length()} %")
        if rsabias(n)
        else judge("key.bias", True, "", ""),
    )


def all_checks(public: Material) -> tuple[Check, ...]:
    """Return every check of a key's material, the modulus included when it is worth a look.

    A modulus of a size that is refused anyway is not examined: that would cost the more,
    the larger it is.
    """
    if public.key is None and not _only_the_modulus_failed(public):
        return public.checks
    if public.kty != "RSA":
        return public.checks
    return public.checks + modulus_checks(public.modulus)


def _only_the_modulus_failed(public: Material) -> bool:
    return all(check.code == "key.modulus" or passed([check]) for check in public.checks)


def _none_found(code: str, found: bool) -> Check:
    return judge(code, not found, "", code.rpartition(".")[2] if found else "")


def _shape(n: int) -> str:
    if n % 2 == 0:
        return "even"
    return "square" if gmpy2.is_square(n) else "prime"
