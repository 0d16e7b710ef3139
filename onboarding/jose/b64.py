"""Base64url without padding, in its one canonical form (RFC 7515 §2)."""

from binascii import a2b_base64, b2a_base64
from hashlib import sha256
from typing import Final

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return _encode(data).decode("ascii")


def _encode(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def decode(text: str) -> bytes:
    """Return the bytes that `text` stands for.

    Raises ValueError for anything but the canonical form: padding, white space, `+` or
    `/`, unused bits that are set, other alphabets. The decoder of the standard library
    skips over such things, so the proof is that encoding gives the same text back.
    """
    given = text.encode("ascii")
    data = a2b_base64(given.translate(_TO_STANDARD) + b"===")
    if _encode(data) != given:
        raise ValueError("not canonical base64url")
    return data


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in base64url: 43 characters."""
    return encode(sha256(data).digest())


def unsigned(text: str) -> int:
    """Return a Base64urlUInt (RFC 7518 §2); ValueError when empty or led by a zero octet."""
    data = decode(text)
    if not data or (data[0] == 0 and len(data) > 1):
        raise ValueError("not a canonical Base64urlUInt")
    return int.from_bytes(data, "big")


def octets(number: int, length: int | None = None) -> str:
    """Return a number as Base64urlUInt, or as exactly `length` octets."""
    size = length or (number.bit_length() + 7) // 8 or 1
    return encode(number.to_bytes(size, "big"))
