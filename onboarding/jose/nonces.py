"""DPoP nonces that nobody has to remember (RFC 9449 §8)."""

import hmac
from typing import Final

from onboarding.jose import b64

SHORTEST_SECRET: Final = 32
MOST_REMEMBERED: Final = 8


class Nonces:
    """Nonces made from a secret and the time: every process with the secret knows them all.

    `secret` has at least 32 octets, `life` is in seconds, `audience` sets servers apart
    that share a secret (the nonce of one is none to the other). Time is cut into slots of
    half a life; a nonce is good in its own slot and its neighbors', so for at least half
    of its life and never longer than all of it. Raises ValueError for a short secret or a
    life under two seconds.
    """

    __slots__ = ("_audience", "_made", "_secret", "_slot")

    def __init__(self, secret: bytes, life: int, audience: str = "") -> None:
        if len(secret) < SHORTEST_SECRET or life < 2:
            raise ValueError("a nonce needs a secret of 32 octets and a life of 2 seconds")
        self._secret = secret
        self._slot = life / 2
        self._audience = audience.encode()
        # Those of the slots around now: making one costs half as much as an RSA verification.
        self._made: dict[int, bytes] = {}

    def issue(self, now: float) -> str:
        """Return the nonce of this moment."""
        return self._of(int(now / self._slot)).decode()

    def valid(self, nonce: str, now: float) -> bool:
        """Tell whether `nonce` is one of ours and of these moments."""
        given, slot = nonce.encode("utf-8", "surrogatepass"), int(now / self._slot)
        # The next slot too: the process that issued it may have a clock that is ahead.
        return any(
            hmac.compare_digest(given, self._of(near)) for near in (slot, slot - 1, slot + 1)
        )

    def _of(self, slot: int) -> bytes:
        made = self._made.get(slot)
        if made is None:
            message = b"dpop-nonce\0%d\0%b" % (slot, self._audience)
            made = b64.encode(hmac.digest(self._secret, message, "sha256")).encode()
            if len(self._made) >= MOST_REMEMBERED:
                self._made.clear()
            self._made[slot] = made
        return made
