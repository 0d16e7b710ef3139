"""Primes that moduli share, found among few and among many."""

from __future__ import annotations

import gmpy2
import pytest

from onboarding.jose import moduli
from onboarding.jose.moduli import Moduli, Pair
from tests.jose.weak_keys import prime

P, Q, R, S = (prime(1024, number) for number in range(4))


def small(number: int) -> int:
    """A product of two primes that nobody else here has; small, so that many are quickly made."""
    first = gmpy2.next_prime(1 << 70 | number << 40)
    return int(first * gmpy2.next_prime(first + (1 << 30)))


def known(*numbers: int) -> Moduli:
    every = Moduli()
    for place, number in enumerate(numbers, start=1):
        every.add(place, number)
    return every


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four and digits of sixteen octets, so that a few moduli make many of both."""
    monkeypatch.setattr(moduli, "BLOCK", 4)
    monkeypatch.setattr(moduli, "DIGIT", 16)
    monkeypatch.setattr(moduli, "SHARE", 3)


def test_nothing_is_shared_with_strangers() -> None:
    assert known(P * Q).suspects(R * S) == []
    assert Moduli().suspects(P * Q) == []
    assert moduli.pairs([P * Q, R * S]) == []
    assert moduli.pairs([]) == []


def test_a_prime_in_common_is_found_whichever_it_is() -> None:
    assert known(R * S, P * Q).suspects(P * R) == [(1, 1), (2, 2)]
    assert known(S * S, P * Q).suspects(R * Q) == [(2, 2)]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("count", [3, 4, 5, 11, 12, 40])
@pytest.mark.parametrize("at", [0, -1])
def test_one_among_many_is_found_in_its_block(count: int, at: int) -> None:
    numbers = [small(number) for number in range(count)]
    shared = int(gmpy2.next_prime(1 << 80))
    numbers[at] = shared * int(gmpy2.next_prime(1 << 60))
    place = numbers.index(numbers[at]) + 1

    found = known(*numbers).suspects(shared * small(1000))

    [(first, last)] = found
    assert first <= place <= last
    assert last - first < 4


@pytest.mark.usefixtures("small_blocks")
def test_a_modulus_that_is_there_itself_hides_no_other() -> None:
    numbers = [small(number) for number in range(8)]

    found = known(*numbers, P * Q, P * R).suspects(P * Q)

    assert found == [(9, 9), (10, 10)]


def test_every_pair_is_named_with_what_divides_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moduli, "CHUNK", 3)
    numbers = [small(1), P * Q, small(2), small(3), R * S, Q * R, small(4)]

    assert moduli.pairs(numbers) == [Pair(1, 5, Q), Pair(4, 5, R)]


def test_a_modulus_that_divides_another_is_not_the_weak_one() -> None:
    """Otherwise anybody could discredit a key by registering a multiple of its modulus."""
    whole, multiple = P * Q, P * Q * R

    [pair] = moduli.pairs([whole, multiple])

    assert not pair.weakens(whole)
    assert pair.weakens(multiple)
