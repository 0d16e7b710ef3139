"""Small real APIs: one that is right, and others that are wrong in one way each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from onboarding.jose.access_token import LARGEST, bound_to, check_access_token, scopes
from onboarding.jose.checks import Check, Verdict
from onboarding.jose.compact import read
from onboarding.jose.nonces import Nonces
from onboarding.jose.proof import check_proof, replay_value

AUDIENCE, SCOPE = "acme:register", "acme:register/read"


@dataclass
class Api:
    """What a small API knows; `ignored` are the checks that its author forgot.

    `manner` is what is wrong about how it refuses: no WWW-Authenticate, another status, a stack
    trace, tokens taken from the address.
    """

    issuer: str
    keys: Mapping[str, Mapping[str, Any]]
    ignored: frozenset[str] = frozenset()
    manner: str = ""
    binding: str = "required"
    nonces: Nonces | None = None
    seconds: float = 0  # that it takes for an answer
    inside: str = ""  # what it says besides, in bodies and headers, and nobody else may
    origin: str = ""
    used: set[str] = field(default_factory=set)
    requests: int = 0
    tokens: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        jwk = self.keys.get(kid)
        return jwk if jwk and jwk["alg"] == alg else None

    def failures(self, checks: list[Check]) -> list[str]:
        codes = [check.code for check in checks if check.verdict == Verdict.FAILED]
        return [code for code in codes if not code.startswith(tuple(self.ignored) or ("\0",))]

    def judge(self, scheme: str, token: str, proofs: list[str]) -> tuple[int, str]:
        """The status and the OAuth error for a request."""
        reading = read(token, prefix="token", limit=LARGEST)
        checks = check_access_token(
            reading, issuer=self.issuer, audience=AUDIENCE, key=self.key, now=time.time()
        )
        if self.failures(checks):
            return 401, "invalid_token"
        jkt = bound_to(reading.claims)
        if "scheme" not in self.ignored:
            allowed = {"required": ["dpop"], "allowed": ["dpop", "bearer"], "none": ["bearer"]}
            fitting = "dpop" if jkt else "bearer"
            if scheme != fitting or scheme not in allowed[self.binding]:
                return 401, "invalid_token"
        if jkt and "proof" not in self.ignored and scheme == "dpop":
            error = self._proof(token, jkt, proofs)
            if error:
                return 401, error
        if "scope" not in self.ignored and SCOPE not in scopes(reading.claims):
            return 403, "insufficient_scope"
        return 200, ""

    def _proof(self, token: str, jkt: str, proofs: list[str]) -> str:
        if len(proofs) != 1:
            return "invalid_dpop_proof"
        reading = read(proofs[0], prefix="proof")
        url, nonces, now = f"{self.origin}/things", self.nonces, time.time()
        checks = check_proof(
            reading,
            method="GET",
            url=url,
            now=now,
            nonce=(lambda nonce: nonces.valid(nonce, now)) if nonces else None,
            access_token=token,
            jkt=jkt,
        )
        codes = self.failures(checks)
        if codes:
            return "use_dpop_nonce" if codes == ["proof.nonce"] else "invalid_dpop_proof"
        with self.lock:
            value = replay_value(reading, url)
            is_known = value in self.used
            self.used.add(value)
        return "invalid_dpop_proof" if is_known and "replay" not in self.ignored else ""


class _Handler(BaseHTTPRequestHandler):
    api: Api

    def do_GET(self) -> None:
        self.api.requests += 1
        time.sleep(self.api.seconds)
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        in_address = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
        if not token and in_address and self.api.manner == "query":
            scheme, token = "dpop", in_address
        proofs = self.headers.get_all("DPoP") or []
        self.api.tokens.append(token or in_address)
        status, error = (401, "") if not token else self.api.judge(scheme.lower(), token, proofs)
        self._answer(status, error, token)

    def _answer(self, status: int, error: str, token: str) -> None:
        manner, body = self.api.manner, b'{"things": []}' if status == 200 else b"{}"
        if status != 200 and manner == "trace":
            body = b'Traceback (most recent call last):\n  File "a.py", line 1'
        if status != 200 and manner == "echo":
            body = token.encode()
        if status == 401 and manner == "status":
            status = 403
        if status != 200 and manner == "broken":
            status = 500
        body += self.api.inside.encode()
        self.send_response(status)
        self.send_header("X-Inside", self.api.inside)
        if self.api.nonces:
            self.send_header("DPoP-Nonce", self.api.nonces.issue(time.time()))
        if status in (401, 403) and manner != "silent":
            self.send_header("WWW-Authenticate", self._challenge(error))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _challenge(self, error: str) -> str:
        schemes = {"required": ["DPoP"], "allowed": ["DPoP", "Bearer"], "none": ["Bearer"]}
        names = ["Basic"] if self.api.manner == "scheme" else schemes[self.api.binding]
        told = f' error="{error}"' if error and self.api.manner != "mute" else ' realm="x"'
        return ", ".join(f"{name}{told}" for name in names)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        pass


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Serve an API at a port of localhost; its one address is /things."""
    handler = type("Handler", (_Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    api.origin = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
