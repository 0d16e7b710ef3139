"""What a fault is: one thing that is wrong, and the answer that is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Any, NamedTuple

from django.utils.functional import Promise

from onboarding.testtokens.tokens import (
    Draft,
    Part,
    Signed,
    with_member,
    without_member,
)


class Known(NamedTuple):
    """What a fault may need to know of the request it spoils."""

    now: int
    url: str
    audience: str
    other_issuer: str
    other_token: str


Change = Callable[[Draft, Known], Draft]


class Weight(StrEnum):
    """What it means that an API lets the fault in."""

    FAULT = auto()
    # Some text allows it, or asks for it only as something better.
    REMARK = auto()


class Where(StrEnum):
    """What is wrong: the token, the proof, or how they are sent."""

    TOKEN = auto()
    PROOF = auto()
    REQUEST = auto()


@dataclass(frozen=True, slots=True)
class Due:
    """The answers that are right. The first status and error are our own server's.

    `errors` are the codes that WWW-Authenticate may have; none means that none is asked for.
    """

    statuses: tuple[int, ...] = (401,)
    errors: tuple[str, ...] = ("invalid_token",)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a request to be wrong.

    `id` is the row of the tables that the product is tested by; a row that holds several has
    their names behind a point (`H23.exp`). It is stored and never changes. `source` is where it
    is forbidden.
    """

    id: str
    title: Promise
    where: Where
    change: Change
    source: str
    due: Due = Due()
    weight: Weight = Weight.FAULT
    # Only for requests with a token that is bound to a key, and the proof of it.
    is_for_bound: bool = False
    # Only where the API takes no other tokens than bound ones.
    is_for_required: bool = False
    # Made with the help of another token, which costs a signature.
    needs_other_token: bool = False
    # Only where the API hands out nonces.
    is_for_nonces: bool = False
    # No fault at all: unusual, and still to be let in.
    is_right: bool = False
    # Only while the issuer shows a key that it does not sign with.
    needs_key: Signed | None = None


def on_token(change: Callable[[Part, Known], Part]) -> Change:
    """Make a change of the token one of the draft."""
    return lambda draft, known: replace(draft, token=change(draft.token, known))


def on_proof(change: Callable[[Part, Known], Part]) -> Change:
    """Make a change of the proof one of the draft; without a proof nothing is left to change."""

    def changed(draft: Draft, known: Known) -> Draft:
        return replace(draft, proof=change(draft.proof, known)) if draft.proof else draft

    return changed


Value = Callable[[Known], Any]


def claim(name: str, value: Value) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, claims=with_member(part.claims, name, value(known)))


def no_claim(name: str) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, claims=without_member(part.claims, name))


def repeated_claim(name: str, value: Value) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, claims=(*part.claims, (name, value(known))))


def member(name: str, value: Value) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, header=with_member(part.header, name, value(known)))


def no_member(name: str) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, header=without_member(part.header, name))


def repeated_member(name: str, value: Value) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, header=(*part.header, (name, value(known))))


def signed(how: Signed) -> Callable[[Part, Known], Part]:
    return lambda part, known: replace(part, signed=how)
