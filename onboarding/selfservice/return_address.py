"""Where a browser may be sent with the answer to a draft, and with which words. Pure.

Only to an address that came with the draft and that the client system allows: software on the
person's own machine (RFC 8252 §7.3), or an origin among the system's registered addresses. What
stands in the address of the page is never looked at.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from onboarding.systems import uris

OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1"})
LOWEST_PORT: Final = 1024


class Outcome(StrEnum):
    """What `status` says to the software that waits; published clients look for the first."""

    SUCCESS = "Success"
    DECLINED = "Declined"
    EXPIRED = "Expired"
    REFUSED = "Refused"


def check(uri: str, registered: Collection[str]) -> None:
    """Raise BadUri unless the browser may be sent to `uri`.

    `registered` are the addresses of the client system: they vouch for their origins.
    """
    uris.check(uri)
    parts = urlsplit(uri)
    if parts.path.startswith("//"):
        raise uris.BadUri(_("Forventet én skråstrek etter vertsnavnet. Fant to."))
    if parts.scheme == "https":
        if _origin(uri) not in {_origin(known) for known in registered}:
            raise uris.BadUri(
                _("Forventet en adresse på denne maskinen, eller hos en av klientsystemets.")
            )
    elif parts.hostname not in OWN_MACHINE or (parts.port or 0) < LOWEST_PORT:
        raise uris.BadUri(
            _("Forventet http://localhost eller http://127.0.0.1 med en port fra 1024 til 65535.")
        )


def with_outcome(uri: str, outcome: Outcome) -> str:
    """Return the address with the outcome, as the last parameter and with nothing else added."""
    return f"{uri}{'&' if '?' in uri else '?'}status={outcome}"


def _origin(uri: str) -> tuple[str, str, int]:
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname or "", parts.port or 443
