"""The link that proves an e-mail address: signed, good for one change by one person.

Invitations are bound to an address, so an address that somebody merely typed must not count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.core import signing

LIFETIME = timedelta(hours=48)
_SALT = "accounts.email"


class Change(NamedTuple):
    """A wish of one person: from the address held when it was asked for to a new one."""

    user_id: int
    old: str
    new: str


class StaleLink(Exception):
    """The link is not ours, or older than `LIFETIME`."""


def write(change: Change) -> str:
    """Return the change as text for an address."""
    return signing.dumps(list(change), salt=_SALT)


def read(text: str) -> Change:
    """Return the change that `text` holds. Raises StaleLink."""
    try:
        user_id, old, new = signing.loads(text, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature as error:
        raise StaleLink from error
    return Change(user_id, old, new)
