"""Sending one request of the battery, and reading no more of the answer than is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final
from urllib.parse import urlencode

from onboarding.core import egress
from onboarding.testtokens.judging import Reply, errors, leaks
from onboarding.testtokens.tokens import Minted, Place

MOST: Final = 1024 * 1024  # octets of an answer
LONGEST_HEADER: Final = 2000
# An API that needs longer than this for a refusal has none of the others' patience either.
LONGEST: Final = 4.0  # seconds


@dataclass(slots=True)
class Exchange:
    """The requests of one check to one address; remembers the nonce that the API hands out."""

    url: str
    is_typed: bool = True
    nonce: str = ""
    _door: egress.Door | None = None
    _lock: Lock = field(default_factory=Lock)

    def ask(self, mint: Callable[[str], Minted], *, wants_nonce: bool = True) -> Reply:
        """Send what `mint` makes with the newest nonce; once more where only that was missing."""
        reply = self._send(mint(self.nonce))
        if wants_nonce and reply.nonce and "use_dpop_nonce" in errors(reply.challenge):
            reply = self._send(mint(self.nonce))
        return reply

    def _opened(self) -> egress.Door:
        """The way to the API: its name is looked up once for the whole portion."""
        with self._lock:
            if self._door is None:
                self._door = egress.Door(self.url, typed=self.is_typed)
            return self._door

    def close(self) -> None:
        if self._door is not None:
            self._door.close()

    def _send(self, minted: Minted) -> Reply:
        reply = self._once(minted)
        if minted.is_repeated and reply.status is not None and reply.status < 300:
            reply = self._once(minted)
        return reply

    def _once(self, minted: Minted) -> Reply:
        url, headers = self.url, {"Accept": "application/json"}
        if minted.place == Place.ADDRESS:
            url += ("&" if "?" in url else "?") + urlencode({"access_token": minted.token})
        else:
            headers["Authorization"] = f"{minted.scheme} {minted.token}"
        if minted.proof:
            headers["DPoP"] = minted.proof
        try:
            answer = self._opened().send("GET", url, headers=headers, limit=MOST, seconds=LONGEST)
        except egress.Failed as error:
            return Reply(None, code=error.code)
        nonce = answer.headers.get("dpop-nonce", "")
        self.nonce = nonce or self.nonce
        challenge = answer.headers.get("www-authenticate", "")
        return Reply(
            answer.status,
            challenge[:LONGEST_HEADER],
            "",
            answer.milliseconds,
            leaks(answer.body, minted.token),
            nonce,
        )
