"""Judging a client assertion (RFC 7523, as RFC 7523bis and FAPI 2.0 tighten it)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from onboarding.jose.algorithms import ALGORITHMS, spend_the_same, takes_time, verify_with
from onboarding.jose.checks import Check, Verdict, fail, first_failure, judge, note
from onboarding.jose.compact import Reading, header_checks, is_text, numeric_date
from onboarding.jose.material import material
from onboarding.jose.times import SKEW, not_ahead, not_expired, shown

LIFE: Final = 60  # seconds from issue to expiry, at most
LONGEST_JTI: Final = 256
LONGEST_KID: Final = 128
LONGEST_CLIENT_ID: Final = 255
TYPE: Final = "client-authentication+jwt"

# Old clients' habits that a configuration in test may be allowed, each by its name.
AUDIENCE_ENDPOINT: Final = "audience-token-endpoint"
IAT_STRING: Final = "iat-string"
ASSERTION_REUSE: Final = "assertion-reuse"
NO_DPOP: Final = "no-dpop"
LENIENCIES: Final = (AUDIENCE_ENDPOINT, IAT_STRING, ASSERTION_REUSE, NO_DPOP)


class RegisteredKey(NamedTuple):
    """A key that the client may sign with now: its name, its one algorithm, its public JWK."""

    kid: str
    alg: str
    jwk: dict[str, Any]


def check_client_assertion(
    reading: Reading,
    *,
    client_id: str | None,
    form_client_id: str | None,
    issuer: str,
    keys: Sequence[RegisteredKey],
    now: float,
    leniencies: frozenset[str] = frozenset(),
    token_endpoint: str = "",
    algorithms: Collection[str] = ALGORITHMS,
) -> list[Check]:
    """Judge everything about a client assertion but whether it was seen before.

    `client_id` is the registered client that `subject_of(reading)` named, None when there
    is none; `form_client_id` the parameter of that name, None when absent; `keys` those
    that may be used at this moment in this environment; `now` seconds since the epoch;
    `algorithms` what the environment allows at all. An unknown client, an unknown key and
    a wrong signature cost the same, so that time does not tell them apart. Never raises.
    """
    checks = list(reading.checks)
    if first_failure(checks):
        return checks
    header, claims = reading.header, reading.claims
    checks += header_checks(header, "assertion")
    checks.append(_type(header))
    checks += _signature(reading, keys, algorithms)
    checks += _parties(claims, client_id, form_client_id)
    checks.append(_audience(claims.get("aud"), issuer, token_endpoint, leniencies))
    checks += _times(claims, now, leniencies)
    jti = claims.get("jti")
    good = is_text(jti, LONGEST_JTI)
    checks.append(judge("assertion.jti", good, f"1..{LONGEST_JTI}", jti))
    return checks


def subject_of(reading: Reading) -> str:
    """Return the client that an assertion speaks of, fit for looking it up; or ""."""
    subject = reading.claims.get("sub")
    if is_text(subject, LONGEST_CLIENT_ID) and subject.isprintable():
        return subject
    return ""


def replay_purposes(owner: str, lenient: bool, first_half: bool) -> list[str]:
    """Return under which purposes the `jti` is to be marked as used, in this order.

    Strictly there is one. A client that may use an assertion again in the nonce round (`lenient`)
    marks another one in the `first_half`, which is answered `use_dpop_nonce`; whoever gets further
    marks both, so that the second says whether there was a first half. So it is used twice at
    most, and never for two tokens.
    """
    purposes = [f"assertion:{owner}", f"assertion-nonce:{owner}"]
    if not lenient:
        return purposes[:1]
    return purposes[1:] if first_half else purposes


def replay(first_use: bool, *, used_in_nonce_round: bool = False) -> Check:
    """Judge whether the `jti` was used before, as the caller's memory says."""
    if first_use and used_in_nonce_round:
        return note("assertion.replay", "1", ASSERTION_REUSE)
    return judge("assertion.replay", first_use, "1", "1" if first_use else "2")


def leniencies_used(checks: Iterable[Check]) -> tuple[str, ...]:
    """Return the names of the leniencies without which one of `checks` would have failed.

    Among them what was noted of the request that carried the assertion: that it had no proof.
    """
    noted = {check.code: check.found for check in checks if check.verdict is Verdict.NOTED}
    used = {
        AUDIENCE_ENDPOINT: "assertion.audience" in noted,
        # A time without quotation marks is noted for other reasons.
        IAT_STRING: noted.get("assertion.issued_at", "").startswith('"'),
        ASSERTION_REUSE: "assertion.replay" in noted,
        NO_DPOP: noted.get("proof.count") == NO_DPOP,
    }
    return tuple(name for name, needed in used.items() if needed)


def life_end(claims: dict[str, Any]) -> float:
    """Return until when (seconds since the epoch) the `jti` must be remembered.

    For an assertion that was accepted: after that its expiry refuses it anyway.
    """
    return (numeric_date(claims.get("exp")) or 0.0) + SKEW


def _type(header: dict[str, Any]) -> Check:
    typ = header.get("typ")
    if "typ" not in header or (isinstance(typ, str) and typ.lower() in ("jwt", "application/jwt")):
        return note("assertion.type", TYPE, typ)
    good = isinstance(typ, str) and typ.lower().removeprefix("application/") == TYPE
    return judge("assertion.type", good, TYPE, typ)


def _signature(
    reading: Reading, keys: Sequence[RegisteredKey], algorithms: Collection[str]
) -> list[Check]:
    """Which key, with which algorithm, and whether it signed: always one verification's work."""
    kid, alg = reading.header.get("kid"), reading.header.get("alg")
    named = is_text(kid, LONGEST_KID)
    key = next((key for key in keys if key.kid == kid), None) if named else None
    expected = key.alg if key else " ".join(algorithms)
    right = isinstance(alg, str) and alg in algorithms and (key is None or alg == key.alg)
    signed = _verify(reading, alg if isinstance(alg, str) else "", key, right)
    return [
        judge("assertion.kid", named, f"1..{LONGEST_KID}", kid),
        judge("assertion.key", key is not None, " ".join(k.kid for k in keys), kid),
        judge("assertion.algorithm", right, expected, alg),
        judge("assertion.signature", signed, key.kid if key else "", ""),
    ]


def _verify(reading: Reading, alg: str, key: RegisteredKey | None, right: bool) -> bool:
    public = material(key.jwk) if key and right else None
    if public and takes_time(public, alg, reading.signature):
        return verify_with(alg, public, reading.signing_input, reading.signature)
    spend_the_same(alg, reading.signing_input, reading.signature)
    return False


def _parties(
    claims: dict[str, Any], client_id: str | None, form_client_id: str | None
) -> list[Check]:
    issuer, subject = claims.get("iss"), claims.get("sub")
    known = client_id or ""
    checks = [
        judge("assertion.client", client_id is not None, "", "" if client_id else subject),
        judge("assertion.issuer", bool(known) and issuer == known, known, issuer),
        judge("assertion.subject", bool(known) and subject == known, known, subject),
    ]
    if form_client_id is not None:
        same = form_client_id == subject
        checks.append(judge("assertion.client_id", same, known, form_client_id))
    return checks


def _audience(audience: Any, issuer: str, token_endpoint: str, leniencies: frozenset[str]) -> Check:
    """The issuer as a plain string: a list of one could be a list of two next time."""
    if AUDIENCE_ENDPOINT in leniencies and token_endpoint and audience == token_endpoint:
        return note("assertion.audience", issuer, audience)
    good = isinstance(audience, str) and audience == issuer
    return judge("assertion.audience", good, issuer, audience)


def _times(claims: dict[str, Any], now: float, leniencies: frozenset[str]) -> list[Check]:
    """The life is measured on the client's own clock where `iat` allows, else on ours."""
    issued = claims.get("iat")
    lenient = IAT_STRING in leniencies and is_text(issued, 12) and issued.isdecimal()
    if lenient:
        claims = {**claims, "iat": int(str(issued))}
    checks = [not_expired("assertion.expiry", claims, now), _lifetime(claims, now)]
    checks.append(not_ahead("assertion.not_before", claims, "nbf", now))
    aged = not_ahead("assertion.issued_at", claims, "iat", now)
    if aged.verdict == "passed" and (lenient or "iat" not in claims):
        aged = note(aged.code, aged.expected, shown(issued))
    return [*checks, aged]


def _lifetime(claims: dict[str, Any], now: float) -> Check:
    expiry, issued = numeric_date(claims.get("exp")), numeric_date(claims.get("iat"))
    if expiry is None:
        return fail("assertion.lifetime", f"<= {LIFE}", "")
    ahead = expiry - now
    life = expiry - issued if issued is not None else ahead
    good = life <= (LIFE if issued is not None else LIFE + SKEW) and ahead <= LIFE + SKEW
    return judge("assertion.lifetime", good, f"<= {LIFE}", int(max(life, ahead)))
