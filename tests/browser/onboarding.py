"""A customer's software, written from what is published of HelseID and with nothing of ours.

requests and jwcrypto, a port on this machine that waits for the browser, and an automation key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urljoin

import requests
from jwcrypto import jwk, jws

SCOPE = "nhn:selvbetjening/client"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def make_key(alg: str, size: int) -> jwk.JWK:
    """A key pair whose name is its thumbprint, as HelseID's samples make them."""
    if alg.startswith("ES"):
        key = jwk.JWK.generate(kty="EC", crv=f"P-{size}", alg=alg)
    else:
        key = jwk.JWK.generate(kty="RSA", size=size, alg=alg)
    return jwk.JWK(**key.export(as_dict=True) | {"kid": key.thumbprint()})


class Software:
    """What runs at the customer. `api` and `issuer` are all the addresses it knows."""

    def __init__(self, api: str, issuer: str, key: jwk.JWK) -> None:
        self.api, self.issuer, self.key = api, issuer, key
        self.client_id = ""

    def draft(self, automation_key: str, organization: str, redirect: str) -> str:
        body = {
            "organizationNumber": organization,
            "publicJwk": self.key.export_public(),
            "postClientConfirmationRedirectUri": redirect,
        }
        answer = requests.post(
            urljoin(self.api, "/v1/client-drafts"),
            json=body,
            headers={"api-key": automation_key},
            timeout=10,
        )
        answer.raise_for_status()
        self.client_id = answer.json()["clientId"]
        return self.client_id

    def token(self, scope: str = SCOPE) -> str:
        metadata = requests.get(
            f"{self.issuer}/.well-known/openid-configuration", timeout=10
        ).json()
        endpoint = metadata["token_endpoint"]
        answer = self._ask(endpoint, scope)
        if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
            answer = self._ask(endpoint, scope, nonce=answer.headers["DPoP-Nonce"])
        answer.raise_for_status()
        assert answer.json()["token_type"] == "DPoP"
        return str(answer.json()["access_token"])

    def call(self, method: str, path: str, token: str, **sent: Any) -> requests.Response:
        """Call an absolute path of the API, as HelseID's client libraries do."""
        url = urljoin(self.api, path)
        ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=")
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": self._proof(method, url, ath=ath.decode()),
        } | sent.pop("headers", {})
        return requests.request(method, url, headers=headers, timeout=10, **sent)

    def rotate(self, new: jwk.JWK, token: str, *, as_string: bool) -> str:
        """Register a new key in one of the two forms that published clients use; go on with it."""
        public = new.export_public()
        answer = self.call(
            "POST",
            "/v1/client-secret",
            token,
            data=json.dumps(public) if as_string else public,
            headers={"Content-Type": "application/json"},
        )
        answer.raise_for_status()
        self.key = new
        return str(answer.json()["expiration"])

    def _ask(self, endpoint: str, scope: str, **nonce: str) -> requests.Response:
        now = int(time.time())
        assertion = self._sign(
            {"typ": "client-authentication+jwt", "kid": self.key["kid"]},
            {
                "iss": self.client_id,
                "sub": self.client_id,
                "aud": self.issuer,
                "nbf": now,
                "exp": now + 30,
            },
        )
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "scope": scope,
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion,
        }
        proof = self._proof("POST", endpoint, **nonce)
        return requests.post(endpoint, data=form, headers={"DPoP": proof}, timeout=10)

    def _proof(self, method: str, url: str, **claims: str) -> str:
        header = {"typ": "dpop+jwt", "jwk": self.key.export_public(as_dict=True)}
        return self._sign(header, {"htm": method, "htu": url.partition("?")[0], **claims})

    def _sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        claims = {"iat": int(time.time()), "jti": str(uuid.uuid4()), **claims}
        token = jws.JWS(json.dumps(claims))
        protected = json.dumps({"alg": self.key["alg"], **header})
        token.add_signature(self.key, protected=protected)
        return str(token.serialize(compact=True))


class Listener:
    """Waits on this machine for the browser, as the samples do: GET, and a plain query."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.query = ""
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/callback"):
                    listener.query = self.path.partition("?")[2]
                    listener.came.set()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<title>Back</title><link rel=icon href=data:,>")

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("localhost", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}/callback"

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        yield self
        self._server.shutdown()
        self._server.server_close()
        thread.join()

    def outcome(self) -> dict[str, str]:
        """What the browser brought, split at & and = as published clients split it."""
        assert self.came.wait(15), "the browser did not come back"
        return dict(part.split("=") for part in self.query.split("&"))
