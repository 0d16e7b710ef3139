"""Primes that RSA moduli share: two moduli with one in common give each other away.

gcd finds it, by comparing a modulus with the product of all others (Heninger et al., "Mining
your Ps and Qs", 2012; Bernstein, "How to find smooth parts of integers", 2004).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Final, NamedTuple

import gmpy2
from gmpy2 import mpz

# How many moduli one product holds, and how many octets one of its digits has: what was fastest
# for 60,000 moduli of 3072 bits.
BLOCK: Final = 256
DIGIT: Final = 4096
# A thread takes so many blocks at a time: one that is held up leaves the rest to the others.
SHARE: Final = 12
THREADS: Final = min(4, os.cpu_count() or 1)
CHUNK: Final = 4096  # of the moduli that are compared with each other


class Block(NamedTuple):
    """The product of many moduli, in digits of a fixed size; `first` and `last` name the moduli."""

    first: int
    last: int
    digits: tuple[mpz, ...]


class Pair(NamedTuple):
    """Two moduli, by their places in what was given, and what divides both."""

    one: int
    other: int
    divisor: int

    def weakens(self, modulus: int) -> bool:
        """Tell whether the divisor splits this one of the two.

        One that divides the other as a whole is not weaker for it; the other is.
        """
        return self.divisor != modulus


class Moduli:
    """Many moduli, kept so that a further one is compared with all of them in little time.

    A product is too long to divide quickly; what helps is that its remainder is a sum of digits
    times powers of the base, that the powers are the same for all products, and that
    multiplying costs half of dividing.
    """

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._open: list[tuple[int, mpz]] = []

    def add(self, number: int, modulus: int) -> None:
        """Add a modulus under a number that is higher than all before."""
        self._open.append((number, mpz(modulus)))
        if len(self._open) == BLOCK:
            numbers, moduli = zip(*self._open, strict=True)
            self._blocks.append(Block(numbers[0], numbers[-1], _digits(_tree(moduli)[-1][0])))
            self._open = []

    def suspects(self, modulus: int) -> list[tuple[int, int]]:
        """Return ranges of numbers (first and last) in which something divides `modulus` too."""
        n = mpz(modulus)
        remainders = _remainders(self._blocks, n)
        product = mpz(1)
        for remainder in [*remainders, *(number for _, number in self._open)]:
            product = product * remainder % n
        if gmpy2.gcd(product, n) == 1:
            return []
        found = [
            (block.first, block.last)
            for block, remainder in zip(self._blocks, remainders, strict=True)
            if gmpy2.gcd(remainder, n) != 1
        ]
        found += [(number, number) for number, other in self._open if gmpy2.gcd(other, n) != 1]
        return found


def pairs(moduli: Sequence[int]) -> list[Pair]:
    """Return every pair of moduli that something but 1 divides both of.

    Some seconds for ten thousand, three quarters of a minute for sixty thousand.
    """
    numbers = [mpz(modulus) for modulus in moduli]
    suspects = [place for place, divisor in enumerate(_divisors(numbers)) if divisor != 1]
    found = []
    for one, other in combinations(suspects, 2):
        divisor = gmpy2.gcd(numbers[one], numbers[other])
        if divisor != 1:
            found.append(Pair(one, other, int(divisor)))
    return found


def _divisors(moduli: Sequence[mpz]) -> list[mpz]:
    """Return for each modulus what it has in common with the product of all others.

    A part at a time goes down its tree of products, so that memory holds the whole product once.
    """
    parts = [moduli[start : start + CHUNK] for start in range(0, len(moduli), CHUNK)]
    whole = _tree([_tree(part)[-1][0] for part in parts])[-1][0] if parts else mpz(1)
    found = []
    for part in parts:
        remainders = [whole]
        for level in reversed(_tree(part)):
            remainders = [remainders[at // 2] % product**2 for at, product in enumerate(level)]
        found += [gmpy2.gcd(r // n, n) for r, n in zip(remainders, part, strict=True)]
    return found


def _tree(numbers: Sequence[mpz]) -> list[list[mpz]]:
    """Return the numbers, the products of two, of four, and so on; the last level is all."""
    levels = [list(numbers)]
    while len(level := levels[-1]) > 1:
        two_by_two = (level[at : at + 2] for at in range(0, len(level), 2))
        levels.append([pair[0] * pair[-1] if len(pair) == 2 else pair[0] for pair in two_by_two])
    return levels


def _digits(product: mpz) -> tuple[mpz, ...]:
    octets = product.to_bytes((product.bit_length() + 7) // 8, "little")
    starts = range(0, len(octets), DIGIT)
    return tuple(mpz.from_bytes(octets[at : at + DIGIT], "little") for at in starts)


def _remainders(blocks: Sequence[Block], n: mpz) -> list[mpz]:
    """Return each block's product modulo `n`."""
    base = mpz(1) << (8 * DIGIT)
    powers = [mpz(1)]
    for _ in range(1, max((len(block.digits) for block in blocks), default=0)):
        powers.append(powers[-1] * base % n)

    def work(some: Sequence[Block]) -> list[mpz]:
        # Without the interpreter's lock, so that threads do add up.
        with gmpy2.context(allow_release_gil=True):
            return [_remainder(block, powers, n) for block in some]

    if len(blocks) <= SHARE:
        return work(blocks)
    shares = [blocks[start : start + SHARE] for start in range(0, len(blocks), SHARE)]
    with ThreadPoolExecutor(THREADS) as pool:
        return [remainder for share in pool.map(work, shares) for remainder in share]


def _remainder(block: Block, powers: Sequence[mpz], n: mpz) -> mpz:
    total = mpz(0)
    for digit, power in zip(block.digits, powers, strict=False):  # a block may be shorter
        total += digit * power
    return total % n
