"""RSA moduli with one fault each, made on purpose and always the same."""

from functools import cache
from random import Random

import gmpy2

from onboarding.jose import b64


def rsa_jwk(n: int, e: int = 65537, alg: str = "RS256") -> dict[str, str]:
    return {"kty": "RSA", "n": b64.octets(n), "e": b64.octets(e), "alg": alg}


@cache
def prime(bits: int, number: int = 0) -> int:
    """A prime whose two highest bits are set, so that the product of two has twice its bits."""
    start = Random(f"{bits} {number}").getrandbits(bits) | (3 << (bits - 2))  # noqa: S311  (a test's)
    return int(gmpy2.next_prime(start))


def bits(size: int) -> int:
    """A sound modulus of that size, but for its size."""
    n = prime(size - size // 2) * prime(size // 2, 1)
    assert n.bit_length() == size
    return n


def even() -> int:
    return bits(2048) - 1


def square() -> int:
    return prime(1024) ** 2


def close_primes() -> int:
    return prime(1024) * int(gmpy2.next_prime(prime(1024)))


def small_factor() -> int:
    """Divisible by the largest prime that is looked for."""
    n = 65537 * prime(2032)
    assert n.bit_length() == 2048
    return n


def repeated_octets() -> int:
    return _without_small_factors(int.from_bytes(b"\xc3" * 255 + b"\x01", "big"))


def biased() -> int:
    """Nearly all bits set, in no pattern that is known."""
    random = Random("bias")  # noqa: S311  (a test's)
    holes = sum(1 << random.randrange(1, 2040) for _ in range(420))
    return _without_small_factors((2**2048 - 1) & ~holes)


@cache
def roca() -> int:
    """Two primes of the form k·M + (65537^a mod M), as the broken chips made them."""
    m = int(gmpy2.primorial(701))
    random = Random("roca")  # noqa: S311  (a test's)
    return _roca_prime(m, random) * _roca_prime(m, random)


def _roca_prime(m: int, random: Random) -> int:
    while True:
        factor = random.getrandbits(1024 - m.bit_length()) | (3 << (1022 - m.bit_length()))
        candidate = factor * m + pow(65537, random.getrandbits(60), m)
        if candidate.bit_length() == 1024 and gmpy2.is_prime(candidate):
            return candidate


def _without_small_factors(n: int) -> int:
    primorial = gmpy2.primorial(65537)
    n |= 1
    while gmpy2.gcd(n, primorial) != 1 or gmpy2.is_prime(n):
        n += 2
    return n
