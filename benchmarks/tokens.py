"""Tokens a second: our token endpoint, npm oidc-provider, and the cryptography nobody can avoid."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils import timezone

from benchmarks import environment, load
from benchmarks.numbers import per_second
from onboarding.apis.models import Scope
from onboarding.clients.states import Access
from onboarding.jose.algorithms import PrivateKey, sign, verify
from onboarding.jose.generation import generate
from portal import local, processes
from tests import factories, servers

KINDS = {"RS256": "RS256/2048", "PS256": "PS256/2048", "ES384": "ES384"}
ROUNDS, WARM_UP, COUNTED = 3, 300, 1500
SCOPE = "measured:api/access"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Subject(NamedTuple):
    """A client that asks for tokens: its id, its key, and what it asks for."""

    client_id: str
    key: PrivateKey
    scope: str


class Server(NamedTuple):
    """A token endpoint under load. The audience of assertions is its issuer."""

    name: str
    issuer: str
    path: str
    port: int
    pid: int = 0


def rows() -> Iterator[str]:
    """Measure all three algorithms; yield the lines of the report."""
    keys = {alg: generate(kind) for alg, kind in KINDS.items()}
    ours = our_clients(keys)
    theirs = {
        alg: Subject(f"measured-{alg}", PrivateKey(key), "measured") for alg, key in keys.items()
    }
    # Every request leaves its whole trace, however many there are.
    with (
        portal_server(TRAFFIC_ROWS_PER_CLIENT="1000000") as portal,
        _peer(theirs, durable=True) as durable,
        _peer(theirs, durable=False) as forgetful,
    ):
        compared = (portal, durable, forgetful)
        yield (
            "| algorithm | portal /s | oidc-provider, durable `jti` /s | ratio "
            "| oidc-provider, in memory /s | ratio | bare /s | portal / bare |"
        )
        yield "|---|---|---|---|---|---|---|---|"
        for alg in KINDS:
            # In turn, so that a slow moment of the machine hits all of them.
            rounds = [
                [
                    tokens_per_second(server, (ours if server is portal else theirs)[alg])
                    for server in compared
                ]
                for _ in range(ROUNDS)
            ]
            mine, kept, lost = (median(found) for found in zip(*rounds, strict=True))
            beside_kept = median(found[0] / found[1] for found in rounds)
            beside_lost = median(found[0] / found[2] for found in rounds)
            bare = _bare(keys[alg])
            yield (
                f"| {alg} | {mine:.0f} | {kept:.0f} | **{beside_kept:.2f}** "
                f"| {lost:.0f} | **{beside_lost:.2f}** | {bare:.0f} | {mine / bare:.2f} |"
            )


def our_clients(keys: dict[str, dict[str, str]]) -> dict[str, Subject]:
    now = timezone.now()
    scope = Scope.objects.filter(name=SCOPE).first()
    scope = scope or factories.make_scope(factories.make_api(short_name="measured:api"), SCOPE)
    found = {}
    for alg, private in keys.items():
        client = factories.make_client(scopes={scope: Access.OK})
        key = PrivateKey(private)
        factories.make_key(
            client,
            kid=key.kid,
            alg=alg,
            kty=private["kty"],
            thumbprint=key.kid,
            public_jwk=key.jwk_public(),
            expires_at=now + timedelta(days=1),
        )
        found[alg] = Subject(str(client.pk), key, SCOPE)
    return found


@contextmanager
def portal_server(cores: set[int] = environment.SERVER_CORE, **settings: str) -> Iterator[Server]:
    """Have one web process of the portal on these cores."""
    port, path = environment.PORT, "/test/sts/connect/token"
    command = processes.web(bind=f"127.0.0.1:{port}", processes=1)
    with started(processes.here(command), settings, port, path, cores) as pid:
        yield Server("portal", f"http://localhost:{port}/test/sts", path, port, pid)


@contextmanager
def _peer(subjects: dict[str, Subject], *, durable: bool) -> Iterator[Server]:
    """Have oidc-provider, with a durable memory of used assertions or its own of a thousand."""
    port = local.free_port()
    clients = [
        {"client_id": subject.client_id, "alg": alg, "jwk": subject.key.jwk_public()}
        for alg, subject in subjects.items()
    ]
    here = Path(__file__).parent
    settings = {"PORT": str(port), "CLIENTS": json.dumps(clients), "NODE_ENV": "production"}
    settings["DATABASE_URL"] = os.environ["DATABASE_URL"] if durable else ""
    command = ["node", str(here / "peer.mjs")]
    with started(command, settings, port, "/token", environment.SERVER_CORE):
        yield Server("oidc-provider", f"http://localhost:{port}", "/token", port)


@contextmanager
def started(
    command: list[str], settings: dict[str, str], port: int, path: str, cores: set[int]
) -> Iterator[int]:
    """Have a server run until the block ends; yield the id of its process."""
    mine = environment.pinned()
    environment.pin(cores)
    log = servers.log(f"bench-{port}")
    log.parent.mkdir(exist_ok=True)
    with log.open("w") as file:
        process = subprocess.Popen(
            command,
            env={**os.environ, **settings},
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=processes.BASE_DIR,
        )
    environment.pin(mine)
    try:
        try:
            _wait(port, path, process)
        except (AssertionError, TimeoutError):
            print(log.read_text(), file=sys.stderr)
            raise
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the server ended before it answered"
        try:
            _post(port, path, {}, {})
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answered on port {port}")


def _post(
    port: int, path: str, headers: dict[str, str], form: dict[str, str]
) -> tuple[int, dict[str, str]]:
    request = urllib.request.Request(
        f"http://localhost:{port}{path}", urlencode(form).encode(), headers
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


def tokens_per_second(server: Server, subject: Subject) -> float:
    headers, form = token_request(server, subject, nonce=None)
    status, answered = _post(server.port, server.path, headers, form)
    assert status == 400, f"{server.name} answered {status} to a proof without nonce"
    nonce = answered["dpop-nonce"]
    requests = []
    for _ in range(WARM_UP + COUNTED):
        headers, form = token_request(server, subject, nonce)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        requests.append(load.http("POST", server.path, server.port, headers, urlencode(form)))
    load.send(server.port, requests[:WARM_UP])
    return load.send(server.port, requests[WARM_UP:]).per_second


def token_request(
    server: Server, subject: Subject, nonce: str | None
) -> tuple[dict[str, str], dict[str, str]]:
    now = int(time.time())
    claims: dict[str, Any] = {"iss": subject.client_id, "sub": subject.client_id}
    claims |= {"aud": server.issuer, "jti": secrets.token_hex(16), "iat": now, "exp": now + 60}
    proof: dict[str, Any] = {"jti": secrets.token_hex(16), "iat": now, "htm": "POST"}
    proof |= {"htu": f"http://localhost:{server.port}{server.path}"}
    proof |= {"nonce": nonce} if nonce else {}
    jwk = {
        name: value
        for name, value in subject.key.jwk_public().items()
        if name in ("kty", "n", "e", "crv", "x", "y")
    }
    assertion = sign({"typ": "client-authentication+jwt"}, claims, subject.key)
    headers = {"DPoP": sign({"typ": "dpop+jwt", "jwk": jwk}, proof, subject.key)}
    return headers, {
        "grant_type": "client_credentials",
        "client_id": subject.client_id,
        "scope": subject.scope,
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion,
    }


def _bare(private: dict[str, str]) -> float:
    """Two verifications and one RS256 signature, on the core the servers had."""
    key, issuer = PrivateKey(private), PrivateKey(generate("RS256/2048"))
    public, data = key.jwk_public(), b"." * 400
    signature = key.sign(data)

    def once() -> None:
        assert verify(key.alg, public, data, signature)
        assert verify(key.alg, public, data, signature)
        issuer.sign(data)

    environment.pin(environment.SERVER_CORE)
    try:
        return per_second(once, 1500)
    finally:
        environment.pin(environment.OTHER_CORES)
