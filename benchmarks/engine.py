"""What judging a token request costs beside the two verifications that nobody can avoid."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any, Final

from benchmarks.numbers import per_second
from benchmarks.tokens import KINDS
from onboarding.jose.algorithms import PrivateKey, sign, verify
from onboarding.jose.assertion import RegisteredKey, check_client_assertion
from onboarding.jose.checks import Check, passed
from onboarding.jose.compact import read
from onboarding.jose.generation import generate
from onboarding.jose.proof import check_proof

TIMES: Final = 2000
ISSUER, CLIENT = "https://sts.example", "00000000-0000-4000-8000-000000000001"
ENDPOINT: Final = f"{ISSUER}/connect/token"


def rows() -> Iterator[str]:
    """Measure an assertion and a proof together, for each algorithm."""
    yield "| algorithm | two verifications (µs) | the engine (µs) | beside them | checks |"
    yield "|---|---|---|---|---|"
    for alg, kind in KINDS.items():
        key = PrivateKey(generate(kind))
        assertion, proof = _request(key)
        checks = _judge(key, assertion, proof)
        assert passed(checks)
        reading = read(assertion, prefix="assertion")
        public, data, signature = key.jwk_public(), reading.signing_input, reading.signature

        def bare() -> None:
            verify(key.alg, public, data, signature)  # noqa: B023 - called before the next round
            verify(key.alg, public, data, signature)  # noqa: B023

        alone = 1e6 / per_second(bare, TIMES)
        whole = 1e6 / per_second(lambda: _judge(key, assertion, proof), TIMES)  # noqa: B023
        yield f"| {alg} | {alone:.0f} | {whole:.0f} | **{whole / alone:.2f}** | {len(checks)} |"


def _request(key: PrivateKey) -> tuple[str, str]:
    now = int(time.time())
    claims: dict[str, Any] = {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": now}
    claims |= {"exp": now + 60, "jti": secrets.token_hex(16)}
    made = {"htm": "POST", "htu": ENDPOINT, "iat": now, "jti": secrets.token_hex(16)}
    jwk = {n: v for n, v in key.jwk_public().items() if n not in ("alg", "kid", "use")}
    return (
        sign({"typ": "client-authentication+jwt"}, claims, key),
        sign({"typ": "dpop+jwt", "jwk": jwk}, made, key),
    )


def _judge(key: PrivateKey, assertion: str, proof: str) -> list[Check]:
    now = time.time()
    registered = RegisteredKey(key.kid, key.alg, key.jwk_public())
    return check_client_assertion(
        read(assertion, prefix="assertion"),
        client_id=CLIENT,
        form_client_id=CLIENT,
        issuer=ISSUER,
        keys=[registered],
        now=now,
    ) + check_proof(read(proof, prefix="proof"), method="POST", url=ENDPOINT, now=now, nonce=None)
