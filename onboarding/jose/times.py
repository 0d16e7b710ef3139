"""Judging the moments that a token names, with clocks that may differ (RFC 7519 §4.1)."""

from __future__ import annotations

from typing import Any, Final

from onboarding.jose.checks import Check, judge
from onboarding.jose.compact import numeric_date

SKEW: Final = 10  # seconds that two clocks may be apart


def not_expired(code: str, claims: dict[str, Any], now: float) -> Check:
    """Judge `exp`: there, a NumericDate, and not passed by more than the clocks' difference."""
    expiry = numeric_date(claims.get("exp"))
    good = expiry is not None and expiry > now - SKEW
    return judge(code, good, f"> {int(now) - SKEW}", shown(claims.get("exp")))


def not_ahead(
    code: str, claims: dict[str, Any], name: str, now: float, *, required: bool = False
) -> Check:
    """Judge `iat` or `nbf`: a NumericDate that is not ahead of the clock; may be absent
    unless `required`."""
    given = claims.get(name)
    moment = numeric_date(given)
    if given is None and name not in claims:
        good = not required
    else:
        good = moment is not None and moment <= now + SKEW
    return judge(code, good, f"<= {int(now) + SKEW}", shown(given))


def shown(value: Any) -> Any:
    """Return a value so that a string can be told from a number: in quotation marks."""
    return f'"{value}"' if isinstance(value, str) else value
