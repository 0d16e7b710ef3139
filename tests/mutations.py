"""What becomes of a good token, key or form on the way: the neighbors of the rows."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from onboarding.jose import b64

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
# What a header field can hold at all: a server never sees line breaks in one.
FIELD = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=400)
OCTETS = st.binary(max_size=400)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text with one bit flipped, a piece cut out or put in, or two pieces swapped."""
    kind = draw(st.sampled_from(["flip", "cut", "insert", "swap"]))
    at = draw(st.integers(0, len(text) - 1))
    if kind == "flip":
        changed = text[:at] + chr(ord(text[at]) ^ 1 << draw(st.integers(0, 6))) + text[at + 1 :]
    elif kind == "cut":
        changed = text[:at] + text[at + draw(st.integers(1, 40)) :]
    elif kind == "insert":
        changed = text[:at] + draw(FIELD.filter(bool)) + text[at:]
    else:
        end = draw(st.integers(at, min(len(text), at + 30)))
        changed = text[:at] + text[at:end][::-1] + text[end:]
    assume(changed != text)
    return changed


@st.composite
def reassembled(draw: st.DrawFn, token: str, other: str) -> str:
    """Segments of a token in another order or number, or some of another token's."""
    pool = [*token.split("."), *other.split("."), ""]
    picked = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=5))
    changed = ".".join(picked)
    assume(changed not in (token, other))
    return changed


@st.composite
def rewritten(draw: st.DrawFn, token: str) -> str:
    """A member of the header or of the claims changed, under the signature as it was."""
    first, second, third = token.split(".")
    header: dict[str, Any] = json.loads(b64.decode(first))
    claims: dict[str, Any] = json.loads(b64.decode(second))
    part = draw(st.sampled_from([header, claims]))
    name = draw(st.sampled_from([*part, "crit", "b64", "x", ""]))
    if draw(st.booleans()) and name in part:
        del part[name]
    else:
        part[name] = draw(ANY_JSON)
    parts = [b64.encode(json.dumps(value).encode()) for value in (header, claims)]
    changed = ".".join([*parts, third])
    assume(changed != token)
    return changed


def mutated(token: str, other: str) -> st.SearchStrategy[str]:
    """A token that nobody signed as it stands."""
    return damaged(token) | reassembled(token, other) | rewritten(token)
