"""JSON read strictly: one reading of a text, or none."""

import json
from typing import Any

DEEPEST = 8
LONGEST_NUMBER = 32


class BadJson(ValueError):
    """The text is not JSON that two readers would understand alike."""


def strict_json(data: bytes, *, depth: int = DEEPEST) -> Any:
    """Return the value that `data` holds, as UTF-8 JSON.

    Raises BadJson for a byte order mark, other encodings, lone surrogates, NUL, duplicate
    members, NaN and Infinity, numbers of more than 32 characters or beyond a double, and
    nesting deeper than `depth` (RFC 8259; RFC 7515 §4 leaves duplicates open, we refuse).
    """
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise BadJson("not UTF-8") from error
    except RecursionError as error:
        raise BadJson("nested too deeply") from error
    except json.JSONDecodeError as error:
        raise BadJson("not JSON") from error
    # Only a text with that many brackets can be that deep; tokens hardly ever have them.
    if text.count("{") + text.count("[") > depth and _depth(value) > depth:
        raise BadJson("nested too deeply")
    # Without escapes there is no way to write a NUL or half of a surrogate pair in UTF-8.
    if "\\u" in text and not _is_text(value):
        raise BadJson("not text")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("duplicate member")
    return members


def _constant(text: str) -> Any:
    raise BadJson("not a number")


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise BadJson("number too long")
    return int(text)


def _real(text: str) -> float:
    value = float(text) if len(text) <= LONGEST_NUMBER else float("inf")
    if value - value != 0.0:
        raise BadJson("number too large")
    return value


def _depth(value: Any) -> int:
    level, deepest = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        deepest += 1
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
        ]
    return deepest


def _is_text(value: Any) -> bool:
    try:
        return b"\\u0000" not in json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_int=_integer,
    parse_float=_real,
)
