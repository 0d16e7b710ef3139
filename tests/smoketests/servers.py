"""An authorization server and an API on loopback: right in everything but what a test changes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from onboarding.jose import b64
from onboarding.jose.algorithms import sign
from onboarding.jose.jwk import thumbprint
from tests.machines import loaded, private_jwk, without

NONCE = "nonce-of-the-authorization-server"
API_NONCE = "nonce-of-the-api"


@dataclass
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: dict[str, str]

    def proof(self) -> dict[str, Any]:
        """The claims of the DPoP proof, unjudged."""
        return claims_of(self.headers["DPoP"])

    def assertion(self) -> dict[str, Any]:
        return claims_of(self.form["client_assertion"])


@dataclass
class Reply:
    """An answer; `body` as octets goes out as it is."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b64.decode(token.split(".")[1]))
    return found


class WrongServer:
    """What it answers at an address can be replaced (`replies`), or changed in single members.

    `metadata`, `answer`, `claims` and `header` change the metadata, the token answer, and the
    claims and header of the token; GONE leaves a member out. `audience` is the API's.
    """

    def __init__(self, origin: str, audience: str) -> None:
        self.origin, self.audience = origin, audience
        self.issuer = f"{origin}/sts"
        self.asked: list[Asked] = []
        self.tokens: list[str] = []
        self.replies: dict[str, Reply] = {}
        self.metadata: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.demands_nonce = True
        self.next_nonce = ""
        self.date: float | None = None
        self.on_request: Callable[[Asked], object] = lambda _: None
        self._spent: set[str] = set()

    def to(self, path: str) -> list[Asked]:
        """What was asked of an address."""
        return [asked for asked in self.asked if urlsplit(asked.path).path == path]

    def reply(self, asked: Asked) -> Reply:
        """Answer as the address demands."""
        path = urlsplit(asked.path).path
        if path in self.replies:
            return self.replies[path]
        return {
            "/sts/.well-known/openid-configuration": self._metadata,
            "/sts/jwks": self._jwks,
            "/sts/token": self._token,
            "/api": self._api,
        }[path](asked)

    def _metadata(self, asked: Asked) -> Reply:
        members = {
            "issuer": self.issuer,
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        return Reply(body=without(members | self.metadata))

    def _jwks(self, asked: Asked) -> Reply:
        key = private_jwk("RS256/2048", 7)
        return Reply(body={"keys": [{n: key[n] for n in ("kty", "n", "e", "alg", "use", "kid")}]})

    def _token(self, asked: Asked) -> Reply:
        proof, assertion = asked.proof(), asked.assertion()
        for jti in (proof["jti"], assertion["jti"]):
            if jti in self._spent:
                return Reply(400, {"error": "invalid_client"})
            self._spent.add(jti)
        if self.demands_nonce and proof.get("nonce") != NONCE:
            return Reply(400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": NONCE})
        token = self._issue(asked)
        self.tokens.append(token)
        members = {"access_token": token, "token_type": "DPoP", "expires_in": 60}
        headers = {"DPoP-Nonce": self.next_nonce} if self.next_nonce else {}
        return Reply(body=without(members | self.answer), headers=headers)

    def _issue(self, asked: Asked) -> str:
        now = int(time.time())
        jwk = json.loads(b64.decode(asked.headers["DPoP"].split(".")[0]))["jwk"]
        claims = {
            "iss": self.issuer,
            "sub": asked.form["client_id"],
            "client_id": asked.form["client_id"],
            "aud": self.audience,
            "jti": token_urlsafe(16),
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            "scope": asked.form["scope"].split(),
            "cnf": {"jkt": thumbprint(jwk)},
        }
        key = loaded(private_jwk("RS256/2048", 7))
        return sign({"typ": "at+jwt"} | self.header, without(claims | self.claims), key)

    def _api(self, asked: Asked) -> Reply:
        proof = asked.proof()
        if asked.headers["Authorization"] != f"DPoP {self.tokens[-1]}":
            return Reply(401, {}, {"WWW-Authenticate": "DPoP"})
        if proof.get("nonce") != API_NONCE:
            challenge = 'DPoP error="use_dpop_nonce"'
            return Reply(401, {}, {"WWW-Authenticate": challenge, "DPoP-Nonce": API_NONCE})
        return Reply(body={"secret": "of the API"})


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(dict(parse_qsl(text)))

    def _answer(self, form: dict[str, str]) -> None:
        ours = self.server.ours
        asked = Asked(self.command, self.path, dict(self.headers), form)
        ours.asked.append(asked)
        ours.on_request(asked)
        reply = ours.reply(asked)
        is_raw = isinstance(reply.body, bytes)
        body = reply.body if is_raw else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        headers = {
            "Date": self.date_time_string(ours.date),
            "Content-Length": str(len(body)),
            "Content-Type": "application/json",
        }
        for name, value in (headers | reply.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: what was asked is kept."""


class _Listener(ThreadingHTTPServer):
    ours: WrongServer


@contextmanager
def wrong_server(audience: str) -> Iterator[WrongServer]:
    """Start the server on a free port of loopback."""
    with _Listener(("127.0.0.1", 0), _Handler) as listener:
        listener.ours = WrongServer(f"http://localhost:{listener.server_port}", audience)
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield listener.ours
        listener.shutdown()
        thread.join()
