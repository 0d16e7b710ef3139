"""A client as a supplier would write it: signs, sends, and can be wrong in any one way."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from onboarding.apis.models import Scope
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.core.sealing import seal, unseal
from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.generation import generate
from onboarding.jose.jwk import thumbprint
from onboarding.keys.models import Key
from onboarding.sts.models import SigningKey
from onboarding.sts.parameters import ASSERTION_TYPE
from onboarding.sts.queries.signing_keys import purpose
from tests.factories import make_api, make_client, make_key, make_scope, make_system
from tests.leaks import remember_secret

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

FORM = "application/x-www-form-urlencoded"
GONE = object()  # as the value of a claim or header: leave it out


@cache
def private_jwk(kind: str, which: int = 0) -> dict[str, str]:
    """A private key of a kind, the same for the whole run; `which` tells several apart."""
    jwk = generate(kind)
    remember_secret(jwk["d"])
    return jwk


def loaded(jwk: Mapping[str, str]) -> PrivateKey:
    """The key, loaded once: the first signature of an RSA key takes 30 ms."""
    return _loaded(json.dumps(jwk, sort_keys=True))


@cache
def _loaded(text: str) -> PrivateKey:
    return PrivateKey(json.loads(text))


@cache
def _sealed(environment: str) -> tuple[dict[str, str], str]:
    private = private_jwk("RS256/2048", hash(environment))
    return private, seal(json.dumps(private).encode(), purpose(environment, private["kid"]))


def make_signing_key(environment: str = "test", **fields: Any) -> SigningKey:
    """The issuer's one signing key, without the time it takes to make it."""
    private, sealed = _sealed(environment)
    now = timezone.now()
    fields = {
        "environment": environment,
        "kid": private["kid"],
        "public_jwk": {n: private[n] for n in ("kty", "n", "e", "alg", "use", "kid")},
        "sealed_private": sealed,
        "created_at": now - timedelta(days=1),
        "signs_from": now - timedelta(days=1),
    } | fields
    return SigningKey.objects.get_or_create(kid=private["kid"], defaults=fields)[0]


def register(client: ClientConfiguration, private: Mapping[str, str], **fields: Any) -> Key:
    """The public half of a key, as registered with a client."""
    public = {n: v for n, v in private.items() if n not in ("d", "p", "q", "dp", "dq", "qi")}
    fields = {
        "kid": private["kid"],
        "alg": private["alg"],
        "kty": private["kty"],
        "thumbprint": thumbprint(public),
        "public_jwk": public,
        "created_at": timezone.now() - timedelta(days=1),
        "expires_at": timezone.now() + timedelta(days=365),
    } | fields
    return make_key(client, **fields)


def make_machine(
    *, kind: str = "ES256", which: int = 0, scope: str = "nhn:cp-api/access", **client: Any
) -> Machine:
    """A program whose client has one scope that is granted, at the API that the scope names."""
    if "system" not in client:
        client["system"] = make_system(environment=client.pop("environment", "test"))
    environment = client["system"].environment
    make_signing_key(environment)
    found = Scope.objects.filter(name=scope, environment=environment).first()
    api = {"short_name": scope.partition("/")[0], "environment": environment}
    granted = {found or make_scope(make_api(**api), scope): Access.OK}
    return Machine(make_client(**({"scopes": granted} | client)), kind=kind, which=which)


def without(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not GONE}


class Machine:
    """Somebody's program: a registered client with its key, and a key for proofs."""

    def __init__(
        self, client: ClientConfiguration, *, kind: str = "ES256", which: int = 0, **fields: Any
    ) -> None:
        self.client = client
        self.client_id = str(client.pk)
        self.private = private_jwk(kind, which)
        self.registered = register(client, self.private, **fields)
        self.proof_private = private_jwk("ES256", 1000)
        self.issuer = settings.ISSUERS[client.environment]
        self.endpoint = f"{self.issuer}/connect/token"
        self.http = Client()
        self.nonce = ""

    def assertion(
        self,
        *,
        header: dict[str, Any] | None = None,
        key: Mapping[str, str] | None = None,
        **claims: Any,
    ) -> str:
        """A client assertion that is right in everything but what is given."""
        now = int(time.time())
        values = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "nbf": now,
            "exp": now + 30,
        } | claims
        members = {"typ": "client-authentication+jwt"} | (header or {})
        return _sign(members, without(values), key or self.private)

    def proof(
        self,
        *,
        header: dict[str, Any] | None = None,
        key: Mapping[str, str] | None = None,
        token: str = "",
        **claims: Any,
    ) -> str:
        """A DPoP proof for the token endpoint that is right in everything but what is given."""
        key = key or self.proof_private
        values = {
            "jti": secrets.token_urlsafe(16),
            "htm": "POST",
            "htu": self.endpoint,
            "iat": int(time.time()),
            "nonce": self.nonce or GONE,
        }
        if token:
            values |= {"ath": b64.digest(token.encode())}
        public = {n: key[n] for n in ("kty", "crv", "x", "y", "n", "e") if n in key}
        members = {"typ": "dpop+jwt", "jwk": public, "kid": GONE} | (header or {})
        return _sign(members, without(values | claims), key)

    def form(self, **changes: Any) -> dict[str, Any]:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
        } | changes
        if "client_assertion" not in fields:
            fields["client_assertion"] = self.assertion()
        return without(fields)

    def post(
        self, form: dict[str, Any] | None = None, *, proof: Any = None, **extra: Any
    ) -> Answer:
        """Send a token request as it is; `proof=GONE` sends none."""
        body = urlencode(self.form() if form is None else form, doseq=True)
        proof = self.proof() if proof is None else proof
        headers = {} if proof is GONE else {"DPoP": proof}
        headers |= extra.pop("headers", {})
        path = urlsplit(self.endpoint).path
        answer = self.http.post(path, body, content_type=FORM, headers=headers, **extra)
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    def meet(self) -> Machine:
        """Fetch a nonce, so that what comes next is judged in everything else."""
        answer = self.post(proof=self.proof(nonce=GONE))
        assert json.loads(answer.content)["error"] == "use_dpop_nonce"
        return self

    def token(self, **changes: Any) -> str:
        answer = self.post(self.form(**changes))
        assert answer.status_code == 200, answer.content
        return str(json.loads(answer.content)["access_token"])


def _sign(header: dict[str, Any], claims: dict[str, Any], key: Mapping[str, str]) -> str:
    text = sign({k: v for k, v in header.items() if v is not GONE}, claims, loaded(key))
    gone = [name for name, value in header.items() if value is GONE]
    return _without_members(text, gone, key) if gone else text


def _without_members(text: str, gone: list[str], key: Mapping[str, str]) -> str:
    """The same JWS with members of its header left out, signed again."""
    first, second, _ = text.split(".")
    header = {k: v for k, v in json.loads(b64.decode(first)).items() if k not in gone}
    return resign(header, b64.decode(second), key)


def resign(header: Any, payload: bytes, key: Mapping[str, str]) -> str:
    """A compact JWS over exactly these parts (`header` as a value or as its bytes)."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    text = f"{b64.encode(raw)}.{b64.encode(payload)}"
    return f"{text}.{b64.encode(loaded(key).sign(text.encode()))}"


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, believed as they stand."""
    claims: dict[str, Any] = json.loads(b64.decode(token.split(".")[1]))
    return claims


def header_of(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(b64.decode(token.split(".")[0]))
    return header


class Caller:
    """Calls the demo API with a token and a fresh proof for each call."""

    def __init__(self, machine: Machine, token: str) -> None:
        self.machine = machine
        self.token = token
        self.base = f"{settings.BASE_URL}/{machine.client.environment}/cp-api/"

    def proof(self, address: str = "CommunicationPartyEvents", **changes: Any) -> str:
        """A proof for an address of the API that is right in everything but what is given."""
        values: dict[str, Any] = {
            "htm": "GET",
            "htu": self.url(address).partition("?")[0],
            "nonce": GONE,
        }
        return self.machine.proof(token=self.token, **(values | changes))

    def url(self, address: str) -> str:
        return address if address.startswith("http") else self.base + address

    def get(
        self,
        address: str = "CommunicationPartyEvents",
        *,
        authorization: Any = None,
        proof: Any = None,
    ) -> Answer:
        """GET an address; `authorization` and `proof` may be GONE."""
        sent = {
            "Authorization": authorization or f"DPoP {self.token}",
            "DPoP": proof or self.proof(address),
        }
        return self.machine.http.get(
            self.url(address).removeprefix(settings.BASE_URL), headers=without(sent)
        )


def error_of(answer: Answer) -> tuple[int, str]:
    """The status and the OAuth error of an answer."""
    return answer.status_code, json.loads(answer.content).get("error", "")


def numbered(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The rows of a table whose first column names the rule, as parameters of a test."""
    return [pytest.param(*row[1:], id=f"{row[0]}-{n}") for n, row in enumerate(rows)]


def issuer_key(environment: str, *, kid: str = "") -> dict[str, str]:
    """The private half of an issuer's signing key: what only its own process should have."""
    keys = SigningKey.objects.filter(environment=environment)
    key = keys.get(kid=kid) if kid else keys.order_by("signs_from")[0]
    private: dict[str, str] = json.loads(unseal(key.sealed_private, purpose(environment, key.kid)))
    remember_secret(private["d"])
    return private
