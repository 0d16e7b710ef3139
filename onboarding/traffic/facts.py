"""The row of a request, made of what was seen of it while that is still at hand.

It is made once for each request, within the request, so it is written for speed: one pass over the
checks, and nothing in the row that Python's garbage collector would have to walk through.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import floor
from typing import Any, Final, NamedTuple

from onboarding.core.uuid7 import uuid7
from onboarding.jose import b64
from onboarding.jose.algorithms import digest_of
from onboarding.jose.assertion import leniencies_used
from onboarding.jose.checks import Check, Verdict, printable
from onboarding.jose.compact import Reading, numeric_date, read
from onboarding.jose.proof import proof_jkt
from onboarding.traffic.refs import cached_ref, ref
from onboarding.traffic.seen import Seen
from onboarding.traffic.states import AudienceKind, DetailsKind, DpopKind, Endpoint, Outcome

# What of a header and of claims is kept as it was; of anything else, that it was there.
SHOWN: Final = frozenset(
    {"alg", "kid", "typ", "iss", "sub", "aud", "iat", "nbf", "exp", "client_id", "scope"}
    | {"htm", "htu"}
)
# The columns of a row but for `client_id` and `origin`, which are found out when it is written.
COLUMNS: Final = (
    *("id", "at", "endpoint", "outcome", "status", "error", "check_code", "signed", "revision"),
    *("leniencies_on", "leniencies"),
    *("alg", "kid", "typ", "aud_kind", "life_s", "jti_ref", "details_kind", "org_ref"),
    *("dpop", "jkt", "proof_jti_ref", "nonce_sent", "nonce_given", "clock_s"),
    *("scopes_asked", "scopes_given", "scopes_rejected"),
    *("token_ref", "token_aud", "token_expires_at", "scheme"),
    *("signed_digest", "signature", "checks", "findings", "content"),
)
_JKT, _JTI, _TOKEN = map(COLUMNS.index, ("jkt", "jti_ref", "token_ref"))
_KEY: Final = ("kty", "crv", "alg")
_LARGEST: Final = 2**31 - 1
_FAILED, _PASSED = Verdict.FAILED, Verdict.PASSED
# Where one of these failed, it is worth finding out whose signature it was.
_WHOSE: Final = frozenset({"assertion.key", "assertion.signature"})
_NOTHING: Final = Reading([], {}, {}, b"", b"")
_NO_SIGNATURE: Final = ("", "")


class Verdicts(NamedTuple):
    """What the checks come to: by code what passed and failed, and the reason for a refusal."""

    is_signed: bool
    check_code: str
    words: str
    failed: frozenset[str]
    findings: str


def outcome(seen: Seen) -> Outcome:
    if seen.status == 200:
        return Outcome.OK
    if seen.error == "use_dpop_nonce":
        return Outcome.NONCE
    return Outcome.UNAVAILABLE if seen.status >= 500 else Outcome.REFUSED


def verdicts(seen: Seen) -> Verdicts:
    """Go through the checks once.

    What refused a request is a check's code, else that of the OAuth error, else "".
    """
    signature = "token.signature" if seen.is_api else "assertion.signature"
    # A used assertion is refused before a faulty proof is, although it is found out afterwards.
    family = "assertion." if seen.error == "invalid_client" else ""
    is_signed, first, words, failed, noted = False, "", [], [], []
    for check in seen.checks:
        code, verdict = check.code, check.verdict
        if verdict is _PASSED:
            words.append(code)
            if code == signature:
                is_signed = True
            continue
        noted.append(check)
        if verdict is _FAILED:
            words.append(f"!{code}")
            failed.append(code)
            if not first and code.startswith(family):
                first = code
        else:
            words.append(f"~{code}")
    if not first and seen.error:
        first = f"oauth.{seen.error}"
    findings = json.dumps([_finding(check) for check in noted]) if noted else "[]"
    return Verdicts(is_signed, first[:40], " ".join(words), frozenset(failed), findings)


def row(seen: Seen, judged: Verdicts) -> tuple[Any, ...]:
    """Return the values of `COLUMNS`, JSON as text."""
    used = leniencies_used(seen.checks) if seen.leniencies else ()
    assertion = seen.assertion or _NOTHING
    proof = _proof_reading(seen)
    now = seen.at.timestamp()
    return (
        uuid7(now),
        seen.at,
        Endpoint.API.value if seen.is_api else Endpoint.TOKEN.value,
        outcome(seen).value,
        seen.status,
        seen.error[:40],
        judged.check_code,
        judged.is_signed,
        seen.revision,
        " ".join(sorted(seen.leniencies)),
        " ".join(used),
        *_assertion(assertion, seen, now),
        *_proof(proof, assertion, seen, now),
        _words(seen.asked),
        _words(seen.given),
        _words(seen.rejected),
        *_token(seen.token_claims),
        seen.scheme,
        *(_whose(assertion) if not _WHOSE.isdisjoint(judged.failed) else _NO_SIGNATURE),
        judged.words,
        judged.findings,
        _content(seen, proof),
    )


def own_refs(seen: Seen, row: tuple[Any, ...] | None) -> list[str]:
    """Return what may have been announced: the key of its proof, its assertion, its token."""
    if row is not None:
        found = [cached_ref(row[_JKT]), row[_TOKEN] if seen.is_api else row[_JTI]]
        return [value for value in found if value]
    found = [cached_ref(proof_jkt(seen.proof))] if seen.proof else []
    for reading in (seen.assertion, seen.token):
        jti = reading.claims.get("jti") if reading else None
        if isinstance(jti, str):
            found.append(ref(jti))
    return found


def shown(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return a header or claims fit for keeping: known members as they were, "…" for others."""
    if len(members) > 40:
        members = dict(list(members.items())[:40])
    return {printable(name): _value(name, value) for name, value in members.items()}


def _value(name: str, value: Any) -> Any:
    if name == "jwk" and isinstance(value, dict):
        return {member: printable(value[member]) for member in _KEY if member in value}
    if name not in SHOWN:
        return "…"
    if type(value) is int and -_LARGEST < value < 10**15:
        # A number stays one: that it came as a string is just what may be wrong.
        return value
    if name == "htu" and isinstance(value, str):
        value = value.partition("?")[0]
    if isinstance(value, list):
        return [printable(item) for item in value[:20]]
    if type(value) in (float, bool) and abs(value) < 10**15:
        return value
    return printable(value)


def _content(seen: Seen, proof: Reading | None) -> str:
    parts = (("assertion", seen.assertion), ("token", seen.token), ("proof", proof))
    kept: dict[str, Any] = {
        kind: {"header": shown(reading.header), "claims": shown(reading.claims)}
        for kind, reading in parts
        if reading is not None
    }
    if seen.retry_after:
        kept["retry_after"] = seen.retry_after
    return json.dumps(kept)


def _finding(check: Check) -> dict[str, str]:
    return {"code": check.code, "expected": check.expected[:300], "found": check.found}


def _assertion(reading: Reading, seen: Seen, now: float) -> tuple[Any, ...]:
    header, claims = reading.header, reading.claims
    kind, organization = _details(claims)
    jti = claims.get("jti")
    return (
        _text(header.get("alg"), 20),
        _text(header.get("kid"), 128),
        _text(header.get("typ"), 60),
        _audience(claims.get("aud"), seen).value if claims else "",
        _life(claims, now),
        ref(jti) if isinstance(jti, str) else "",
        kind.value,
        ref(organization),
    )


def _audience(audience: Any, seen: Seen) -> AudienceKind:
    if audience == seen.issuer:
        return AudienceKind.ISSUER
    if audience is None or audience == "":
        return AudienceKind.MISSING
    if isinstance(audience, list):
        return AudienceKind.ARRAY
    at_endpoint = audience == seen.token_endpoint
    return AudienceKind.TOKEN_ENDPOINT if at_endpoint else AudienceKind.OTHER


def _life(claims: Mapping[str, Any], now: float) -> int | None:
    expiry, issued = numeric_date(claims.get("exp")), numeric_date(claims.get("iat"))
    if expiry is None:
        return None
    return _bounded(expiry - (issued if issued is not None else now))


def _details(claims: Mapping[str, Any]) -> tuple[DetailsKind, str]:
    """Which of the two forms the details have, and the organisation that they name."""
    for kind in (DetailsKind.ASSERTION_DETAILS, DetailsKind.AUTHORIZATION_DETAILS):
        if kind in claims:
            return kind, _organization(claims[kind])
    return DetailsKind.NONE, ""


def _organization(details: Any) -> str:
    for detail in details if isinstance(details, list) else [details]:
        found: Any = detail
        for name in ("practitioner_role", "organization", "identifier", "value"):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, str):
            return found
    return ""


def _proof_reading(seen: Seen) -> Reading | None:
    """The proof that was sent, judged or not."""
    if seen.proof is None and seen.dpop is not None and "," not in seen.dpop:
        seen.proof = read(seen.dpop, prefix="proof")
    return seen.proof


def _proof(reading: Reading | None, assertion: Reading, seen: Seen, now: float) -> tuple[Any, ...]:
    given = cached_ref(seen.nonce)
    if reading is None:
        # Several in one field are some proof, though none that can be read.
        kind = DpopKind.NONE if seen.dpop is None else DpopKind.PROOF
        return (kind.value, "", "", "", given, _clock(assertion.claims, now))
    claims = reading.claims
    nonce, jti = claims.get("nonce"), claims.get("jti")
    return (
        (DpopKind.PROOF_NONCE if "nonce" in claims else DpopKind.PROOF).value,
        proof_jkt(reading),
        ref(jti) if isinstance(jti, str) else "",
        cached_ref(nonce) if isinstance(nonce, str) else "",
        given,
        _clock(claims, now),
    )


def _clock(claims: Mapping[str, Any], now: float) -> int | None:
    issued = numeric_date(claims.get("iat"))
    return None if issued is None else _bounded(floor(now - issued))


def _token(claims: Mapping[str, Any]) -> tuple[Any, ...]:
    jti, expiry = claims.get("jti"), numeric_date(claims.get("exp"))
    return (
        ref(jti) if isinstance(jti, str) else "",
        _text(claims.get("aud"), 100),
        None if expiry is None else datetime.fromtimestamp(expiry, UTC),
    )


def _whose(reading: Reading) -> tuple[str, str]:
    """What it takes to find out later whose signature it was, where it was not the right one.

    The hash does not give the assertion back, and the signature is good for nothing without it.
    """
    if not 0 < len(reading.signature) <= 512:
        return _NO_SIGNATURE
    digest = digest_of(str(reading.header.get("alg")), reading.signing_input)
    return (b64.encode(digest), b64.encode(reading.signature)) if digest else _NO_SIGNATURE


def _words(names: Sequence[str]) -> str:
    return printable(" ".join(names)) if len(names) > 20 else " ".join(names)[:4000]


def _text(value: Any, longest: int) -> str:
    return printable(value)[:longest] if isinstance(value, str) else ""


def _bounded(value: float) -> int:
    return int(max(-_LARGEST, min(_LARGEST, value)))
