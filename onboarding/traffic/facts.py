"""The row of a request, made of what was seen of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import floor
from typing import Any, Final
from uuid import UUID

from onboarding.jose import b64
from onboarding.jose.algorithms import digest_of
from onboarding.jose.assertion import leniencies_used
from onboarding.jose.checks import Check, Verdict, printable
from onboarding.jose.compact import Reading, numeric_date, read
from onboarding.jose.proof import proof_jkt
from onboarding.traffic.refs import ref
from onboarding.traffic.seen import Seen
from onboarding.traffic.states import AudienceKind, DetailsKind, DpopKind, Endpoint, Outcome

# What of a header and of claims is kept as it was; of anything else, that it was there.
SHOWN: Final = frozenset(
    {"alg", "kid", "typ", "iss", "sub", "aud", "iat", "nbf", "exp", "client_id", "scope"}
    | {"htm", "htu"}
)
_KEY: Final = ("kty", "crv", "alg")
_MARKS: Final = {Verdict.FAILED: "!", Verdict.NOTED: "~", Verdict.PASSED: ""}
_LARGEST: Final = 2**31 - 1
# Where one of these failed, it is worth finding out whose signature it was.
_WHOSE: Final = frozenset({"assertion.key", "assertion.signature"})


def outcome(seen: Seen) -> Outcome:
    if seen.status == 200:
        return Outcome.OK
    if seen.error == "use_dpop_nonce":
        return Outcome.NONCE
    return Outcome.UNAVAILABLE if seen.status >= 500 else Outcome.REFUSED


def is_signed(seen: Seen) -> bool:
    """Say whether it was proved to come from the client that it speaks of."""
    code = "token.signature" if seen.is_api else "assertion.signature"
    return any(check.code == code and check.verdict is Verdict.PASSED for check in seen.checks)


def check_code(seen: Seen) -> str:
    """Return the code of what refused it: a check's, else that of the OAuth error, else ""."""
    # A used assertion is refused before a faulty proof is, although it is found out afterwards.
    first = "assertion." if seen.error == "invalid_client" else ""
    for check in seen.checks:
        if check.verdict is Verdict.FAILED and check.code.startswith(first):
            return check.code
    return f"oauth.{seen.error}" if seen.error else ""


def fields(seen: Seen) -> dict[str, Any]:
    """Return all fields of `models.Trace` but `id`, `client` and `origin`, by name.

    JSON is text already, in the form that a COPY takes.
    """
    used = leniencies_used(seen.checks) if seen.leniencies else ()
    return {
        "at": seen.at,
        "endpoint": Endpoint.API if seen.is_api else Endpoint.TOKEN,
        "outcome": outcome(seen),
        "status": seen.status,
        "error": seen.error[:40],
        "check_code": check_code(seen)[:40],
        "signed": is_signed(seen),
        "revision": seen.revision,
        "leniencies_on": " ".join(sorted(seen.leniencies)),
        "leniencies": " ".join(used),
        **_assertion(seen),
        **_proof(seen),
        "scopes_asked": _words(seen.asked),
        "scopes_given": _words(seen.given),
        "scopes_rejected": _words(seen.rejected),
        **_token(seen.token_claims),
        "scheme": seen.scheme,
        **_whose(seen),
        "checks": " ".join(f"{_MARKS[check.verdict]}{check.code}" for check in seen.checks),
        "findings": json.dumps(
            [_finding(c) for c in seen.checks if c.verdict is not Verdict.PASSED]
        ),
        "content": json.dumps(
            {
                kind: {"header": shown(reading.header), "claims": shown(reading.claims)}
                for kind, reading in _readings(seen)
            }
        ),
    }


def shown(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return a header or claims fit for keeping: known members as they were, "…" for others."""
    return {printable(name): _value(name, value) for name, value in list(members.items())[:40]}


def _value(name: str, value: Any) -> Any:
    if name == "jwk" and isinstance(value, dict):
        return {member: printable(value[member]) for member in _KEY if member in value}
    if name not in SHOWN:
        return "…"
    if name == "htu" and isinstance(value, str):
        value = value.partition("?")[0]
    if isinstance(value, list):
        return [printable(item) for item in value[:20]]
    # A number stays one: that it came as a string is just what may be wrong.
    return value if type(value) in (int, float, bool) and numeric(value) else printable(value)


def numeric(value: float) -> bool:
    """Say whether a number is fit for JSON and for people: no infinity, no thousand digits."""
    return abs(value) < 10**15


def _proof_reading(seen: Seen) -> Reading | None:
    """The proof that was sent, judged or not."""
    if seen.proof is None and seen.dpop is not None and "," not in seen.dpop:
        seen.proof = read(seen.dpop, prefix="proof")
    return seen.proof


def _readings(seen: Seen) -> list[tuple[str, Reading]]:
    proof = _proof_reading(seen)
    parts = (("assertion", seen.assertion), ("token", seen.token), ("proof", proof))
    return [(kind, reading) for kind, reading in parts if reading is not None]


def _finding(check: Check) -> dict[str, str]:
    return {"code": check.code, "expected": check.expected[:300], "found": check.found}


def _assertion(seen: Seen) -> dict[str, Any]:
    reading = seen.assertion
    if reading is None:
        header: Mapping[str, Any] = {}
        claims: Mapping[str, Any] = {}
    else:
        header, claims = reading.header, reading.claims
    kind, organization = _details(claims)
    jti = claims.get("jti")
    return {
        "alg": _text(header.get("alg"), 20),
        "kid": _text(header.get("kid"), 128),
        "typ": _text(header.get("typ"), 60),
        "aud_kind": _audience(claims.get("aud"), seen) if claims else "",
        "life_s": _life(claims, seen.at.timestamp()),
        "jti_ref": ref(jti) if isinstance(jti, str) else "",
        "details_kind": kind,
        "org_ref": ref(organization),
    }


def _audience(audience: Any, seen: Seen) -> AudienceKind:
    if audience is None or audience == "":
        return AudienceKind.MISSING
    if isinstance(audience, list):
        return AudienceKind.ARRAY
    if audience == seen.issuer:
        return AudienceKind.ISSUER
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


def _proof(seen: Seen) -> dict[str, Any]:
    reading, now = _proof_reading(seen), seen.at.timestamp()
    clock = seen.assertion.claims if seen.assertion else {}
    # Several in one field are some proof, though none that can be read.
    kind = DpopKind.NONE if seen.dpop is None else DpopKind.PROOF
    found = {"dpop": kind, "jkt": "", "proof_jti_ref": "", "nonce_sent": ""}
    if reading is not None:
        claims = clock = reading.claims
        nonce, jti = claims.get("nonce"), claims.get("jti")
        found = {
            "dpop": DpopKind.PROOF_NONCE if "nonce" in claims else DpopKind.PROOF,
            "jkt": proof_jkt(reading),
            "proof_jti_ref": ref(jti) if isinstance(jti, str) else "",
            "nonce_sent": ref(nonce) if isinstance(nonce, str) else "",
        }
    issued = numeric_date(clock.get("iat"))
    clock_s = None if issued is None else _bounded(floor(now - issued))
    return found | {"nonce_given": ref(seen.nonce), "clock_s": clock_s}


def _token(claims: Mapping[str, Any]) -> dict[str, Any]:
    jti, expiry = claims.get("jti"), numeric_date(claims.get("exp"))
    return {
        "token_ref": ref(jti) if isinstance(jti, str) else "",
        "token_aud": _text(claims.get("aud"), 100),
        "token_expires_at": None if expiry is None else datetime.fromtimestamp(expiry, UTC),
    }


def _whose(seen: Seen) -> dict[str, str]:
    """What it takes to find out later whose signature it was, where it was not the right one.

    The hash does not give the assertion back, and the signature is good for nothing without it.
    """
    reading = seen.assertion
    failed = any(c.code in _WHOSE and c.verdict is Verdict.FAILED for c in seen.checks)
    if reading is None or not failed or not 0 < len(reading.signature) <= 512:
        return {"signed_digest": "", "signature": ""}
    digest = digest_of(str(reading.header.get("alg")), reading.signing_input)
    signature = b64.encode(reading.signature) if digest else ""
    return {"signed_digest": b64.encode(digest), "signature": signature}


def _words(names: Sequence[str]) -> str:
    return printable(" ".join(names)) if len(names) > 20 else " ".join(names)[:4000]


def _text(value: Any, longest: int) -> str:
    return printable(value)[:longest] if isinstance(value, str) else ""


def _bounded(value: float) -> int:
    return int(max(-_LARGEST, min(_LARGEST, value)))


def client_uuid(claimed: str) -> UUID | None:
    """Return a claimed client id as we write it, or None for what is no id of ours."""
    try:
        uuid = UUID(claimed)
    except ValueError:
        return None
    return uuid if str(uuid) == claimed else None
