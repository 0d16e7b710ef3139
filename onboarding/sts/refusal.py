"""What a token request is told when it gets no token (RFC 6749 §5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onboarding.jose.checks import Check, Verdict, first_failure

# Where the error catalogue explains an OAuth error; it stands above this app and cannot be asked.
HELP = "/help/errors/oauth."


class Refusal(Exception):
    """An OAuth error: its code, a sentence for developers, the HTTP status, headers.

    The sentence is ours alone, printable ASCII without quotes or backslashes, and never repeats
    what was sent.
    """

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})


# All that would tell a stranger which clients and keys exist gets one and the same sentence.
_STRANGER = frozenset(
    f"assertion.{rule}"
    for rule in ("client", "key", "algorithm", "signature", "issuer", "subject", "client_id")
)
NOT_RECOGNIZED = (
    "The client assertion is not that of a client known here: client_id, iss and sub must be the "
    "same active client, and the signature must be by one of its present keys, named by kid, with "
    "the algorithm registered for that key."
)
_ASSERTION = {
    "assertion.size": "The client assertion is too large.",
    "assertion.compact": "The client assertion must be a JWS in compact form.",
    "assertion.base64url": "The client assertion must be base64url without padding.",
    "assertion.json": "Header and claims of the client assertion must each be one JSON object.",
    "assertion.critical": "The client assertion must not use crit or b64.",
    "assertion.compression": "The client assertion must not use zip.",
    "assertion.embedded_key": "The client assertion must not carry or point at keys; use kid.",
    "assertion.type": "The typ of the client assertion must be client-authentication+jwt.",
    "assertion.kid": "The client assertion must name its key by kid.",
    "assertion.audience": "The aud of the client assertion must be the issuer, as one string.",
    "assertion.expiry": "The client assertion has expired, or its exp is not a number.",
    "assertion.lifetime": "The client assertion must expire within 60 seconds of being made.",
    "assertion.not_before": "The nbf of the client assertion is ahead of our clock.",
    "assertion.issued_at": "The iat of the client assertion is ahead of our clock or no number.",
    "assertion.jti": "The client assertion must have a jti of 1 to 256 characters.",
    "assertion.replay": "The client assertion has been used before; make one for each request.",
}
_PROOF = {
    "proof.count": "The request must have one DPoP header with one proof in it.",
    "proof.size": "The DPoP proof is too large.",
    "proof.compact": "The DPoP proof must be a JWS in compact form.",
    "proof.type": "The typ of the DPoP proof must be dpop+jwt.",
    "proof.algorithm": "The alg of the DPoP proof is not one that the metadata lists.",
    "proof.jwk": "The DPoP proof must carry its public key in the header jwk.",
    "proof.private_key": "The DPoP proof carries a private key. Stop using that key.",
    "proof.key": "The key of the DPoP proof is too weak, or does not fit its alg.",
    "proof.signature": "The signature of the DPoP proof is not by the key that it carries.",
    "proof.jti": "The DPoP proof must have a jti of 1 to 256 characters.",
    "proof.method": "The htm of the DPoP proof must be POST.",
    "proof.url": "The htu of the DPoP proof must be the address of the token endpoint.",
    "proof.issued_at": "The iat of the DPoP proof is too far from our clock.",
    "proof.nonce_syntax": "The nonce of the DPoP proof is not one that a server can have given.",
    "proof.nonce": "The DPoP proof must carry the nonce of the DPoP-Nonce header of this answer.",
    "proof.replay": "The DPoP proof has been used before; make one for each request.",
}


def of_assertion(checks: Sequence[Check]) -> Refusal:
    """Return the answer to a client assertion that failed."""
    failed = {check.code for check in checks if check.verdict is Verdict.FAILED}
    first = first_failure(checks)
    code = first.code if first else ""
    if failed & _STRANGER and "assertion.kid" not in failed:
        return Refusal("invalid_client", NOT_RECOGNIZED)
    if "assertion.kid" in failed:
        code = "assertion.kid"
    return Refusal("invalid_client", _ASSERTION.get(code, NOT_RECOGNIZED))


def of_proof(checks: Sequence[Check], nonce: str) -> Refusal:
    """Return the answer to a DPoP proof that failed; `nonce` is the one to use next."""
    first = first_failure(checks)
    code = first.code if first else ""
    if code == "proof.nonce":
        return Refusal("use_dpop_nonce", _PROOF[code], headers={"DPoP-Nonce": nonce})
    unreadable = "The DPoP proof is not valid (RFC 9449, section 4.3)."
    return Refusal("invalid_dpop_proof", _PROOF.get(code, unreadable))


def unavailable() -> Refusal:
    """Return the answer when the database cannot be reached: nothing is let through then."""
    return Refusal(
        "temporarily_unavailable",
        "The request cannot be judged now. Try again with a new client assertion and proof.",
        status=503,
        headers={"Retry-After": "5"},
    )


def broken() -> Refusal:
    """Return the answer when something failed that should not; the log says what."""
    return Refusal("server_error", "Something failed here. Nothing was issued.", status=500)


def method_not_allowed(allowed: str) -> Refusal:
    """Return the answer to another HTTP method than the `allowed` ones."""
    return Refusal("invalid_request", f"Use {allowed}.", status=405, headers={"Allow": allowed})


def not_served() -> Refusal:
    """Return the answer where another authorization server has the place of ours."""
    return Refusal("not_found", "No authorization server is served here.", status=404)


def no_endpoint() -> Refusal:
    """Return the answer at an address below the issuer where nothing is, like that for PAR."""
    return Refusal(
        "not_found", "No such endpoint is served here; the metadata names all of them.", status=404
    )


def too_many(seconds: int) -> Refusal:
    """Return the answer to a client that asks too often (RFC 6585 §4)."""
    return Refusal(
        "temporarily_unavailable",
        "This client asks for tokens too often. Use each one until it expires.",
        status=429,
        headers={"Retry-After": str(seconds)},
    )
