"""Which addresses a browser may be sent back to. Pure.

RFC 6749 §3.1.2: absolute, no fragment. RFC 9700 §4.1.3: compared whole, so nothing stands for
anything. RFC 8252 §7.3 and §8.3: http only on the person's own machine.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

MAX_LENGTH = 500
MAX_COUNT = 20
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadUri(ValueError):
    """Says what was expected and what was found."""


def check(uri: str) -> None:
    """Raise BadUri unless `uri` may be registered as a (post-logout) redirect URI."""
    if len(uri) > MAX_LENGTH:
        raise BadUri(
            _("Forventet høyst %(most)d tegn. Fant %(found)d.")
            % {"most": MAX_LENGTH, "found": len(uri)}
        )
    _check_characters(uri)
    parts = _split(uri)
    if parts is None or not parts.scheme:
        raise BadUri(_("Forventet en hel adresse, som i https://epj.virksomhet.example/callback."))
    _check_scheme(parts)
    if parts.username is not None or parts.password is not None:
        raise BadUri(_("Forventet en adresse uten brukernavn og passord foran vertsnavnet."))
    if "#" in uri:
        raise BadUri(_("Forventet en adresse uten #. Den delen når aldri fram til tjeneren."))
    if "*" in uri:
        raise BadUri(_("Forventet en hel adresse uten *. Hver returadresse registreres for seg."))


def _check_characters(uri: str) -> None:
    for position, character in enumerate(uri, start=1):
        if not character.isascii() or character in " \\" or not character.isprintable():
            raise BadUri(
                _("Forventet ASCII-tegn uten mellomrom. Fant U+%(code)04X på plass %(position)d.")
                % {"code": ord(character), "position": position}
            )


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        has_port = parts.port != 0  # read here, because it raises when it is not a number
    except ValueError:
        return None
    return parts if has_port else None


def _check_scheme(parts: SplitResult) -> None:
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return
    if parts.scheme == "http":
        raise BadUri(_("Forventet https://. Fant http://. Bare localhost kan bruke http."))
    if parts.scheme == "https":
        raise BadUri(_("Forventet et vertsnavn etter https://."))
    raise BadUri(_("Forventet https://. Fant %(found)s:.") % {"found": parts.scheme})


def lines(text: str) -> tuple[str, ...]:
    """Return the addresses of a text that has one on each line, in order and without doubles.

    Raises BadUri, naming the line, for the first that may not be registered.
    """
    found = list(dict.fromkeys(line for raw in text.splitlines() if (line := _trimmed(raw))))
    if len(found) > MAX_COUNT:
        raise BadUri(
            _("Forventet høyst %(most)d adresser. Fant %(found)d.")
            % {"most": MAX_COUNT, "found": len(found)}
        )
    for number, uri in enumerate(found, start=1):
        try:
            check(uri)
        except BadUri as error:
            raise BadUri(
                _("Adresse nummer %(number)d: %(what)s") % {"number": number, "what": error}
            ) from error
    return tuple(found)


def _trimmed(line: str) -> str:
    return unicodedata.normalize("NFC", line).strip()
