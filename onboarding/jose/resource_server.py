"""The whole decision of a protected API: access token, DPoP proof, scopes.

Any API can use this, in or outside this repository; it needs the engine alone:

    policy = Policy(issuer="https://sts.example", audience="nhn:cp-api",
                    scopes=frozenset({"nhn:cp-api/access"}), dpop="required",
                    nonces=Nonces(secret, life=120, audience="nhn:cp-api"))
    decision = decide(policy, ports, method=request.method, url=public_url_of_this_endpoint,
                      authorization=request.header_lines("Authorization"),
                      dpop=request.header_lines("DPoP"), now=time.time())

Answer with `decision.status` and `decision.headers` unless the status is 200, in which
case `decision.claims` are the token's and the headers go along with your own answer. `url`
is the address that clients know, from configuration, never from the Host header. A token
in the query or the body is refused by the caller (400 `invalid_request`), who sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, Protocol

from onboarding.jose.access_token import LARGEST, bound_to, check_access_token, scopes
from onboarding.jose.algorithms import ALGORITHMS
from onboarding.jose.checks import Check, fail, first_failure, judge
from onboarding.jose.compact import Reading, read
from onboarding.jose.nonces import Nonces
from onboarding.jose.proof import check_proof, life_end, replay, replay_value

REPLAY: Final = "proof"
_SCHEMES: Final = {"dpop": "DPoP", "bearer": "Bearer"}


class Unavailable(Exception):
    """Keys or memory cannot be reached now; nothing can be let through."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an API demands.

    `scopes` are needed all; `dpop` says whether tokens must, may or cannot be bound to a
    key; `nonces` None means that proofs need none; `realm` is shown in challenges.
    """

    issuer: str
    audience: str
    scopes: frozenset[str] = frozenset()
    dpop: Literal["required", "allowed", "none"] = "required"
    nonces: Nonces | None = None
    realm: str = ""


class Ports(Protocol):
    """What the decision needs from outside; either may raise Unavailable."""

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        """Return the issuer's public JWK of that name and algorithm, or None."""

    def use_once(self, purpose: str, value: str, until: float) -> bool:
        """Remember a value until a moment, for all processes; False if it was known."""


class Decision(NamedTuple):
    """The answer to give, and why.

    `status` is 200, 400, 401, 403 or 503; `error` the OAuth code, "" for success and for a
    request without a token; `headers` those to send along; `claims` the token's, when 200.
    `token` and `proof` are what was read, believed or not, for whoever keeps a trace; `scheme` is
    the one that was used, "" for one that is not ours.
    """

    status: int
    headers: dict[str, str]
    error: str
    checks: list[Check]
    claims: dict[str, Any]
    token: Reading | None = None
    proof: Reading | None = None
    scheme: str = ""


@dataclass(slots=True)
class _Request:
    policy: Policy
    ports: Ports
    method: str
    url: str
    dpop: Sequence[str]
    now: float
    scheme: str = ""
    token: str = ""
    checks: list[Check] = field(default_factory=list)
    token_reading: Reading | None = None
    proof_reading: Reading | None = None


def decide(
    policy: Policy,
    ports: Ports,
    *,
    method: str,
    url: str,
    authorization: Sequence[str],
    dpop: Sequence[str],
    now: float,
) -> Decision:
    """Decide on a request to a protected API (RFC 6750, RFC 9068, RFC 9449 §7).

    `authorization` and `dpop` are the values of all header fields of those names. A
    request without a token, or with a scheme that is not ours, gets the bare challenge.
    Never raises: what `ports` cannot answer becomes 503.
    """
    request = _Request(policy, ports, method, url, dpop, now)
    if not authorization:
        return _refuse(request, 401, "")
    scheme, _, token = authorization[0].partition(" ")
    request.scheme, request.token = _SCHEMES.get(scheme.lower(), ""), token.strip(" ")
    if not request.scheme:
        return _refuse(request, 401, "")
    one = len(authorization) == 1 and "," not in token
    request.checks.append(judge("token.header", one, "1", "1" if one else "2"))
    if not one:
        return _refuse(request, 400, "invalid_request")
    try:
        return _judge_token(request)
    except Unavailable:
        return _decision(request, 503, {"Retry-After": "5"}, "temporarily_unavailable")


def _judge_token(request: _Request) -> Decision:
    policy = request.policy
    reading = request.token_reading = read(request.token, prefix="token", limit=LARGEST)
    request.checks += check_access_token(
        reading,
        issuer=policy.issuer,
        audience=policy.audience,
        key=request.ports.key,
        now=request.now,
    )
    if failure := first_failure(request.checks):
        # Too large is no token at all, and was not even parsed.
        large = failure.code == "token.size"
        return _refuse(request, *((400, "invalid_request") if large else (401, "invalid_token")))
    jkt = bound_to(reading.claims)
    request.checks.append(_scheme(request, jkt))
    if first_failure(request.checks):
        return _refuse(request, 401, "invalid_token")
    error = _judge_proof(request, jkt) if jkt else ""
    if error:
        return _refuse(request, 401, error)
    granted = scopes(reading.claims)
    needed = " ".join(sorted(policy.scopes))
    enough = policy.scopes <= granted
    request.checks.append(judge("token.scope", enough, needed, " ".join(sorted(granted))))
    if not enough:
        return _refuse(request, 403, "insufficient_scope")
    return _decision(request, 200, _fresh_nonce(request), "", reading.claims)


def _scheme(request: _Request, jkt: str) -> Check:
    """A bound token only as DPoP, an unbound one only as Bearer, and both only if wanted."""
    wanted = {"required": ("DPoP",), "allowed": ("DPoP", "Bearer"), "none": ("Bearer",)}
    accepted = wanted[request.policy.dpop]
    fitting = "DPoP" if jkt else "Bearer"
    good = request.scheme == fitting and request.scheme in accepted
    expected = fitting if fitting in accepted else accepted[0]
    return judge("token.scheme", good, expected, request.scheme)


def _judge_proof(request: _Request, jkt: str) -> str:
    """The OAuth code of what is wrong with the proof, or ""."""
    given = request.dpop
    one = len(given) == 1 and "," not in given[0]
    if not one:
        found = str(len(given)) if len(given) != 1 else "2"
        request.checks.append(fail("proof.count", "1", found))
        return "invalid_dpop_proof"
    nonces, now = request.policy.nonces, request.now
    reading = request.proof_reading = read(given[0], prefix="proof")
    checks = check_proof(
        reading,
        method=request.method,
        url=request.url,
        now=now,
        nonce=(lambda nonce: nonces.valid(nonce, now)) if nonces else None,
        access_token=request.token,
        jkt=jkt,
    )
    if not first_failure(checks):
        value = replay_value(reading, request.url)
        checks.append(replay(request.ports.use_once(REPLAY, value, life_end(reading.claims))))
    request.checks += checks
    failure = first_failure(checks)
    return _PROOF_ERRORS.get(failure.code, "invalid_dpop_proof") if failure else ""


_PROOF_ERRORS: Final = {"proof.nonce": "use_dpop_nonce", "proof.binding": "invalid_token"}


def _fresh_nonce(request: _Request) -> dict[str, str]:
    if request.policy.nonces is None or request.scheme != "DPoP":
        return {}
    return {"DPoP-Nonce": request.policy.nonces.issue(request.now)}


def _refuse(request: _Request, status: int, error: str) -> Decision:
    headers = {"WWW-Authenticate": ", ".join(_challenges(request, error))}
    if error == "use_dpop_nonce":
        headers |= _fresh_nonce(request)
    return _decision(request, status, headers, error)


def _decision(
    request: _Request,
    status: int,
    headers: dict[str, str],
    error: str,
    claims: dict[str, Any] | None = None,
) -> Decision:
    return Decision(
        status,
        headers,
        error,
        request.checks,
        claims or {},
        request.token_reading,
        request.proof_reading,
        request.scheme,
    )


def _challenges(request: _Request, error: str) -> list[str]:
    """One challenge for each scheme that is accepted; the error with the one that was tried."""
    policy = request.policy
    schemes = {"required": ["DPoP"], "allowed": ["DPoP", "Bearer"], "none": ["Bearer"]}[policy.dpop]
    blamed = request.scheme if request.scheme in schemes else schemes[0]
    challenges = []
    for scheme in schemes:
        values = {"realm": policy.realm} if policy.realm else {}
        if error and scheme == blamed:
            values["error"] = error
            failure = first_failure(request.checks)
            if failure:
                values["error_description"] = failure.code
        if error == "insufficient_scope":
            values["scope"] = " ".join(sorted(policy.scopes))
        if scheme == "DPoP":
            values["algs"] = " ".join(ALGORITHMS)
        text = ", ".join(f'{name}="{_quoted(value)}"' for name, value in values.items())
        challenges.append(f"{scheme} {text}" if text else scheme)
    return challenges


def _quoted(value: str) -> str:
    return "".join(c for c in value if c.isascii() and c.isprintable() and c not in '"\\')
