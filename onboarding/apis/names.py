"""How short names, scopes and claims are spelled. Pure.

Scopes are scope-tokens of RFC 6749 §3.3; ours are narrower, so that they read well in
addresses, logs and files.
"""

import re
from string import ascii_lowercase, digits

from django.utils.translation import gettext as _

_WORDS = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_SHORT_NAME = re.compile(rf"{_WORDS}(?::{_WORDS})*")
_PATH = re.compile(r"[a-z0-9]+(?:[:._/-]+[a-z0-9]+)*")
# What RFC 7519 §4.1, RFC 9068 §2.2 and RFC 9449 §6 give a meaning of their own.
RESERVED_CLAIMS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id", "cnf", "act"}
    | {"may_act", "auth_time", "acr", "amr", "azp", "sid"}
)


class BadName(ValueError):
    """Says what was expected, what was found and how to put it right."""


def check_short_name(name: str) -> None:
    """Raise BadName unless `name` can be the audience of tokens, such as "nhn:cp-api"."""
    if not _SHORT_NAME.fullmatch(name):
        raise BadName(
            _(
                "Forventet små bokstaver a–z og sifre, delt av : . _ eller -, som i nhn:cp-api. "
                "%(found)s"
            )
            % {"found": _found(name, ":._-")}
        )


def check_scope(name: str, short_name: str) -> None:
    """Raise BadName unless `name` is the API's short name, a slash, and a name of its own."""
    prefix = f"{short_name}/"
    if not name.startswith(prefix):
        raise BadName(
            _("Navnet på et scope begynner med kortnavnet og en skråstrek. Forventet %(prefix)s.")
            % {"prefix": f"{prefix}…"}
        )
    if not _PATH.fullmatch(name.removeprefix(prefix)):
        raise BadName(
            _(
                "Etter %(prefix)s forventet vi små bokstaver a–z og sifre, delt av : . _ / "
                "eller -. %(found)s"
            )
            % {"prefix": prefix, "found": _found(name.removeprefix(prefix), ":._/-")}
        )


def check_claim_type(name: str) -> None:
    """Raise BadName unless `name` can be a claim that an API asks of each client."""
    if name in RESERVED_CLAIMS:
        raise BadName(
            _("%(name)s har en fast betydning i tokener. Velg et annet navn.") % {"name": name}
        )
    if not _PATH.fullmatch(name):
        raise BadName(
            _(
                "Forventet små bokstaver a–z og sifre, delt av : . _ / eller -, som i "
                "nhn:vkp/client/claims/vkp-id. %(found)s"
            )
            % {"found": _found(name, ":._/-")}
        )


def _found(name: str, marks: str) -> str:
    """Say which character is the first that does not fit, or that the order is wrong."""
    allowed = set(f"{ascii_lowercase}{digits}{marks}")
    for position, character in enumerate(name, start=1):
        if character not in allowed:
            return _("Fant «%(character)s» på plass %(position)d.") % {
                "character": character,
                "position": position,
            }
    return _("Et skilletegn står først, sist eller ved siden av et annet.")
