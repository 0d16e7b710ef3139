"""The color scheme that a person has chosen; it lives in a cookie of the browser."""

from collections.abc import Mapping

SCHEME_COOKIE = "scheme"
SCHEMES = ("auto", "light", "dark")


def scheme(cookies: Mapping[str, str]) -> str:
    """Return the chosen scheme, "auto" (follow the system) where none or a strange one is."""
    chosen = cookies.get(SCHEME_COOKIE, "")
    return chosen if chosen in SCHEMES else SCHEMES[0]
