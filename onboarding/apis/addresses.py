"""Where an API may be called: anywhere on the net, but at this portal only where it says itself.

Whoever types an address of ours would have our workers ask us, for as long as he likes. So the
portal's own APIs have fixed addresses in the settings, and no other address of ours is taken.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from onboarding.apis.names import BadName
from onboarding.core.addresses import LONGEST_HOST

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def of_ours(short_name: str, environment: str) -> str:
    """Return the address at which an API of this portal is called, "" if it is none of ours."""
    path = settings.OWN_APIS.get(short_name.lower(), "")
    return f"{settings.BASE_URL}/{environment}/{path}" if path else ""


def check_test_url(url: str, *, short_name: str, environment: str) -> None:
    """Raise BadName unless a token test may call `url`. The address is read, never fetched.

    https, or http at an origin of EGRESS_OWN_ORIGINS, and in DEBUG on this machine; at this portal
    only the address that the settings give the API.
    """
    parts = _split(url)
    if parts is None or parts.username or parts.password or parts.fragment:
        raise BadName(_("Forventet en hel adresse, som i https://api.virksomhet.example/status."))
    if not 0 < len(parts.hostname or "") <= LONGEST_HOST:
        raise BadName(_("Forventet en hel adresse, som i https://api.virksomhet.example/status."))
    if url and url == of_ours(short_name, environment):
        return
    if _is_portal(parts):
        raise BadName(_("Adressen er portalens egen. Bruk adressen til API-et selv."))
    origin = f"{parts.scheme}://{parts.netloc}"
    is_known = origin in settings.EGRESS_OWN_ORIGINS
    is_local = settings.DEBUG and parts.hostname in _LOCAL
    if parts.scheme != "https" and not (parts.scheme == "http" and (is_known or is_local)):
        raise BadName(_("Forventet https://. Fant %(found)s://.") % {"found": parts.scheme})


def _is_portal(parts: SplitResult) -> bool:
    """Say whether an address is one of this portal, in whichever spelling.

    https at the portal's name is the portal whatever the port, as for `core.egress`.
    """
    portal = urlsplit(settings.BASE_URL)
    host = (parts.hostname or "").rstrip(".")
    if host in settings.API_ROOTS:  # another name of ours
        return True
    if host != portal.hostname and not {host, portal.hostname} <= _LOCAL:
        return False
    return parts.scheme == "https" == portal.scheme or parts.port == portal.port


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0  # read here, because it raises when it is not a number
    except ValueError:
        return None
    return parts if has_port else None
